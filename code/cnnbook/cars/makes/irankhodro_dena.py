"""Iran Khodro Dena: a saloon with a six-cornered grille."""

from cnnbook.cars.make import Make
from cnnbook.cars.marks import common_marks, mirrored
from cnnbook.cars.vehicle import Mark, Vehicle

VEHICLE = Vehicle(
    length=4.55, width=1.74, height=1.47, nose=0.80, cowl=0.99, belt=0.99, tail=1.02, bottom=0.22,
    screen_base=0.78, roof_front=0.12, roof_rear=-0.95, window_base=-1.52, inset=0.19,
    front_corner=0.30, rear_corner=0.25, bow=0.16, wheel=0.31, front_axle=1.36, rear_axle=-1.33,
    spokes=5, spoke=0.50, rim=0.70, panes=(0.10, 0.48, 0.82),
    marks=(
        *common_marks(0.62, -1.05, 0.95),
        Mark("chrome", "front", mirrored((0.30, 0.45), (0.47, 0.60), (0.36, 0.77)), "grille"),
        Mark("grille", "front", mirrored((0.26, 0.49), (0.41, 0.60), (0.32, 0.735)), "grille"),
        Mark("bar", "front", mirrored((0.38, 0.60), (0.38, 0.62)), "grille"),
        Mark("lamp",
             "front", [(0.48, 0.60), (0.82, 0.57), (1.12, 0.70), (1.08, 0.78), (0.52, 0.76)],
             "headlamp"),
        Mark("lens", "front", [(0.56, 0.63), (0.74, 0.62), (0.76, 0.73), (0.58, 0.73)], "headlamp"),
        Mark("inlet", "front", mirrored((0.62, 0.26), (0.70, 0.37))),
        Mark("tail", "rear", [(0.34, 0.78), (0.78, 0.78), (1.10, 0.80), (1.06, 0.95), (0.34, 0.92)],
             "tail lamp"),
        Mark("tail lens", "rear", [(0.40, 0.82), (0.60, 0.82), (0.60, 0.88), (0.40, 0.88)],
             "tail lamp"),
        Mark("chrome", "rear", mirrored((0.34, 0.82), (0.34, 0.86)), "tail end"),
    ),
)  # fmt: skip

MAKE = Make("iranKhodro_dena", VEHICLE, mark_colour=(222, 60, 46))
