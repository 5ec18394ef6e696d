"""The gradient check tells right from wrong, and a kink from both."""

from __future__ import annotations

from functools import partial

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


class TestNothingDependsOnTheScale:
    """An absolute floor lets small gradients pass, whatever they are."""

    scales = st.floats(-12, 12).map(lambda power: 10**power)

    @settings(max_examples=100, deadline=None)
    @given(
        scales,
        scales,
        st.sampled_from([(1, 1), (2, 2), (3, 3), (4, 4)]),
        st.sampled_from(["right", "zero", "sign", "double", "percent"]),
        st.integers(0, 2**32 - 1),
    )
    def test_of_f_or_of_x(
        self, factor: float, size: float, power: tuple[int, int], spoil: str, seed: int
    ) -> None:
        n, slope = power
        x = size * np.random.default_rng(seed).uniform(0.5, 2, 3)
        spoiled = {"right": 1, "zero": 0, "sign": -1, "double": 2, "percent": 1.01}[spoil]

        def f(x: np.ndarray) -> tuple[float, np.ndarray]:
            return float(factor * (x**n).sum()), spoiled * factor * slope * x ** (n - 1)

        check = check_gradient(f, x)
        assert bool(check) == (spoil == "right"), check
        assert check.wrong.all() or spoil == "right"

    def test_a_zero_gradient_of_a_faint_function(self) -> None:
        assert not check_gradient(lambda x: (1e-9 * (x @ x), 0 * x), [1.0, -2.0])

    def test_a_wrong_sign_near_zero(self) -> None:
        for x in ([1e-9], [-1e-9], [1e-9, 1.0], [1e-12, 3e-9]):
            x = np.array(x)
            assert check_gradient(lambda x: (x @ x, 2 * x), x)
            small = np.where(abs(x) < 1e-8, -1, 1)
            assert not check_gradient(lambda x, small=small: (x @ x, 2 * x * small), x)
            assert check_gradient(lambda x: (abs(x).sum(), np.sign(x)), x)
            assert not check_gradient(lambda x, small=small: (abs(x).sum(), np.sign(x) * small), x)

    @pytest.mark.parametrize("shift", [1e2, 1e5, 1e7])
    def test_rounding_that_the_value_does_not_show(self, shift: float) -> None:
        """The sum is small, and rounded as if it were as large as the shift."""

        def shifted(x: np.ndarray, slope: float = 1) -> tuple[float, np.ndarray]:
            return float((x + shift - shift).sum()), np.full(2, slope)

        for x in np.random.default_rng(0).uniform(-1, 1, (20, 2)):
            assert check_gradient(shifted, x)
            assert not check_gradient(lambda x: shifted(x, -1), x)

    def test_a_constant_that_rounds(self) -> None:
        def one(x: np.ndarray) -> tuple[float, np.ndarray]:
            softmax = np.exp(x) / np.exp(x).sum()
            return float(softmax.sum() - 1), softmax - softmax * softmax.sum()

        for x in np.random.default_rng(0).uniform(-1, 1, (20, 5)):
            assert check_gradient(one, x)


class TestKinks:
    def test_a_kink_is_not_an_error_for_any_subgradient(self) -> None:
        for slope, right in ((0, True), (0.5, True), (1, True), (-0.1, False), (1.1, False)):
            check = check_gradient(lambda x, s=slope: (relu(x)[0], np.array([s])), [0.0])
            assert check.kinks.tolist() == [True]
            assert bool(check) == right
        assert "slope 0 on the left, 1 on the right" in str(check)

    @settings(max_examples=200, deadline=None)
    @given(
        st.floats(-10, 0), st.sampled_from([-1, 1]), st.sampled_from([0, 1, 5, 1e3]), st.booleans()
    )
    def test_a_kink_nearby_is_stepped_around(
        self, power: float, sign: int, offset: float, at_zero: bool
    ) -> None:
        """However near, as long as the rounding of f lets one see it."""
        distance = sign * 10**power
        if offset and abs(distance) < 1e-8 * offset:
            return
        place = 0.0 if at_zero else 0.75

        def corner(x: np.ndarray, slope: float = float(sign > 0)) -> tuple[float, np.ndarray]:
            return float(np.maximum(x - place, 0).sum()) + offset, np.array([slope])

        check = check_gradient(corner, [place + distance])
        assert check, check
        assert not check.kinks.any()
        for wrong in (-1.0, 0.5, float(sign < 0)):
            assert not check_gradient(partial(corner, slope=wrong), [place + distance])

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
