"""How one axis of a layer turns a size into the next, with the numbers put in, as text and LaTeX.

Padding, strides and sizes come from `cnnbook.geometry`, the same arithmetic that the convolution
itself runs on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

from cnnbook.geometry import Axis

Kind = Literal["valid", "same", "transposed", "zeros", "repeat", "flatten", "mean", "max"]


@dataclass(frozen=True)
class Rule:
    """What happens to one axis: a size rule with its numbers, and the windows if there are any.

    Examples
    --------
    >>> window_rule(Axis(28, 3, stride=2, after=1), "same").text
    '⌈28/2⌉ = 14'
    """

    kind: Kind
    size: int
    text: str
    latex: str
    axis: Axis | None = None


@dataclass(frozen=True)
class ReceptiveField:
    """Which pixels of the first input an output cell depends on, as (rows, columns).

    Output cell (i, j) sees `size` pixels from `offset + stride * (i, j)` on; a negative offset lies
    in the padding.

    Examples
    --------
    >>> one_pixel = ReceptiveField((1, 1), (1, 1), (0, 0))
    >>> one_pixel.through([Axis(28, 3, 2, after=1), Axis(28, 3, 2, after=1)])
    ReceptiveField(size=(3, 3), stride=(2, 2), offset=(0, 0))
    """

    size: tuple[int, int]
    stride: tuple[int, int]
    offset: tuple[int, int]

    def through(self, axes: Sequence[Axis]) -> ReceptiveField:
        """Return the field after one more layer of windows."""
        (h, dh, top), (w, dw, left) = (
            (
                size + (axis.extent - 1) * stride,
                stride * axis.stride,
                offset - axis.before * stride,
            )
            for axis, size, stride, offset in zip(
                axes, self.size, self.stride, self.offset, strict=True
            )
        )
        return ReceptiveField((h, w), (dh, dw), (top, left))

    def joined(self, other: ReceptiveField) -> ReceptiveField | None:
        """Return the smallest field that holds both; None when they move at different speeds."""
        if self.stride != other.stride:
            return None
        (h, top), (w, left) = (
            (max(a + n, b + m) - min(a, b), min(a, b))
            for a, n, b, m in zip(self.offset, self.size, other.offset, other.size, strict=True)
        )
        return ReceptiveField((h, w), self.stride, (top, left))


def window_rule(axis: Axis, padding: Literal["valid", "same"]) -> Rule:
    """Size under a sliding window: ceil(n / s) for "same", floor((n - extent) / s) + 1 for "valid".

    Examples
    --------
    >>> window_rule(Axis(7, 3, dilation=2), "valid").text
    '2·(3-1)+1 = 5, ⌊(7-5)/1⌋+1 = 3'
    """
    n, k, s, d, e, o = (
        axis.size,
        axis.kernel,
        axis.stride,
        axis.dilation,
        axis.extent,
        axis.count,
    )
    if padding == "same":
        latex = rf"\left\lceil \tfrac{{{n}}}{{{s}}} \right\rceil = {o}"
        return Rule("same", o, f"⌈{n}/{s}⌉ = {o}", latex, axis)
    extent = f"{d}·({k}-1)+1 = {e}, " if d > 1 else ""
    extent_latex = rf"{d}({k}-1)+1 = {e},\quad " if d > 1 else ""
    latex = rf"{extent_latex}\left\lfloor \tfrac{{{n}-{e}}}{{{s}}} \right\rfloor + 1 = {o}"
    return Rule("valid", o, f"{extent}⌊({n}-{e})/{s}⌋+1 = {o}", latex, axis)


def transposed_rule(axis: Axis, padding: str, output_padding: int | None) -> Rule:
    """Size after a transposed window over `axis`, by Keras' rule.

    n s + max(extent - s, 0) for "valid" and n s for "same"; with `output_padding` given it is
    (n - 1) s + extent - 2 p + output_padding, where p is extent // 2 for "same" and 0 for "valid".

    Examples
    --------
    >>> transposed_rule(Axis(5, 3, stride=2), "same", None).text
    '5·2 = 10'
    >>> transposed_rule(Axis(5, 3, stride=2), "same", 0).text
    '(5-1)·2 + 3 - 2·1 + 0 = 9'
    """
    n, s, e = axis.size, axis.stride, axis.extent
    if output_padding is not None:
        p = e // 2 if padding == "same" else 0
        text = f"({n}-1)·{s} + {e} - 2·{p} + {output_padding}"
        size = (n - 1) * s + e - 2 * p + output_padding
    elif padding == "same":
        text, size = f"{n}·{s}", n * s
    else:
        text, size = f"{n}·{s} + max({e}-{s}, 0)", n * s + max(e - s, 0)
    latex = text.replace("·", r"\cdot ").replace("max", r"\max")
    return Rule("transposed", size, f"{text} = {size}", f"{latex} = {size}")


def zeros_rule(size: int, before: int, after: int) -> Rule:
    """Size with zeros around: the windows of one tap that "see" each cell, zeros included.

    Examples
    --------
    >>> zeros_rule(28, 1, 2).text
    '1 + 28 + 2 = 31'
    """
    axis = Axis(size, 1, before=before, after=after)
    text = f"{before} + {size} + {after} = {axis.padded}"
    return Rule("zeros", axis.padded, text, text, axis)


def product_rule(kind: Kind, factors: Sequence[Any]) -> Rule:
    """Size that is a product of others, as in flattening.

    Examples
    --------
    >>> product_rule("flatten", (7, 7, 32)).text
    '7·7·32 = 1,568'
    """
    size = prod(factors)
    total = number(size)
    text = f"{'·'.join(map(str, factors))} = {total}"
    total_latex = total.replace(",", "{,}")
    latex = r" \cdot ".join(map(str, factors)) + f" = {total_latex}"
    return Rule(kind, size, text, latex)


def number(value: Any) -> str:
    """Write a number with separators of thousands; a symbol as it is.

    Examples
    --------
    >>> number(100741)
    '100,741'
    """
    return f"{value:,}" if isinstance(value, int) else str(value)
