"""Where the windows of a layer lie on its input, in whole numbers (no dependency).

Everything that slides a window, convolution and pooling alike, is two independent axes. This
module knows one axis and how a `padding` argument becomes zeros on each side;
`cnnbook.convolution` moves the numbers, `cnnbook.shapes` explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import index

IntPair = int | Sequence[int]
Padding = str | int | Sequence[int | Sequence[int]]


@dataclass(frozen=True)
class Axis:
    """One axis under a sliding window: `size` inputs, zeros `before` and `after`.

    ========  ==========================================================
    extent    d (k - 1) + 1, from a window's first tap to its last: the effective kernel size
    count     floor((n + before + after - extent) / s) + 1 windows: the output size
    unread    the inputs that no tap of any window falls on
    ========  ==========================================================

    Negative zeros cut the axis, as a cropping layer does.

    Examples
    --------
    >>> Axis(size=28, kernel=3, stride=2, before=0, after=1).count
    14
    >>> Axis(size=7, kernel=2, stride=2).unread
    (6,)
    """

    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    before: int = 0
    after: int = 0

    @property
    def extent(self) -> int:
        """Inputs from the first tap of a window to its last: the effective kernel size."""
        return effective_kernel_size(self.kernel, self.dilation)

    @property
    def padded(self) -> int:
        """Size with the zeros."""
        return self.size + self.before + self.after

    @property
    def count(self) -> int:
        """Number of windows: the output size."""
        return (self.padded - self.extent) // self.stride + 1

    @property
    def unread(self) -> tuple[int, ...]:
        """Indices of the inputs that no window reads."""
        read = {
            window * self.stride + tap * self.dilation - self.before
            for window in range(self.count)
            for tap in range(self.kernel)
        }
        return tuple(i for i in range(self.size) if i not in read)


@dataclass(frozen=True)
class TransposedAxis:
    """One axis of a transposed layer: each of `size` inputs adds its multiple of the kernel.

    `padding` is the convolution's that is undone: "valid", "same" or its zeros (before, after).

    ======  ====================================================================
    extent  d (k - 1) + 1, the effective kernel size e
    cut     what the padding takes off: 0 for "valid", 2 floor(e / 2) for "same"
    count   (n - 1) s + e - cut + output_padding, the output size; without output_padding
            n s for "same" and n s + max(e - s, 0) for "valid"
    ======  ====================================================================

    Several sizes have the same number of windows; without `output_padding` this is Keras' choice,
    and the smallest where the zeros are given.

    Examples
    --------
    >>> TransposedAxis(5, 3, stride=2, padding="same").count
    10
    >>> TransposedAxis(5, 3, stride=2, padding="same", output_padding=0).count
    9
    """

    size: int
    kernel: int
    stride: int = 1
    dilation: int = 1
    padding: str | tuple[int, int] = "valid"
    output_padding: int | None = None

    @property
    def extent(self) -> int:
        """Effective kernel size."""
        return effective_kernel_size(self.kernel, self.dilation)

    @property
    def cut(self) -> int:
        """Outputs that the padding takes off, both ends together."""
        if isinstance(self.padding, tuple):
            return sum(self.padding)
        return 2 * (self.extent // 2) if self.padding == "same" else 0

    @property
    def count(self) -> int:
        """Output size."""
        if self.output_padding is None and self.padding == "same":
            return self.size * self.stride
        if self.output_padding is None and self.padding == "valid":
            return self.size * self.stride + max(self.extent - self.stride, 0)
        overlap_free = (self.size - 1) * self.stride + self.extent
        return overlap_free - self.cut + (self.output_padding or 0)


def effective_kernel_size(kernel: int, dilation: int = 1) -> int:
    """Return d (k - 1) + 1, the inputs from the first tap of a dilated window to its last.

    Examples
    --------
    >>> effective_kernel_size(3), effective_kernel_size(3, dilation=2)
    (3, 5)
    """
    return dilation * (kernel - 1) + 1


def pair(value: IntPair, name: str, least: int = 1) -> tuple[int, int]:
    """Read an argument that is one whole number or two, each at least `least`.

    Raises
    ------
    TypeError, ValueError
        When it is neither; the message names the argument.

    Examples
    --------
    >>> pair(3, "size"), pair((1, 2), "stride")
    ((3, 3), (1, 2))
    >>> pair(0, "stride")
    Traceback (most recent call last):
    ...
    ValueError: stride must be at least 1, got 0
    """
    try:
        numbers = tuple(value) if isinstance(value, Iterable) else (value, value)
        first, second = (index(number) for number in numbers)
    except (TypeError, ValueError):
        message = f"{name} must be one whole number or a pair of them, got {value!r}"
        raise TypeError(message) from None
    if min(first, second) < least:
        raise ValueError(f"{name} must be at least {least}, got {value!r}")
    return first, second


def same_padding(size: int, kernel: int, stride: int = 1, dilation: int = 1) -> tuple[int, int]:
    """Zeros before and after an axis so that ceil(size / stride) windows fit, as TensorFlow does.

    The total is max((ceil(n / s) - 1) s + d (k - 1) + 1 - n, 0); when it is odd the extra zero
    goes after.

    References
    ----------
    https://www.tensorflow.org/api_docs/python/tf/nn#notes_on_padding_2

    Examples
    --------
    >>> same_padding(28, 3, stride=2)
    (0, 1)
    """
    count = -(-size // stride)
    total = max((count - 1) * stride + effective_kernel_size(kernel, dilation) - size, 0)
    return total // 2, total - total // 2


def window_axes(
    size: Sequence[int],
    kernel: Sequence[int],
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> tuple[Axis, Axis]:
    """Lay windows of `kernel` = (kh, kw) over an image of `size` = (h, w).

    Parameters
    ----------
    padding : str, int or pairs
        "valid" (none), "same" (TensorFlow's), "full" (every overlap), one number for all sides, a
        number for each axis, or ((top, bottom), (left, right)).

    Raises
    ------
    ValueError
        When the padding is none of these, the image is empty, or the kernel does not fit; inputs
        are never swapped.

    Examples
    --------
    >>> [axis.count for axis in window_axes((28, 28), (3, 3), stride=2, padding="same")]
    [14, 14]
    >>> window_axes((5, 5), (3, 3), dilation=3)  # doctest: +NORMALIZE_WHITESPACE
    Traceback (most recent call last):
    ...
    ValueError: the kernel does not fit: 3 taps with dilation 3 span 7 = 3*(3-1)+1 rows, the padded
    input has 5
    """
    strides, dilations = pair(stride, "stride"), pair(dilation, "dilation")
    sides = _sides(size, kernel, strides, padding, dilations)
    axes = tuple(map(Axis, size, kernel, strides, dilations, *zip(*sides, strict=True)))
    for axis, lines in zip(axes, ("rows", "columns"), strict=True):
        if axis.kernel < 1:
            raise ValueError(f"the kernel is empty: shape {tuple(kernel)}")
        if axis.size < 1:
            raise ValueError(f"the image is empty: size {tuple(size)}")
        if axis.extent > axis.padded:
            taps = f"{axis.kernel} taps"
            if axis.dilation > 1:
                taps += f" with dilation {axis.dilation}"
            span = f"{axis.extent} = {axis.dilation}*({axis.kernel}-1)+1"
            message = f"{taps} span {span} {lines}, the padded input has {axis.padded}"
            raise ValueError(f"the kernel does not fit: {message}")
    height, width = axes
    return height, width


def transposed_size(
    count: Sequence[int],
    kernel: Sequence[int],
    stride: IntPair = 1,
    padding: Padding = "valid",
    dilation: IntPair = 1,
) -> tuple[int, int]:
    """Input size (h, w) that a transposed layer gives back for `count` = (oh, ow) outputs.

    Each axis is a `TransposedAxis`, where the rule stands.

    Examples
    --------
    >>> transposed_size((5, 5), (3, 3), stride=2, padding="same")
    (10, 10)
    >>> transposed_size((5, 5), (3, 3), stride=2, padding=1)
    (9, 9)
    """
    strides, dilations = pair(stride, "stride"), pair(dilation, "dilation")
    borders: tuple[str | tuple[int, int], ...]
    if padding == "same" or padding == "valid":
        borders = (padding, padding)
    else:
        borders = _sides(count, kernel, strides, padding, dilations)
    axes = map(TransposedAxis, count, kernel, strides, dilations, borders)
    rows, columns = (axis.count for axis in axes)
    return rows, columns


def _sides(
    size: Sequence[int],
    kernel: Sequence[int],
    strides: tuple[int, int],
    padding: Padding,
    dilations: tuple[int, int],
) -> tuple[tuple[int, int], tuple[int, int]]:
    """((top, bottom), (left, right)) zeros."""
    if padding == "valid":
        return (0, 0), (0, 0)
    if padding == "same":
        first, second = map(same_padding, size, kernel, strides, dilations)
        return first, second
    if padding == "full":
        first, second = ((d * (k - 1),) * 2 for k, d in zip(kernel, dilations, strict=True))
        return first, second
    both = padding if isinstance(padding, Sequence) else (padding, padding)
    if isinstance(both, str) or len(both) != 2:
        message = "padding must be 'valid', 'same', 'full', a whole number, (rows, columns)"
        raise ValueError(f"{message} or ((top, bottom), (left, right)); got {padding!r}")
    return pair(both[0], "padding", least=0), pair(both[1], "padding", least=0)
