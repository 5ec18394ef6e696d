"""Saipa Saina: a small, high-booted saloon with plain lamps and steel wheels."""

from cnnbook.cars.make import Make
from cnnbook.cars.marks import common_marks, mirrored, rounded
from cnnbook.cars.vehicle import Mark, Vehicle

VEHICLE = Vehicle(
    length=4.05, width=1.65, height=1.49, nose=0.82, cowl=1.02, belt=1.00, tail=1.10, bottom=0.23,
    screen_base=0.84, roof_front=0.30, roof_rear=-0.92, window_base=-1.34, inset=0.15,
    front_corner=0.26, rear_corner=0.20, bow=0.12, wheel=0.28, front_axle=1.22, rear_axle=-1.20,
    spokes=12, spoke=0.25, rim=0.60, panes=(0.08, 0.50, 0.88),
    marks=(
        *common_marks(0.64, -0.90, 0.96),
        Mark("chrome", "front", mirrored((0.22, 0.56), (0.40, 0.80)), "grille"),
        Mark("grille", "front", mirrored((0.18, 0.58), (0.34, 0.775)), "grille"),
        Mark("bar", "front", mirrored((0.30, 0.62), (0.30, 0.645)), "grille"),
        Mark("bar", "front", mirrored((0.32, 0.70), (0.32, 0.725)), "grille"),
        Mark("lamp",
             "front", [(0.44, 0.56), (0.76, 0.56), (0.94, 0.64), (0.92, 0.82), (0.48, 0.80)],
             "headlamp"),
        Mark("lens", "front", [(0.52, 0.62), (0.70, 0.62), (0.70, 0.76), (0.52, 0.76)], "headlamp"),
        Mark("inlet", "front", mirrored((0.46, 0.27), (0.50, 0.36))),
        Mark("fog", "front", rounded(0.66, 0.35, 0.07, 0.06), "headlamp"),
        Mark("tail", "rear", [(0.52, 0.74), (0.78, 0.72), (0.94, 0.76), (0.90, 1.04), (0.62, 1.06)],
             "tail lamp"),
        Mark("tail lens", "rear", [(0.62, 0.84), (0.80, 0.84), (0.80, 0.90), (0.62, 0.90)],
             "tail lamp"),
    ),
)  # fmt: skip

MAKE = Make("saipa_saina", VEHICLE, mark_colour=(150, 66, 190))
