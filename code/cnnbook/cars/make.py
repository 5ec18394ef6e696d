"""What is known of a make."""

from typing import NamedTuple

from cnnbook.cars.vehicle import Vehicle


class Make(NamedTuple):
    """A make of car: its folder's name, its shape, and the colour of its dealer's mark.

    Examples
    --------
    >>> from cnnbook.cars.makes import MAKES
    >>> MAKES[2].name, MAKES[2].vehicle.spokes, MAKES[2].mark_colour
    ('mazda_3', 5, (52, 92, 214))
    """

    name: str
    vehicle: Vehicle
    mark_colour: tuple[int, int, int]
