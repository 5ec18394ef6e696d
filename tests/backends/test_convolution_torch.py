"""1500 random layers, forward and backward, against PyTorch in float64."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.convolution import (
    average_pool2d,
    average_pool2d_backward,
    conv2d,
    conv2d_backward,
    conv2d_transpose,
    max_pool2d,
    max_pool2d_backward,
)
from layer_cases import Case, layers

LAYERS = 1500
close = {"rtol": 0, "atol": 1e-10}


def channels_first(x: np.ndarray) -> torch.Tensor:
    return torch.tensor(x.transpose(0, 3, 1, 2).copy(), requires_grad=True)


def channels_last(x: torch.Tensor) -> np.ndarray:
    return x.detach().numpy().transpose(0, 2, 3, 1)


def filters_first(w: np.ndarray) -> torch.Tensor:
    return torch.tensor(w.transpose(3, 2, 0, 1).copy(), requires_grad=True)


def filters_last(w: torch.Tensor) -> np.ndarray:
    return w.detach().numpy().transpose(2, 3, 1, 0)


def compare(case: Case) -> None:
    stride, _, dilation, groups = case.settings
    x, w = channels_first(case.x), filters_first(case.w)
    (top, bottom), (left, right) = ((axis.before, axis.after) for axis in case.axes)
    padded = torch.nn.functional.pad(x, (left, right, top, bottom))
    y = torch.nn.functional.conv2d(padded, w, None, stride, 0, dilation, groups)
    np.testing.assert_allclose(conv2d(case.x, case.w, *case.settings), channels_last(y), **close)

    g = case.upstream()
    y.backward(channels_first(g))
    dx, dw = conv2d_backward(g, case.x, case.w, *case.settings)
    np.testing.assert_allclose(dx, channels_last(x.grad), **close)
    np.testing.assert_allclose(dw, filters_last(w.grad), **close)


def test_random_layers() -> None:
    agreed, refused = 0, 0

    @settings(max_examples=LAYERS + 400, deadline=None, database=None)
    @given(layers(largest=24))
    def each(case: Case) -> None:
        nonlocal agreed, refused
        if case.fits:
            compare(case)
            agreed += 1
        else:
            with pytest.raises(ValueError, match="does not fit"):
                conv2d(case.x, case.w, *case.settings)
            refused += 1

    each()
    print(f"{agreed} layers agree forward and backward, {refused} are refused")
    assert agreed >= LAYERS


@pytest.mark.parametrize("channels", [1, 3, 40])
@pytest.mark.parametrize("groups", [1, 2])
def test_layers_of_many_strips(channels: int, groups: int) -> None:
    random = np.random.default_rng(channels)
    for stride, padding, dilation in ((1, "same", 1), (2, "valid", 2), (1, "full", 1), (3, 2, 1)):
        x = random.standard_normal((3, 90, 70, channels * groups))
        w = random.standard_normal((3, 4, channels, 6))
        compare(Case(x, w, (stride, padding, dilation, groups)))


@settings(max_examples=300, deadline=None, database=None)
@given(layers(), st.booleans())
def test_pools(case: Case, largest: bool) -> None:
    size, stride = case.w.shape[:2], case.settings[0]
    padding = tuple(k // 2 for k in size)
    if any(n + 2 * p < k for n, p, k in zip(case.x.shape[1:3], padding, size, strict=True)):
        return
    x = channels_first(case.x)
    pool = torch.nn.functional
    y = (
        pool.max_pool2d(x, size, stride, padding)
        if largest
        else pool.avg_pool2d(x, size, stride, padding, count_include_pad=False)
    )
    ours, backward = (
        (max_pool2d, max_pool2d_backward) if largest else (average_pool2d, average_pool2d_backward)
    )
    np.testing.assert_allclose(ours(case.x, size, stride, padding), channels_last(y), **close)
    g = np.random.default_rng(0).standard_normal(channels_last(y).shape)
    y.backward(channels_first(g))
    dx = backward(g, case.x, size, stride, padding)
    np.testing.assert_allclose(dx, channels_last(x.grad), **close)


@settings(max_examples=300, deadline=None, database=None)
@given(layers(), st.integers(0, 1))
def test_transposed(case: Case, padding: int) -> None:
    stride, _, dilation, groups = case.settings
    w = case.w
    x = np.random.default_rng(1).standard_normal((*case.x.shape[:3], w.shape[3]))
    theirs = torch.nn.functional.conv_transpose2d(
        channels_first(x), filters_first(w), None, stride, 0, 0, groups, dilation
    )
    full = channels_last(theirs)
    inside = full[:, padding : full.shape[1] - padding, padding : full.shape[2] - padding]
    if min(inside.shape) < 1:
        return
    ours = conv2d_transpose(x, w, stride, padding, dilation, groups)
    np.testing.assert_allclose(ours, inside, **close)
