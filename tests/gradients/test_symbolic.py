"""SymPy's gradients against NumPy's, TensorFlow's and finite differences."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy as sp
import tensorflow as tf

from cnnbook import convolution
from cnnbook.gradients import (
    ReLU,
    average_pool,
    conv_gap_gradients,
    conv_gradients,
    cross_correlation,
    full_convolution,
    gradient,
    half_turn,
    matrix_of_symbols,
    max_pool,
    prove_average_pool,
    prove_convolution,
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
        assert conv_gap_gradients(X, half_turn(F), g).gap == 4
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
    def test_pools(self, stride: int | None, padding: str) -> None:
        values = np.random.default_rng(1).permutation(20).reshape(4, 5)
        x = matrix_of_symbols("x", 4, 5)
        put_in = dict(zip(x, values.ravel().tolist(), strict=True))
        for symbolic, forward, backward in (
            (average_pool, convolution.average_pool2d, convolution.average_pool2d_backward),
            (max_pool, convolution.max_pool2d, convolution.max_pool2d_backward),
        ):
            output = symbolic(x, 2, stride, padding)
            upstream = sp.Matrix(*output.shape, range(1, len(output) + 1))
            loss = sp.Add(*(u * y for u, y in zip(upstream, output, strict=True)))
            settings = (2, stride, padding)
            np.testing.assert_allclose(
                batch(output.subs(put_in)), forward(batch(values), *settings)
            )
            np.testing.assert_allclose(
                batch(gradient(loss, x).subs(put_in)),
                backward(batch(upstream), batch(values), *settings),
            )

    def test_an_upstream_of_another_shape_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"\(2, 2\), got \(3, 3\)"):
            conv_gradients(X, F, X)


class TestTheProof:
    proof = prove_convolution()

    def test_says_what_the_book_says(self) -> None:
        i, j, p, q, a, b = sp.symbols("i j p q a b", integer=True)
        k, s = sp.symbols("k s", integer=True, positive=True)
        t = sp.Symbol("t", integer=True, nonnegative=True)
        x, f, up = map(sp.IndexedBase, "XFG")
        assert self.proof.term("F[p, q]") == up[i, j] * x[i * s + p - t, j * s + q - t]
        assert self.proof.term("X[a, b]") == up[i, j] * f[a - i * s + t, b - j * s + t]
        assert prove_average_pool().term("X[a, b]") == up[i, j] / k**2
        assert set(self.proof.condition("F[p, q]").args) == {p >= 0, q >= 0, p <= k - 1, q <= k - 1}

    @pytest.mark.parametrize("n, k, s, t", [(3, 2, 1, 0), (5, 3, 2, 1), (6, 3, 2, 0), (4, 2, 3, 1)])
    def test_every_instance_is_the_gradient(self, n: int, k: int, s: int, t: int) -> None:
        """Put numbers into the printed sums, and compare with the tape."""
        random = np.random.default_rng(n)
        x, f = random.integers(-5, 6, (n, n)), random.integers(-5, 6, (k, k))
        o = (n + 2 * t - k) // s + 1
        up = random.integers(-5, 6, (o, o))
        image, weights = tf.constant(batch(x)), tf.constant(kernel(f))
        with tf.GradientTape() as tape:
            tape.watch([image, weights])
            y = tf.nn.conv2d(tf.pad(image, [[0, 0], [t, t], [t, t], [0, 0]]), weights, s, "VALID")
            loss = tf.reduce_sum(y * batch(up))
        dx, dw = tape.gradient(loss, [image, weights])
        arrays = {"X": x, "F": f, "G": up}
        sizes = {"k": k, "o": o, "s": s, "t": t}
        for entry, expected in (("X[a, b]", dx[0, :, :, 0]), ("F[p, q]", dw[:, :, 0, 0])):
            found = [
                put_in(self.proof, entry, place, sizes, arrays)
                for place in np.ndindex(*expected.shape)
            ]
            np.testing.assert_array_equal(np.reshape(found, expected.shape), expected)


def put_in(proof, entry: str, place: tuple[int, int], sizes: dict, arrays: dict) -> float:
    """Value of a derivative at one place: its sum written out, zero outside the image."""

    def value(expression: sp.Expr) -> sp.Expr:
        def look_up(indexed: sp.Indexed) -> int:
            array = arrays[str(indexed.base)]
            row, column = map(int, indexed.indices)
            inside = 0 <= row < array.shape[0] and 0 <= column < array.shape[1]
            return int(array[row, column]) if inside else 0

        return expression.replace(lambda e: isinstance(e, sp.Indexed), look_up)

    names = dict(zip(entry[2:-1].split(", "), place, strict=True)) | sizes
    derivative = proof.derivatives[entry]
    (i, _, _), (j, _, _) = derivative.limits
    total = 0
    for outputs in itertools.product(range(sizes["o"]), repeat=2):
        names_here = names | dict(zip((str(i), str(j)), outputs, strict=True))
        numbers = {
            symbol: names_here[str(symbol)]
            for symbol in derivative.function.free_symbols
            if str(symbol) in names_here
        }
        piece = derivative.function.args[0]
        if piece.cond.subs(numbers):
            total += value(piece.expr.subs(numbers))
    return float(total)


class TestReLU:
    x = sp.Symbol("x", real=True)

    def test_slopes_beside_the_kink(self) -> None:
        slope = ReLU(self.x).diff(self.x)
        assert [slope.subs(self.x, value) for value in (-2, 3)] == [0, 1]
        assert slope.subs(self.x, 0) == ReLU.slope_at_zero

    def test_the_choice_at_zero_is_tensorflows(self) -> None:
        x = tf.constant([-1.0, 0.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.relu(x)
        slope = ReLU(self.x).diff(self.x).subs(ReLU.slope_at_zero, 0)
        ours = [float(slope.subs(self.x, value)) for value in (-1, 0, 2)]
        np.testing.assert_array_equal(tape.gradient(y, x), ours)

    def test_values(self) -> None:
        assert (ReLU(-3), ReLU(0), ReLU(sp.Rational(1, 2))) == (0, 0, sp.Rational(1, 2))
        assert ReLU(self.x).subs(self.x, -1) == 0
