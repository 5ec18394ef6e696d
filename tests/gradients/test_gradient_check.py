"""The gradient check tells right from wrong, and a kink from both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook.convolution import conv2d, conv2d_backward, max_pool2d, max_pool2d_backward
from cnnbook.gradients import check_gradient


def relu(x: np.ndarray) -> tuple[float, np.ndarray]:
    return float(np.maximum(x, 0).sum()), (x > 0).astype(float)


def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
    x = np.random.default_rng(0).standard_normal((2, 6, 5, 2))
    y = conv2d(x, w, 2, "same")
    return float((y**2).sum() / 2), conv2d_backward(y, x, w, 2, "same")[1]


def test_a_right_gradient_is_right() -> None:
    w = np.random.default_rng(1).standard_normal((3, 3, 2, 2))
    check = check_gradient(loss, w)
    assert check
    assert check.worst < 1e-8
    assert not check.kinks.any()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda gradient: gradient[::-1, ::-1],
        lambda gradient: gradient * (1 + 1e-4),
        lambda gradient: gradient + 1e-3,
    ],
    ids=["turned", "scaled", "shifted"],
)
def test_a_wrong_gradient_is_wrong(spoil) -> None:
    w = np.random.default_rng(1).standard_normal((3, 3, 2, 2))
    check = check_gradient(lambda w: (loss(w)[0], spoil(loss(w)[1])), w)
    assert not check
    assert "wrong at (0, 0, 0, 0)" in str(check)


@settings(max_examples=100, deadline=None)
@given(
    st.floats(-1e3, 1e3),
    st.floats(-1e2, 1e2),
    st.sampled_from([np.sin, np.exp, np.tanh, np.square]),
    st.booleans(),
)
def test_smooth_functions_of_any_scale(scale: float, x: float, f, spoiled: bool) -> None:
    derivatives = {
        np.sin: np.cos,
        np.exp: np.exp,
        np.tanh: lambda x: 1 / np.cosh(x) ** 2,
        np.square: lambda x: 2 * x,
    }
    slope = scale * derivatives[f](x)
    if spoiled:
        slope += 1e-2 * abs(slope) + 1e-2 * abs(scale * f(x)) + 1e-2
    check = check_gradient(lambda x: (float(scale * f(x[0])), np.array([slope])), [x])
    assert not check.kinks.any()
    assert bool(check) != spoiled


class TestKinks:
    def test_a_kink_is_not_an_error_for_any_subgradient(self) -> None:
        for slope, right in ((0, True), (0.5, True), (1, True), (-0.1, False), (1.1, False)):
            check = check_gradient(lambda x, s=slope: (relu(x)[0], np.array([s])), [0.0])
            assert check.kinks.tolist() == [True]
            assert bool(check) == right
        assert "slope 0 on the left, 1 on the right" in str(check)

    @pytest.mark.parametrize("distance", [2e-6, 1e-5, -2e-6, 1.0])
    def test_a_kink_nearby_is_stepped_around(self, distance: float) -> None:
        check = check_gradient(relu, [distance])
        assert check
        assert not check.kinks.any()
        slope = float(distance > 0) + 0.1
        assert not check_gradient(lambda x: (relu(x)[0], np.array([slope])), [distance])

    def test_equal_maxima(self) -> None:
        x = np.array([[1.0, 3], [3, 2]]).reshape(1, 2, 2, 1)

        def pooled(x: np.ndarray) -> tuple[float, np.ndarray]:
            return float(max_pool2d(x).sum()), max_pool2d_backward(np.ones((1, 1, 1, 1)), x)

        check = check_gradient(pooled, x)
        assert check
        assert check.kinks.ravel().tolist() == [False, True, True, False]


class TestRefusals:
    def test_float32(self) -> None:
        with pytest.raises(TypeError, match="float32"):
            check_gradient(lambda x: (np.float32(x.sum()), np.ones(2)), [1.0, 2.0])

    def test_shapes(self) -> None:
        with pytest.raises(ValueError, match=r"\(3,\), x has \(2,\)"):
            check_gradient(lambda x: (x.sum(), np.ones(3)), [1.0, 2.0])

    def test_not_a_number_is_wrong(self) -> None:
        assert not check_gradient(lambda x: (x.sum(), np.full(2, np.nan)), [1.0, 2.0])
