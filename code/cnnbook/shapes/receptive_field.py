"""Which pixels of the first input an output cell depends on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cnnbook.geometry import Axis


@dataclass(frozen=True)
class ReceptiveField:
    """The pixels of the first input behind an output cell, as (rows, columns).

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


ONE_PIXEL = ReceptiveField((1, 1), (1, 1), (0, 0))
