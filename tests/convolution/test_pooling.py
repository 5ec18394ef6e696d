"""Pooling against its definitions and TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnnbook.convolution import (
    average_pool2d,
    average_pool2d_backward,
    average_pool2d_reference,
    global_average_pool2d,
    global_average_pool2d_backward,
    global_average_pool2d_reference,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_reference,
)
from layer_cases import Case, layers

close = {"rtol": 0, "atol": 1e-10}
several = settings(max_examples=100, deadline=None)


@several
@given(layers(), st.sampled_from(["valid", "same", 1]))
def test_the_fast_forms_equal_their_definitions(case: Case, padding: str | int) -> None:
    x, size, stride = case.x, case.w.shape[:2], case.settings[0]
    border = 1 if padding == 1 else 0
    within = all(border < k <= n + 2 * border for n, k in zip(x.shape[1:3], size, strict=True))
    assume(padding == "same" or within)
    arguments = (x, size, stride, padding)
    np.testing.assert_array_equal(max_pool2d(*arguments), max_pool2d_reference(*arguments))
    np.testing.assert_allclose(
        average_pool2d(*arguments), average_pool2d_reference(*arguments), **close
    )
    np.testing.assert_allclose(
        global_average_pool2d(x), global_average_pool2d_reference(x), **close
    )


class TestTensorFlowAgrees:
    @several
    @given(layers(), st.sampled_from(["VALID", "SAME"]), st.sampled_from(["max", "average"]))
    def test_pools(self, case: Case, padding: str, kind: str) -> None:
        x, size, stride = case.x, case.w.shape[:2], case.settings[0]
        assume(padding == "SAME" or (x.shape[1] >= size[0] and x.shape[2] >= size[1]))
        pool, backward, theirs = {
            "max": (max_pool2d, max_pool2d_backward, tf.nn.max_pool2d),
            "average": (average_pool2d, average_pool2d_backward, tf.nn.avg_pool2d),
        }[kind]
        image = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = theirs(image, size, stride, padding)
        ours = pool(x, size, stride, padding.lower())
        np.testing.assert_allclose(ours, y, **close)
        g = np.random.default_rng(3).standard_normal(ours.shape)
        dx = tape.gradient(y, image, tf.constant(g))
        np.testing.assert_allclose(backward(g, x, size, stride, padding.lower()), dx, **close)

    def test_equal_maxima_send_the_gradient_to_the_first(self) -> None:
        x = np.array([[1.0, 3, 3], [3, 3, 0], [2, 2, 2]]).reshape(1, 3, 3, 1)
        image = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = tf.nn.max_pool2d(image, 2, 1, "VALID")
        dx = tape.gradient(y, image)
        np.testing.assert_array_equal(max_pool2d_backward(np.ones(y.shape), x, 2, 1), dx)

    def test_global_average(self) -> None:
        x = np.random.default_rng(4).standard_normal((2, 3, 5, 4))
        g = np.random.default_rng(5).standard_normal((2, 4))
        image = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = tf.reduce_mean(image, (1, 2))
        np.testing.assert_allclose(global_average_pool2d(x), y, **close)
        dx = tape.gradient(y, image, tf.constant(g))
        np.testing.assert_allclose(global_average_pool2d_backward(g, x), dx, **close)


def test_pools_pass_on_what_is_not_finite() -> None:
    x = np.array([[np.nan, 1], [2, -np.inf]]).reshape(1, 2, 2, 1)
    assert np.isnan(max_pool2d(x)).all()
    assert max_pool2d_backward([[[[1.0]]]], x).ravel().tolist() == [1, 0, 0, 0]
    assert (max_pool2d(np.full((1, 2, 2, 1), -np.inf)) == -np.inf).all()
    assert max_pool2d(np.full((1, 3, 3, 1), -5, np.int8), 2, 1, "same").tolist() == (
        np.full((1, 3, 3, 1), -5).tolist()
    )


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
class TestTwoBytesAreSummedInFour:
    """Against float64, rounded once; a sum in the storage type stops growing at 256 or 2048."""

    @staticmethod
    def read(name: str) -> np.dtype:
        return np.dtype(tf.as_dtype(name).as_numpy_dtype)

    def test_averages(self, name: str) -> None:
        dtype = self.read(name)
        random = np.random.default_rng(0)
        for x in (
            np.ones((1, 64, 64, 1)),
            np.full((1, 16, 16, 2), 1000.0),
            random.standard_normal((2, 40, 30, 3)),
        ):
            x = x.astype(dtype)
            exact = x.astype(np.float64)
            for size in (2, x.shape[1:3]):
                expected = average_pool2d_reference(exact, size).astype(dtype)
                for pool in (average_pool2d, average_pool2d_reference):
                    assert pool(x, size).dtype == dtype
                    assert_one_rounding(pool(x, size), expected)
            expected = exact.mean(axis=(1, 2)).astype(dtype)
            for pool in (global_average_pool2d, global_average_pool2d_reference):
                assert_one_rounding(pool(x), expected)

    def test_gradients(self, name: str) -> None:
        dtype = self.read(name)
        x = np.random.default_rng(1).standard_normal((1, 12, 12, 2)).astype(dtype)
        for pool, backward in (
            (average_pool2d, average_pool2d_backward),
            (max_pool2d, max_pool2d_backward),
        ):
            g = np.full(pool(x, 9, 1).shape, 300).astype(dtype)
            ours = backward(g, x, 9, 1)
            assert ours.dtype == dtype
            exact = backward(g.astype(np.float64), x.astype(np.float64), 9, 1)
            assert_one_rounding(ours, exact.astype(dtype))

    def test_maxima(self, name: str) -> None:
        x = np.random.default_rng(2).standard_normal((1, 7, 6, 2)).astype(self.read(name))
        expected = max_pool2d(x.astype(np.float64), 3, 2, "same").astype(x.dtype)
        for pool in (max_pool2d, max_pool2d_reference):
            np.testing.assert_array_equal(pool(x, 3, 2, "same"), expected)


def assert_one_rounding(ours: np.ndarray, expected: np.ndarray) -> None:
    """Equal but for a tie that two ways of summing may round differently."""
    spacing = 2.0 ** -(7 if expected.dtype.name == "bfloat16" else 10)
    ours, expected = ours.astype(np.float64), expected.astype(np.float64)
    np.testing.assert_allclose(ours, expected, rtol=spacing, atol=1e-6)


@pytest.mark.parametrize("dtype", [complex, object, "U1"])
def test_what_is_not_a_real_number_is_refused(dtype: type) -> None:
    x = np.ones((1, 4, 4, 2)).astype(dtype)
    g = np.ones((1, 2, 2, 2))
    for function in (
        lambda: max_pool2d(x),
        lambda: average_pool2d(x),
        lambda: average_pool2d_reference(x),
        lambda: global_average_pool2d(x),
        lambda: max_pool2d_backward(g, x),
        lambda: average_pool2d_backward(g, x),
    ):
        with pytest.raises(TypeError, match="x must hold real numbers"):
            function()
    with pytest.raises(TypeError, match="g must hold real numbers"):
        average_pool2d_backward(g.astype(dtype), np.ones((1, 4, 4, 2)))


def test_no_channels_no_gradient() -> None:
    x, g = np.ones((2, 4, 4, 0)), np.ones((2, 2, 2, 0))
    assert max_pool2d(x).shape == average_pool2d(x).shape == g.shape
    assert max_pool2d_backward(g, x).shape == average_pool2d_backward(g, x).shape == x.shape
    assert global_average_pool2d_backward(np.ones((2, 0)), x).shape == x.shape
    with pytest.raises(ValueError, match=r"\(2, 0\), got \(2, 1\)"):
        global_average_pool2d_backward(np.ones((2, 1)), x)
