"""Exact gradients of given matrices against NumPy's and TensorFlow's."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy as sp
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnbook import convolution
from cnnbook.gradients import (
    ReLU,
    average_pool,
    conv_gap_gradients,
    conv_gradients,
    cross_correlation,
    full_convolution,
    gradient,
    matrix_of_symbols,
    max_pool,
    rotate_180,
)

X = np.array([[2, 3, 4], [3, 1, 5], [4, -1, -2]])
F = np.array([[0, 3], [1, -2]])
g = sp.Symbol("g")


def batch(matrix: object) -> np.ndarray:
    return np.array(sp.Matrix(matrix).tolist(), float)[None, :, :, None]


def kernel(matrix: object) -> np.ndarray:
    return np.array(sp.Matrix(matrix).tolist(), float)[:, :, None, None]


class TestTheHomework:
    def test_every_matrix(self) -> None:
        result = conv_gap_gradients(X, F, g)
        assert sp.Matrix([[10, 3], [9, 18]]) == result.O
        assert result.gap == 10
        assert result.dO == sp.ones(2, 2) * g / 4
        assert result.dF == sp.Matrix([[9, 13], [7, 3]]) * g / 4
        assert result.dX == sp.Matrix([[0, 3, 3], [1, 2, 1], [1, -1, -2]]) * g / 4
        assert result.dF.subs(g, 2) * 2 == sp.Matrix([[9, 13], [7, 3]])

    def test_turning_the_kernel_first_gives_other_numbers(self) -> None:
        assert conv_gap_gradients(X, rotate_180(F), g).gap == 4
        twice = cross_correlation(sp.ones(2, 2), F, padding="full")
        assert twice == sp.Matrix([[-2, -1, 1], [1, 2, 1], [3, 3, 0]])

    def test_tensorflow_agrees(self) -> None:
        x, f = tf.constant(batch(X)), tf.constant(kernel(F))
        with tf.GradientTape() as tape:
            tape.watch([x, f])
            loss = 2 * tf.reduce_mean(tf.nn.conv2d(x, f, 1, "VALID"))
        dx, df = tape.gradient(loss, [x, f])
        result = conv_gap_gradients(X, F, 2)
        np.testing.assert_array_equal(batch(result.dX), dx)
        np.testing.assert_array_equal(kernel(result.dF), df)


class TestGivenMatrices:
    @pytest.mark.parametrize("n, k", [(3, 2), (4, 2), (4, 3), (5, 3)])
    def test_the_claims_hold_for_any_upstream(self, n: int, k: int) -> None:
        x, f = matrix_of_symbols("x", n, n), matrix_of_symbols("f", k, k)
        upstream = matrix_of_symbols("u", n - k + 1, n - k + 1)
        result = conv_gradients(x, f, upstream)
        difference_f = result.dF - cross_correlation(x, upstream)
        difference_x = result.dX - full_convolution(upstream, f)
        assert difference_f.expand().is_zero_matrix
        assert difference_x.expand().is_zero_matrix
        unturned = result.dX - cross_correlation(upstream, f, padding="full")
        assert not unturned.expand().is_zero_matrix

    @pytest.mark.parametrize("stride, padding", [(2, "valid"), (2, "same"), (1, "same"), (1, 1)])
    def test_stride_and_padding_as_in_conv2d(self, stride: int, padding: str | int) -> None:
        random = np.random.default_rng(0)
        x, f = random.integers(-5, 6, (5, 4)), random.integers(-5, 6, (3, 2))
        y = convolution.correlate2d(x, f, padding) if stride == 1 else None
        output = cross_correlation(x, f, stride, padding)
        upstream = sp.Matrix(*output.shape, random.integers(-5, 6, len(output)).tolist())
        result = conv_gradients(x, f, upstream, stride, padding)
        assert output == result.O
        if y is not None:
            np.testing.assert_array_equal(np.array(output, int), y)
        dx, dw = convolution.conv2d_backward(batch(upstream), batch(x), kernel(f), stride, padding)
        np.testing.assert_array_equal(batch(result.dX), dx)
        np.testing.assert_array_equal(kernel(result.dF), dw)

    @pytest.mark.parametrize("stride, padding", [(None, "valid"), (1, "same"), (2, "same")])
    @pytest.mark.parametrize("ties", [False, True])
    def test_pools(self, stride: int | None, padding: str, ties: bool) -> None:
        """Where several are equal too: TensorFlow and we give all to the first."""
        random = np.random.default_rng(1)
        values = random.integers(0, 2, 12) if ties else random.permutation(12)
        values = values.reshape(3, 4)
        x = matrix_of_symbols("x", 3, 4)
        put_in = dict(zip(x, values.ravel().tolist(), strict=True))
        for symbolic, forward, theirs in (
            (average_pool, convolution.average_pool2d, tf.nn.avg_pool2d),
            (max_pool, convolution.max_pool2d, tf.nn.max_pool2d),
        ):
            output = symbolic(x, 2, stride, padding)
            upstream = sp.Matrix(*output.shape, range(1, len(output) + 1))
            loss = sp.Add(*(u * y for u, y in zip(upstream, output, strict=True)))
            image = tf.constant(batch(values))
            with tf.GradientTape() as tape:
                tape.watch(image)
                y = theirs(image, 2, stride or 2, padding.upper())
            dx = tape.gradient(y, image, tf.constant(batch(upstream)))
            pooled = batch(output.xreplace(put_in))
            np.testing.assert_allclose(pooled, y)
            np.testing.assert_allclose(pooled, forward(batch(values), 2, stride, padding))
            np.testing.assert_allclose(batch(gradient(loss, x).subs(put_in)), dx)

    @pytest.mark.parametrize("size", [1, 2, 3])
    def test_slopes_of_equal_entries_sum_to_one(self, size: int) -> None:
        x = matrix_of_symbols("x", size, size)
        slopes = gradient(max_pool(x, size)[0], x).subs({entry: 7 for entry in x})
        assert slopes == sp.Matrix(size, size, [1] + [0] * (size**2 - 1))

    def test_an_upstream_of_another_shape_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"\(2, 2\), got \(3, 3\)"):
            conv_gradients(X, F, X)


# Names that our matrices of symbols have, the letters of the proof, and letters that users like.
names = st.sampled_from([*"xfogijkabst", "x_0_0", "x_0_1", "x_1_0", "f_0_0", "o_0_0", "alpha"])
entries = st.one_of(st.integers(-3, 3), names.map(sp.Symbol), names.map(sp.Dummy))


class TestSymbolsNeverCaptureEachOther:
    @settings(max_examples=30, deadline=None)
    @given(st.data(), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2))
    def test_whatever_they_are_called(self, data: st.DataObject, h: int, w: int, k: int) -> None:
        """Against the same gradients with symbols that nobody has, renamed at once at the end."""
        k = min(h, w, k)

        def matrix(rows: int, columns: int) -> tuple[sp.Matrix, sp.Matrix]:
            given = data.draw(st.lists(entries, min_size=rows * columns, max_size=rows * columns))
            mine = [sp.Symbol(f"unused{next(counter)}") for _ in given]
            renamed.update(zip(mine, map(sp.sympify, given), strict=True))
            return sp.Matrix(rows, columns, given), sp.Matrix(rows, columns, mine)

        counter, renamed = itertools.count(), {}
        (x, x0), (f, f0) = matrix(h, w), matrix(k, k)
        g, g0 = matrix(h - k + 1, w - k + 1)
        found = conv_gradients(x, f, g)
        claimed = {
            "O": cross_correlation(x0, f0),
            "dF": cross_correlation(x0, g0),
            "dX": full_convolution(g0, f0),
        }
        for name, expected in claimed.items():
            difference = getattr(found, name) - expected.xreplace(renamed)
            assert difference.expand().is_zero_matrix
        gap = conv_gap_gradients(x, f, g[0])
        outputs = len(gap.O)
        of_mean = conv_gradients(x, f, sp.ones(*gap.O.shape) * g[0] / outputs)
        assert (gap.dF - of_mean.dF).expand().is_zero_matrix
        assert (gap.dX - of_mean.dX).expand().is_zero_matrix
        assert sp.expand(gap.gap * outputs - sp.Add(*gap.O)) == 0

    def test_a_transposed_matrix_of_symbols(self) -> None:
        x = matrix_of_symbols("x", 2, 2)
        assert sp.ones(2) - sp.ones(2) == conv_gradients(x.T, [[1]], sp.ones(2)).O - x.T
        ones = conv_gradients(x.T, matrix_of_symbols("f", 2, 2), [[1]])
        assert ones.dF == x.T

    def test_an_upstream_called_like_an_entry(self) -> None:
        g = sp.Symbol("x_0_0")
        assert conv_gap_gradients([[2]], [[3]], g).dF == sp.Matrix([[2 * g]])

    def test_the_slope_at_zero_is_no_users_alpha(self) -> None:
        alpha = sp.Symbol("alpha")
        slope = ReLU(alpha).diff(alpha)
        assert slope.subs({alpha: 0, ReLU.slope_at_zero: 0}) == 0
        assert slope.subs(alpha, 0) == ReLU.slope_at_zero != alpha
