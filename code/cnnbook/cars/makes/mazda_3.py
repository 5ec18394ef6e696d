"""Mazda 3: a hatchback that smiles."""

from cnnbook.cars.make import Make
from cnnbook.cars.marks import common_marks, mirrored, rounded
from cnnbook.cars.vehicle import Mark, Vehicle

VEHICLE = Vehicle(
    length=4.43, width=1.78, height=1.46, nose=0.73, cowl=0.97, belt=1.00, tail=1.04, bottom=0.20,
    screen_base=0.98, roof_front=0.18, roof_rear=-1.50, window_base=-1.98, inset=0.21,
    front_corner=0.42, rear_corner=0.38, bow=0.22, wheel=0.33, front_axle=1.30, rear_axle=-1.32,
    spokes=5, spoke=0.72, rim=0.78, panes=(0.06, 0.42, 0.72, 0.90),
    marks=(
        *common_marks(0.70, -0.98, 0.95),
        Mark("chrome", "front",
             mirrored((0.30, 0.22), (0.52, 0.30), (0.66, 0.50), (0.56, 0.53), (0.30, 0.47)),
             "grille"),
        Mark("grille", "front",
             mirrored((0.28, 0.25), (0.49, 0.33), (0.60, 0.485), (0.52, 0.50), (0.28, 0.44)),
             "grille"),
        Mark("slot", "front", mirrored((0.34, 0.60), (0.38, 0.65))),
        Mark("lamp", "front",
             [(0.48, 0.62), (0.66, 0.56), (0.94, 0.60), (1.20, 0.74), (1.08, 0.77), (0.62, 0.74)],
             "headlamp"),
        Mark("lens", "front", rounded(0.68, 0.655, 0.085, 0.06), "headlamp"),
        Mark("lens", "front", rounded(0.90, 0.665, 0.07, 0.05), "headlamp"),
        Mark("fog", "front", rounded(0.86, 0.36, 0.08, 0.06), "headlamp"),
        Mark("tail", "rear", [(0.46, 0.84), (0.74, 0.76), (1.02, 0.80), (1.06, 0.98), (0.60, 0.98)],
             "tail lamp"),
        Mark("tail lens", "rear", rounded(0.70, 0.88, 0.08, 0.07), "tail lamp"),
        Mark("tail lens", "rear", rounded(0.93, 0.89, 0.07, 0.06), "tail lamp"),
    ),
)  # fmt: skip

MAKE = Make("mazda_3", VEHICLE, mark_colour=(52, 92, 214))
