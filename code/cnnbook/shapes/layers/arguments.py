"""How a layer's arguments are read when it is made: as Keras reads them.

One thing is wider: a whole number of NumPy passes by its value everywhere, while Keras takes it in
some places only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from operator import index
from typing import Any

from cnnbook.geometry import IntPair, pair
from cnnbook.shapes.rules import Border
from cnnbook.shapes.steps import Layer, Shape


def whole(value: Any, name: str) -> int:
    """Read a whole number of at least 1.

    Raises
    ------
    TypeError, ValueError
        When it is none; the message names the argument.

    Examples
    --------
    >>> whole(8, "filters")
    8
    >>> whole(-4, "filters")
    Traceback (most recent call last):
    ...
    ValueError: filters must be a whole number of at least 1, got -4
    """
    message = f"{name} must be a whole number of at least 1, got {value!r}"
    try:
        number = index(value)
    except TypeError:
        raise TypeError(message) from None
    if number < 1:
        raise ValueError(message)
    return number


def border(value: Any, name: str = "padding") -> Border:
    """Read "valid" or "same" in small letters, as Keras' pooling layers do.

    Examples
    --------
    >>> border("smae")
    Traceback (most recent call last):
    ...
    ValueError: padding must be 'valid' or 'same', got 'smae'
    """
    if value == "valid" or value == "same":
        return "valid" if value == "valid" else "same"
    raise ValueError(f"{name} must be 'valid' or 'same', got {value!r}")


def border_in_any_case(value: Any, name: str = "padding") -> Border:
    """Read "valid" or "same" in small or large letters, as Keras' convolutions do.

    Examples
    --------
    >>> border_in_any_case("SAME")
    'same'
    """
    return border(value.lower() if isinstance(value, str) else value, name)


READERS: dict[str, Callable[[Any, str], Any]] = {
    "filters": whole,
    "groups": whole,
    "depth_multiplier": whole,
    "kernel_size": pair,
    "pool_size": pair,
    "strides": pair,
    "dilation_rate": pair,
    "size": pair,
    "padding": border,
}


def settle(layer: Layer, **readers: Callable[[Any, str], Any]) -> None:
    """Check each argument of a layer and keep it in one form; `readers` go before `READERS`.

    Examples
    --------
    >>> from cnnbook.shapes import Conv2D
    >>> Conv2D(8, 3, strides=[2, 1], padding="SAME")  # doctest: +NORMALIZE_WHITESPACE
    Conv2D(filters=8, kernel_size=(3, 3), strides=(2, 1), padding='same', dilation_rate=(1, 1),
           groups=1, use_bias=True)
    """
    known = READERS | readers
    for field in fields(layer):  # type: ignore[arg-type]  # every layer is a dataclass
        if field.name in known:
            value = known[field.name](getattr(layer, field.name), field.name)
            object.__setattr__(layer, field.name, value)


def undilated_or_unstrided(strides: IntPair, dilation_rate: IntPair) -> None:
    """Refuse strides together with dilation, as Keras does.

    Examples
    --------
    >>> undilated_or_unstrided((2, 2), (2, 2))
    Traceback (most recent call last):
    ...
    ValueError: Keras has no strides above 1 with dilation_rate above 1, got (2, 2) and (2, 2)
    """
    if max(pair(strides, "strides")) > 1 and max(pair(dilation_rate, "dilation_rate")) > 1:
        message = "Keras has no strides above 1 with dilation_rate above 1"
        raise ValueError(f"{message}, got {strides} and {dilation_rate}")


def image(shape: Shape) -> Shape:
    """Refuse what is not (h, w, c).

    Examples
    --------
    >>> image((28, 28, 1))
    (28, 28, 1)
    """
    if len(shape) != 3:
        raise ValueError("it needs a (height, width, channels) input")
    return shape


def place_of_axis(axis: int, shape: Shape) -> int:
    """Find Keras' `axis`, which counts the batch as 0, in a shape without it.

    Examples
    --------
    >>> place_of_axis(1, (28, 20, 3)), place_of_axis(-1, (28, 20, 3))
    (0, 2)
    """
    place = axis - 1 if axis > 0 else axis + len(shape)
    if axis == 0 or not 0 <= place < len(shape):
        raise ValueError(f"axis {axis} is not one of an image's; 0 is the batch")
    return place
