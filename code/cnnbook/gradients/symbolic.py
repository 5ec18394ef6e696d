"""The gradients of convolution, pooling and ReLU, differentiated and proved by SymPy.

Two ways, and they do not share a formula. For given matrices (`conv_gap_gradients`,
`conv_gradients`) the loss is written out and differentiated entry by entry. For every size at once
(`prove_convolution`) the loss is a sum over indexed letters, and SymPy prints the gradients, their
index ranges included. `check_gradient` is the third way, by differences.

>>> X, F = [[2, 3, 4], [3, 1, 5], [4, -1, -2]], [[0, 3], [1, -2]]
>>> result = conv_gap_gradients(X, F, 2)
>>> result.gap, result.dF
(10, Matrix([
[9/2, 13/2],
[7/2,  3/2]]))
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp
from sympy.concrete.summations import Sum

from cnnbook.geometry import IntPair, Padding, pair, window_axes
from cnnbook.gradients.check import GradientCheck, check_gradient

__all__ = [
    "GapGradients",
    "GradientCheck",
    "Gradients",
    "Proof",
    "ReLU",
    "average_pool",
    "check_gradient",
    "conv_gap_gradients",
    "conv_gradients",
    "cross_correlation",
    "full_convolution",
    "gradient",
    "half_turn",
    "matrix_of_symbols",
    "max_pool",
    "prove_average_pool",
    "prove_convolution",
]

Matrix = Any  # a SymPy matrix, or anything it can be made of: nested lists, a NumPy array


def matrix_of_symbols(name: str, rows: int, columns: int) -> Matrix:
    """Make a matrix of symbols, counted from 0.

    Examples
    --------
    >>> matrix_of_symbols("x", 2, 2)
    Matrix([
    [x_0_0, x_0_1],
    [x_1_0, x_1_1]])
    """
    return sp.Matrix(rows, columns, lambda i, j: sp.Symbol(f"{name}_{i}_{j}"))


def gradient(loss: Any, matrix: Matrix) -> Matrix:
    """Differentiate a scalar by every entry of a matrix of symbols.

    Examples
    --------
    >>> X = matrix_of_symbols("x", 1, 2)
    >>> gradient(X[0] ** 2 + 3 * X[1], X)
    Matrix([[2*x_0_0, 3]])
    """
    return sp.Matrix(matrix).applyfunc(lambda entry: sp.diff(loss, entry))


def half_turn(F: Matrix) -> Matrix:
    """Turn a matrix by 180 degrees.

    Examples
    --------
    >>> half_turn([[0, 3], [1, -2]])
    Matrix([
    [-2, 1],
    [ 3, 0]])
    """
    F = sp.Matrix(F)
    return F[::-1, ::-1]


def cross_correlation(
    X: Matrix, F: Matrix, stride: IntPair = 1, padding: Padding = "valid"
) -> Matrix:
    """Slide F over X, multiply and add; stride and padding as in `cnnbook.convolution.conv2d`.

    Examples
    --------
    >>> cross_correlation([[2, 3, 4], [3, 1, 5], [4, -1, -2]], [[0, 3], [1, -2]])
    Matrix([
    [10,  3],
    [ 9, 18]])
    """
    F = sp.Matrix(F)
    return _over_windows(
        X, F.shape, stride, padding, lambda window: sp.Add(*_products(window, F)), 0
    )


def full_convolution(G: Matrix, F: Matrix) -> Matrix:
    """Convolve with every overlap: what the gradient by X is claimed to be.

    Examples
    --------
    >>> full_convolution([[1, 1], [1, 1]], [[0, 3], [1, -2]])
    Matrix([
    [0, 3,  3],
    [1, 2,  1],
    [1, -1, -2]])
    """
    return cross_correlation(G, half_turn(F), padding="full")


def average_pool(
    X: Matrix, size: IntPair, stride: IntPair | None = None, padding: Padding = "valid"
) -> Matrix:
    """Mean of each window without its border, as `cnnbook.convolution.average_pool2d`.

    Examples
    --------
    >>> X = matrix_of_symbols("x", 2, 2)
    >>> gradient(average_pool(X, 2)[0], X)
    Matrix([
    [1/4, 1/4],
    [1/4, 1/4]])
    """
    window = pair(size, "size")
    return _over_windows(
        X,
        window,
        window if stride is None else stride,
        padding,
        lambda entries: sp.Add(*_inside(entries)) / len(_inside(entries)),
        None,
    )


def max_pool(
    X: Matrix, size: IntPair, stride: IntPair | None = None, padding: Padding = "valid"
) -> Matrix:
    """Largest entry of each window, as `cnnbook.convolution.max_pool2d`.

    SymPy's derivative of a maximum is a product of Heaviside steps: 1 for the largest entry, 0 for
    the others, and 1/2 between two equals. Any share among equals is a subgradient; libraries give
    all of it to the first.

    Examples
    --------
    >>> X = matrix_of_symbols("x", 1, 2)
    >>> slopes = gradient(max_pool(X, (1, 2))[0], X)
    >>> slopes
    Matrix([[Heaviside(x_0_0 - x_0_1), Heaviside(-x_0_0 + x_0_1)]])
    >>> slopes.subs({X[0]: 3, X[1]: 1}), slopes.subs({X[0]: 3, X[1]: 3})
    (Matrix([[1, 0]]), Matrix([[1/2, 1/2]]))
    """
    window = pair(size, "size")
    return _over_windows(
        X,
        window,
        window if stride is None else stride,
        padding,
        lambda entries: sp.Max(*_inside(entries)),
        None,
    )


class ReLU(sp.Function):  # type: ignore[misc]
    """max(x, 0), whose slope at 0 is left open as `ReLU.slope_at_zero`, a symbol.

    To the left of 0 the slope is 0, to the right 1; at 0 there is no derivative and every number
    from 0 to 1 is a subgradient. Libraries choose: substitute 0 for TensorFlow's and PyTorch's
    relu, 1/2 for SymPy's Max.

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> slope = ReLU(x).diff(x)
    >>> slope
    Piecewise((0, x < 0), (alpha, Eq(x, 0)), (1, True))
    >>> slope.subs({ReLU.slope_at_zero: 0, x: 0}), ReLU(-2), ReLU(3)
    (0, 0, 3)
    """

    slope_at_zero = sp.Symbol("alpha")

    @classmethod
    def eval(cls, x: Any) -> Any:
        """Evaluate at a number."""
        return sp.Max(x, 0) if x.is_number else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Differentiate, leaving the choice at 0 open."""
        (x,) = self.args
        return sp.Piecewise((0, x < 0), (self.slope_at_zero, sp.Eq(x, 0)), (1, True))


@dataclass(frozen=True)
class Gradients:
    """Output of a convolution and the gradients of the loss sum(dO * O).

    Examples
    --------
    >>> conv_gradients([[2]], [[3]], [[5]]).dX
    Matrix([[15]])
    """

    O: Matrix  # noqa: E741
    dO: Matrix
    dF: Matrix
    dX: Matrix


@dataclass(frozen=True)
class GapGradients(Gradients):
    """The same for the loss g * mean(O), with the mean itself.

    Examples
    --------
    >>> conv_gap_gradients([[2]], [[3]], 5).gap
    6
    """

    gap: Any


def conv_gradients(
    X: Matrix, F: Matrix, G: Matrix, stride: IntPair = 1, padding: Padding = "valid"
) -> Gradients:
    """Differentiate sum(G * cross_correlation(X, F)) by every entry of F and X, and put X, F in.

    Examples
    --------
    >>> X, F = [[2, 3, 4], [3, 1, 5], [4, -1, -2]], [[0, 3], [1, -2]]
    >>> G = [[1, 2], [3, -4]]
    >>> result = conv_gradients(X, F, G)
    >>> result.dF == cross_correlation(X, G), result.dX == full_convolution(G, F)
    (True, True)
    """
    X, F, G = sp.Matrix(X), sp.Matrix(F), sp.Matrix(G)
    x, f = matrix_of_symbols("x", *X.shape), matrix_of_symbols("f", *F.shape)
    output = cross_correlation(x, f, stride, padding)
    if output.shape != G.shape:
        raise ValueError(f"G must have the shape of the output, {output.shape}, got {G.shape}")
    loss = sp.Add(*_products(output, G))
    values = dict(zip([*x, *f], [*X, *F], strict=True))
    return Gradients(
        output.subs(values), G, gradient(loss, f).subs(values), gradient(loss, x).subs(values)
    )


def conv_gap_gradients(X: Matrix, F: Matrix, g: Any) -> GapGradients:
    """Differentiate L = g * mean(cross_correlation(X, F)); g may be a number or a symbol.

    Examples
    --------
    >>> X, F = [[2, 3, 4], [3, 1, 5], [4, -1, -2]], [[0, 3], [1, -2]]
    >>> result = conv_gap_gradients(X, F, sp.Symbol("g"))
    >>> result.O, result.gap
    (Matrix([
    [10,  3],
    [ 9, 18]]), 10)
    >>> result.dX
    Matrix([
    [  0, 3*g/4, 3*g/4],
    [g/4,   g/2,   g/4],
    [g/4,  -g/4,  -g/2]])
    """
    O = cross_correlation(X, F)  # noqa: E741
    o = matrix_of_symbols("o", *O.shape)
    dO = gradient(sp.sympify(g) * sp.Add(*o) / len(o), o)
    found = conv_gradients(X, F, dO)
    return GapGradients(found.O, dO, found.dF, found.dX, gap=sp.Add(*O) / len(O))


@dataclass(frozen=True)
class Proof:
    """A loss over indexed letters and its derivatives as SymPy found them.

    A derivative is a sum whose terms carry a condition; the condition is the index range that the
    letters on the other side have, and so is the zero padding of a full convolution.

    Examples
    --------
    >>> sorted(prove_convolution().derivatives)
    ['F[p, q]', 'X[a, b]']
    """

    loss: Any
    derivatives: dict[str, Any]

    def term(self, of: str) -> Any:
        """Return the summand of a derivative where its condition holds."""
        return self._piece(of).expr

    def condition(self, of: str) -> Any:
        """Return the condition under which the summand is there; elsewhere it is 0."""
        return self._piece(of).cond

    def _piece(self, of: str) -> Any:
        return self.derivatives[of].function.args[0]


i, j, u, v, p, q, a, b = sp.symbols("i j u v p q a b", integer=True)
k, o, s = sp.symbols("k o s", integer=True, positive=True)
t = sp.Symbol("t", integer=True, nonnegative=True)


def prove_convolution() -> Proof:
    """Differentiate a convolution of every size, stride s and padding t, with any upstream G.

    L = sum over i, j (outputs) and u, v (taps) of  G[i, j] X[i s + u - t, j s + v - t] F[u, v]

    Differentiating makes Kronecker deltas, and summing them away leaves::

        dL/dF[p, q] = sum over i, j of  G[i, j] X[i s + p - t, j s + q - t]
        dL/dX[a, b] = sum over i, j of  G[i, j] F[a - i s + t, b - j s + t]

    the second only where 0 <= a - i s + t < k and 0 <= b - j s + t < k. With s = 1, t = 0 these are
    the valid cross-correlation of X with G, and the full *convolution* of G with F, whose zero
    padding is that condition.

    Examples
    --------
    >>> proof = prove_convolution()
    >>> proof.term("F[p, q]")
    G[i, j]*X[i*s + p - t, j*s + q - t]
    >>> proof.term("X[a, b]")
    F[a - i*s + t, b - j*s + t]*G[i, j]
    >>> proof.condition("X[a, b]").subs({s: 1, t: 0})
    (a - i >= 0) & (b - j >= 0) & (k >= a - i + 1) & (k >= b - j + 1)
    """
    X, F, G = map(sp.IndexedBase, "XFG")
    loss = Sum(
        G[i, j] * X[i * s + u - t, j * s + v - t] * F[u, v],
        (u, 0, k - 1),
        (v, 0, k - 1),
        (i, 0, o - 1),
        (j, 0, o - 1),
    )
    return _differentiated(loss, F[p, q], X[a, b])


def prove_average_pool() -> Proof:
    """Differentiate average pooling of every window k, stride s and padding t, with any upstream G.

    It is a convolution whose k^2 weights are all 1 / k^2: each pixel gets G / k^2 from every window
    it lies in. (With padding this is the mean that counts zeros; without, the two means are one.)

    Examples
    --------
    >>> prove_average_pool().term("X[a, b]")
    G[i, j]/k**2
    """
    X, G = map(sp.IndexedBase, "XG")
    loss = Sum(
        G[i, j] * X[i * s + u - t, j * s + v - t] / k**2,
        (u, 0, k - 1),
        (v, 0, k - 1),
        (i, 0, o - 1),
        (j, 0, o - 1),
    )
    return _differentiated(loss, X[a, b])


def _differentiated(loss: Any, *entries: Any) -> Proof:
    return Proof(loss, {str(entry): sp.diff(loss, entry).doit() for entry in entries})


def _over_windows(
    X: Matrix,
    size: IntPair,
    stride: IntPair,
    padding: Padding,
    value: Callable[[Matrix], Any],
    border: Any,
) -> Matrix:
    """Apply `value` to every window, in which cells outside X hold `border`."""
    X = sp.Matrix(X)
    rows, columns = window_axes(X.shape, pair(size, "size"), stride, padding)

    def entry(row: int, column: int) -> Any:
        inside = 0 <= row < X.rows and 0 <= column < X.cols
        return X[row, column] if inside else border

    def window(i: int, j: int) -> Any:
        top, left = i * rows.stride - rows.before, j * columns.stride - columns.before
        taps = product(range(rows.kernel), range(columns.kernel))
        return value([entry(top + down, left + across) for down, across in taps])

    return sp.Matrix(rows.count, columns.count, window)


def _products(left: Matrix, right: Matrix) -> list[Any]:
    return [x * y for x, y in zip(left, right, strict=True)]


def _inside(entries: list[Any]) -> list[Any]:
    return [entry for entry in entries if entry is not None]
