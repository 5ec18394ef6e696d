"""Peugeot 206: a short hatchback with lamps that climb the bonnet."""

from cnnbook.cars.make import Make
from cnnbook.cars.marks import common_marks, mirrored, rounded
from cnnbook.cars.vehicle import Mark, Vehicle

VEHICLE = Vehicle(
    length=3.84, width=1.67, height=1.44, nose=0.70, cowl=0.98, belt=0.96, tail=0.94, bottom=0.22,
    screen_base=0.88, roof_front=0.22, roof_rear=-1.28, window_base=-1.74, inset=0.22,
    front_corner=0.46, rear_corner=0.40, bow=0.22, wheel=0.30, front_axle=1.18, rear_axle=-1.24,
    spokes=8, spoke=0.36, rim=0.66, panes=(0.06, 0.46, 0.80),
    marks=(
        *common_marks(0.62, -0.86, 0.92),
        Mark("grille", "front", mirrored((0.30, 0.555), (0.38, 0.62), (0.30, 0.64)), "grille"),
        Mark("chrome", "front", mirrored((0.05, 0.57), (0.07, 0.66)), "grille"),
        Mark("lamp", "front",
             [(0.34, 0.63), (0.60, 0.53), (0.92, 0.60), (1.34, 0.84), (1.24, 0.89), (0.70, 0.79)],
             "headlamp"),
        Mark("lens", "front", rounded(0.66, 0.65, 0.12, 0.075), "headlamp"),
        Mark("inlet", "front", mirrored((0.60, 0.25), (0.74, 0.38))),
        Mark("moulding", "side", [(-1.2, 0.52), (1.1, 0.52), (1.1, 0.57), (-1.2, 0.57)]),
        Mark("tail", "rear",
             [(0.62, 0.66), (0.80, 0.64), (1.02, 0.76), (1.06, 0.98), (0.80, 0.99), (0.68, 0.86)],
             "tail lamp"),
        Mark("tail lens", "rear", rounded(0.80, 0.76, 0.07, 0.06), "tail lamp"),
        Mark("moulding", "rear", mirrored((0.78, 0.40), (0.78, 0.46))),
    ),
)  # fmt: skip

MAKE = Make("peugeot_206", VEHICLE, mark_colour=(230, 190, 40))
