"""Layers that join branches."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from cnnbook.shapes.layers.arguments import place_of_axis
from cnnbook.shapes.steps import Layer, Shape, Step


@dataclass(frozen=True)
class Merge(Layer):
    """A layer that joins branches, each a list of layers from the same input ([] is the input).

    Examples
    --------
    >>> from cnnbook.shapes import Add, Conv2D, output_shape
    >>> output_shape((28, 28, 8), [Add([[Conv2D(8, 3, padding="same")], []])]).params
    584
    """

    branches: Sequence[Sequence[Layer]] = ()

    def __post_init__(self) -> None:
        for branch in self.branches:
            if not isinstance(branch, Sequence) or isinstance(branch, str):
                raise TypeError(f"{self.name} joins lists of layers, got {branch!r}")

    def step(self, shape: Shape) -> Step:
        """Refuse a single shape."""
        raise TypeError(f"{self.name} joins several shapes; use join")

    @abstractmethod
    def join(self, shapes: Sequence[Shape]) -> Step:
        """Say what becomes of inputs of these shapes."""


class Elementwise(Merge):
    """A function of the numbers of all branches at the same place; an axis of 1 is stretched.

    Examples
    --------
    >>> from cnnbook.shapes import Multiply
    >>> Multiply().join([(7, 7, 8), (1, 1, 8)]).shape
    (7, 7, 8)
    """

    def join(self, shapes: Sequence[Shape]) -> Step:
        """Stretch axes of 1, from the last axis on, as NumPy does."""
        if not shapes:
            raise ValueError("it needs branches to join")
        columns = list(zip_longest(*(shape[::-1] for shape in shapes), fillvalue=1))
        if any(len(set(sizes) - {1}) > 1 for sizes in columns):
            message = "needs shapes that are equal, or 1 where they differ"
            raise ValueError(f"{self.name} {message}, got {_listed(shapes)}")
        out = tuple(next((n for n in sizes if n != 1), 1) for sizes in reversed(columns))
        return Step(self, tuple(shapes), out, in_place=len(set(shapes)) == 1)


class Add(Elementwise):
    """Sum of branches.

    Examples
    --------
    >>> Add().join([(7, 7, 8), (7, 7, 8)]).shape
    (7, 7, 8)
    """


class Multiply(Elementwise):
    """Product of branches, as of an image and the gates of its channels.

    Examples
    --------
    >>> Multiply().join([(7, 7, 8), (8,)]).shape
    (7, 7, 8)
    """


class Average(Elementwise):
    """Mean of branches.

    Examples
    --------
    >>> Average().join([(7, 7, 8), (7, 7, 8)]).shape
    (7, 7, 8)
    """


class Maximum(Elementwise):
    """Largest number of all branches.

    Examples
    --------
    >>> Maximum().join([(7, 7, 8), (7, 7, 1)]).shape
    (7, 7, 8)
    """


class Minimum(Elementwise):
    """Smallest number of all branches.

    Examples
    --------
    >>> Minimum().join([(5,), (5,)]).shape
    (5,)
    """


class Subtract(Elementwise):
    """Difference of two branches.

    Examples
    --------
    >>> Subtract().join([(7, 7, 8), (7, 7, 8)]).shape
    (7, 7, 8)
    """

    def join(self, shapes: Sequence[Shape]) -> Step:
        """Stretch axes of 1, of two shapes."""
        if len(shapes) != 2:
            raise ValueError(f"Subtract takes two branches, got {len(shapes)}")
        return super().join(shapes)


@dataclass(frozen=True)
class Concatenate(Merge):
    """All branches side by side along `axis`, as in Keras the batch counted as 0.

    Examples
    --------
    >>> Concatenate().join([(7, 7, 8), (7, 7, 16)]).shape
    (7, 7, 24)
    >>> Concatenate(axis=1).join([(7, 7, 8), (3, 7, 8)]).shape
    (10, 7, 8)
    """

    axis: int = -1

    def join(self, shapes: Sequence[Shape]) -> Step:
        """Add up one axis."""
        if not shapes:
            raise ValueError("it needs branches to join")
        place = place_of_axis(self.axis, shapes[0])
        if len({(*shape[:place], 0, *shape[place + 1 :]) for shape in shapes}) > 1:
            where = "the last axis" if self.axis == -1 else f"axis {self.axis}"
            message = f"Concatenate needs shapes that are equal but for {where}"
            raise ValueError(f"{message}, got {_listed(shapes)}")
        out = list(shapes[0])
        out[place] = sum(shape[place] for shape in shapes)
        at_each_place = len(out) == 3 and place == 2
        return Step(self, tuple(shapes), tuple(out), in_place=at_each_place)


def _listed(shapes: Sequence[Shape]) -> str:
    return " and ".join(map(str, shapes))
