"""The proof for every size, and one instance after the other against TensorFlow's tape."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import sympy as sp
import tensorflow as tf

from cnnbook import gradients
from cnnbook.gradients import proof as letters
from cnnbook.gradients import prove_average_pool, prove_convolution


def batch(matrix: np.ndarray) -> np.ndarray:
    return matrix[None, :, :, None].astype(float)


def kernel(matrix: np.ndarray) -> np.ndarray:
    return matrix[:, :, None, None].astype(float)


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


def test_the_letters_are_public() -> None:
    """The book substitutes them: `from cnnbook.gradients.proof import a, b, k`."""
    proof = prove_convolution()
    used = set().union(
        *(sum_.atoms(sp.Symbol) for sum_ in [proof.loss, *proof.derivatives.values()])
    )
    public = {getattr(letters, name) for name in letters.__all__ if len(name) == 1}
    assert {str(symbol) for symbol in public} == set("abijkopqstuv")
    assert {symbol for symbol in used if str(symbol) not in "XFG"} <= public
    for name in gradients.__all__:
        assert getattr(gradients, name).__module__.rpartition(".")[2][0] != "_"
