"""Keras' windows over height and width, for the layers that slide one."""

from __future__ import annotations

from collections.abc import Sequence

from cnnbook.geometry import IntPair, window_axes
from cnnbook.shapes.layers.arguments import image
from cnnbook.shapes.rules import Border, Rule, WindowRule
from cnnbook.shapes.steps import Shape


def window_rules(
    shape: Shape,
    kernel: tuple[int, int],
    strides: IntPair,
    padding: Border,
    dilation: IntPair = 1,
) -> tuple[WindowRule, ...]:
    """Lay windows over the height and the width of (h, w, c).

    Examples
    --------
    >>> sizes(window_rules((28, 28, 3), (3, 3), 2, "same"))
    (14, 14)
    """
    axes = window_axes(image(shape)[:2], kernel, strides, padding, dilation)
    return tuple(WindowRule(axis, padding) for axis in axes)


def sizes(rules: Sequence[Rule]) -> tuple[int, ...]:
    """Return the output size of each axis.

    Examples
    --------
    >>> from cnnbook.shapes.rules import ProductRule
    >>> sizes([ProductRule("repeat", (7, 2)), ProductRule("repeat", (5, 3))])
    (14, 15)
    """
    return tuple(rule.size for rule in rules)
