"""A picture painted by numbers: each pixel holds the number of a colour, a palette the colours.

Light can be changed after painting by changing the palette, and which pixels show a lamp or a wheel
is read off the numbers.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

Colour = tuple[float, float, float]

# Samples per pixel along each axis while drawing; averaging them softens the edges.
OVERSAMPLING = 2


class Canvas:
    """A square to paint on by numbers; each number has a colour and stands for a part of the scene.

    Attributes
    ----------
    side : int
        In samples: :data:`OVERSAMPLING` times the pixels.
    picture : PIL.Image.Image
        Mode "P": the number of each sample's colour. It begins with 0 everywhere.
    pen : PIL.ImageDraw.ImageDraw
        Draws numbers into ``picture``.
    colours : (256, 3) float64
        The colour of each number, 0..255; the camera clips what exceeds it.
    parts : bytearray of 256
        What each number belongs to; 0 is the street.
    used : int
        How many numbers have been given out.

    Examples
    --------
    >>> canvas = Canvas(2)
    >>> road = canvas.number((90, 90, 90))
    >>> car = canvas.number((200, 0, 0), part=1)
    >>> canvas.pen.rectangle([0, 0, 1, 1], fill=car)
    >>> canvas.regions().tolist()
    [[1, 0], [0, 0]]
    """

    def __init__(self, size: int) -> None:
        self.side = OVERSAMPLING * size
        self.picture = Image.new("P", (self.side, self.side))
        self.pen = ImageDraw.Draw(self.picture)
        self.colours = np.zeros((256, 3))
        self.parts = bytearray(256)
        self.used = 0

    def number(self, colour: Colour, part: int = 0) -> int:
        """Take up one colour and return its number; IndexError beyond the 256th."""
        self.colours[self.used] = colour
        self.parts[self.used] = part
        self.used += 1
        return self.used - 1

    def numbers(self, colours: NDArray[np.float64], parts: bytes) -> int:
        """Take up n colours, (n, 3), and return the number of the first.

        Raises
        ------
        ValueError
            If they are more than the palette has left.
        """
        first, last = self.used, self.used + len(parts)
        if last > 256:
            raise ValueError(f"a palette holds 256 colours; this scene has {last}")
        self.used = last
        self.colours[first:last] = colours
        self.parts[first:last] = parts
        return first

    def regions(self) -> NDArray[np.uint8]:
        """Return the part that each pixel shows: (size, size)."""
        middle = slice(OVERSAMPLING // 2, None, OVERSAMPLING)
        numbers = np.asarray(self.picture)[middle, middle]
        return np.frombuffer(numbers.tobytes().translate(self.parts), np.uint8).reshape(
            numbers.shape
        )
