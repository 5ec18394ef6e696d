"""Receptive fields and unread pixels, by running the windows."""

from __future__ import annotations

import random

import numpy as np
import pytest

from cnnbook.convolution import conv2d
from cnnbook.shapes import (
    Activation,
    Add,
    AveragePooling2D,
    Concatenate,
    Conv2D,
    Conv2DTranspose,
    Cropping2D,
    DepthwiseConv2D,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    Permute,
    ShapeError,
    Trace,
    UpSampling2D,
    ZeroPadding2D,
    output_shape,
)


class TestWhatAWindowReads:
    def random_chain(self, generator: random.Random) -> list[Layer]:
        def layer() -> Layer:
            size, strides = generator.randint(1, 3), generator.randint(1, 3)
            padding = generator.choice(["valid", "same"])
            dilation = generator.randint(1, 2) if strides == 1 else 1
            return generator.choice(
                [
                    Conv2D(1, size, strides, padding, dilation),
                    AveragePooling2D(size, strides, padding),
                    ZeroPadding2D(((generator.randint(0, 2), 1), (0, 2))),
                    Cropping2D(((generator.randint(0, 2), 1), (0, 2))),
                    Activation("relu"),
                ]
            )

        return [layer() for _ in range(generator.randint(1, 4))]

    def test_receptive_fields_by_running_the_windows(self) -> None:
        """An output cell's field is the span of the pixels that change it when they change."""
        generator = random.Random(1)
        for _ in range(60):
            chain = self.random_chain(generator)
            try:
                trace = output_shape((17, 16, 1), chain)
            except ShapeError:
                continue
            rows, columns = trace.shape[0] // 2, trace.shape[1] // 2
            depends = pixels_behind(trace, rows, columns)
            field = trace.receptive_field
            assert field is not None
            for axis, (cell, seen) in enumerate(
                zip((rows, columns), (depends.any(1), depends.any(0)), strict=True)
            ):
                first = field.offset[axis] + cell * field.stride[axis]
                span = np.arange(first, first + field.size[axis])
                inside = span[(span >= 0) & (span < len(seen))]
                read = np.flatnonzero(seen)
                if len(inside) and len(read):
                    assert set(read) <= set(inside), (chain, field)
                    cut = any(isinstance(layer, Cropping2D) for layer in chain)
                    if span[0] >= 0 and span[-1] < len(seen) and not cut:
                        assert (read[0], read[-1]) == (span[0], span[-1]), (chain, field)

    @pytest.mark.parametrize("size", range(3, 12))
    @pytest.mark.parametrize("window", [(1, 1, 1), (2, 3, 1), (3, 2, 1), (3, 2, 2), (2, 4, 1)])
    @pytest.mark.parametrize("padding", ["valid", "same"])
    def test_rows_never_read(self, size: int, window: tuple[int, int, int], padding: str) -> None:
        kernel, stride, dilation = window
        if padding == "valid" and dilation * (kernel - 1) >= size:
            return
        # Keras' Conv2D has no strides with dilation; its depthwise convolution has.
        step = DepthwiseConv2D(kernel, stride, padding, dilation_rate=dilation).step(
            (size, size, 1)
        )
        changed = []
        for row in range(size):
            x = np.zeros((1, size, size, 1))
            x[0, row] = 1
            y = conv2d(x, np.ones((kernel, kernel, 1, 1)), stride, padding, dilation)
            changed.append(y.any())
        assert step.unread[0] == tuple(np.flatnonzero(~np.array(changed)))

    def test_branches_join_their_fields(self) -> None:
        same = {"padding": "same"}
        trace = output_shape((28, 28, 8), [Add([[Conv2D(8, 3, **same), Conv2D(8, 3, **same)], []])])
        assert trace.receptive_field.size == (5, 5)
        assert trace.receptive_field.offset == (-2, -2)

    def test_a_cell_without_a_place_has_none(self) -> None:
        beside = Concatenate([[], []], axis=1)
        turned = Permute((2, 1, 3))
        several = (Flatten(), GlobalAveragePooling2D(), UpSampling2D(2), Conv2DTranspose(1, 2))
        for last in (*several, beside, turned):
            assert output_shape((8, 8, 1), [Conv2D(1, 3), last]).receptive_field is None


def pixels_behind(trace: Trace, row: int, column: int) -> np.ndarray:
    """Which input pixels an output cell depends on, by walking back through every window."""
    depends = np.zeros(trace.shape[:2], bool)
    depends[row, column] = True
    for step in reversed(trace.steps):
        if not step.axes:
            continue
        height, width = step.axes
        before = np.zeros(step.input_shape[:2], bool)
        for i, j in np.argwhere(depends):
            for p, q in np.ndindex(height.kernel, width.kernel):
                a = i * height.stride + p * height.dilation - height.before
                b = j * width.stride + q * width.dilation - width.before
                if 0 <= a < height.size and 0 <= b < width.size:
                    before[a, b] = True
        depends = before
    return depends
