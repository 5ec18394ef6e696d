"""Kia Cerato: a low saloon with a narrow grille and swept-back lamps."""

from cnnbook.cars.make import Make
from cnnbook.cars.marks import common_marks, mirrored
from cnnbook.cars.vehicle import Mark, Vehicle

VEHICLE = Vehicle(
    length=4.62, width=1.80, height=1.41, nose=0.70, cowl=0.95, belt=0.97, tail=1.05, bottom=0.19,
    screen_base=1.02, roof_front=0.12, roof_rear=-0.72, window_base=-1.78, inset=0.25,
    front_corner=0.46, rear_corner=0.34, bow=0.24, wheel=0.34, front_axle=1.38, rear_axle=-1.34,
    spokes=10, spoke=0.55, rim=0.80, panes=(0.08, 0.44, 0.74, 0.88),
    marks=(
        *common_marks(0.72, -0.98, 0.93),
        Mark("chrome", "front",
             mirrored((0.40, 0.57), (0.46, 0.66), (0.22, 0.70), (0.10, 0.67)), "grille"),
        Mark("grille", "front",
             mirrored((0.37, 0.59), (0.42, 0.645), (0.20, 0.675), (0.10, 0.65)), "grille"),
        Mark("lamp", "front",
             [(0.46, 0.59), (0.80, 0.58), (1.48, 0.80), (1.40, 0.84), (0.95, 0.76), (0.48, 0.68)],
             "headlamp"),
        Mark("lens", "front", [(0.52, 0.605), (0.74, 0.60), (0.80, 0.67), (0.54, 0.66)],
             "headlamp"),
        Mark("inlet", "front", mirrored((0.36, 0.24), (0.58, 0.38))),
        Mark("fog", "front", [(0.74, 0.30), (0.96, 0.30), (0.98, 0.42), (0.80, 0.40)], "headlamp"),
        Mark("tail", "rear", [(0.52, 0.78), (0.90, 0.74), (1.34, 0.90), (1.28, 1.00), (0.56, 0.94)],
             "tail lamp"),
        Mark("tail lens", "rear", [(0.62, 0.82), (0.96, 0.82), (1.0, 0.87), (0.62, 0.87)],
             "tail lamp"),
        Mark("inlet", "rear", mirrored((0.50, 0.24), (0.58, 0.36))),
    ),
)  # fmt: skip

MAKE = Make("kia_cerato", VEHICLE, mark_colour=(40, 150, 80))
