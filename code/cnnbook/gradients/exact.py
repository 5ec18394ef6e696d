"""Exact gradients of a convolution of given matrices, differentiated entry by entry by SymPy.

The loss is written out as a sum of products and differentiated, so that no formula of a gradient is
used; the entries of the given matrices, numbers or symbols, are put in at the end.

>>> X, F = [[2, 3, 4], [3, 1, 5], [4, -1, -2]], [[0, 3], [1, -2]]
>>> result = conv_gap_gradients(X, F, 2)
>>> result.gap, result.dF
(10, Matrix([
[9/2, 13/2],
[7/2,  3/2]]))
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from cnnbook.geometry import IntPair, Padding
from cnnbook.gradients.matrices import Matrix, cross_correlation, gradient


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
    >>> result.dF == cross_correlation(X, G)
    True

    Entries may be symbols, whatever they are called:

    >>> x = sp.Symbol("x")
    >>> conv_gradients([[x**2]], [[3]], [[x]]).dF
    Matrix([[x**3]])
    """
    X, F, G = sp.Matrix(X), sp.Matrix(F), sp.Matrix(G)
    x, f = _unknowns(X), _unknowns(F)
    output = cross_correlation(x, f, stride, padding)
    if output.shape != G.shape:
        raise ValueError(f"G must have the shape of the output, {output.shape}, got {G.shape}")
    loss = sp.Add(*(upstream * y for upstream, y in zip(G, output, strict=True)))
    put_in = dict(zip([*x, *f], [*X, *F], strict=True))
    given = (matrix.xreplace(put_in) for matrix in (output, gradient(loss, f), gradient(loss, x)))
    O, dF, dX = given  # noqa: E741
    return Gradients(O, G, dF, dX)


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
    o = _unknowns(O)
    dO = gradient(sp.sympify(g) * sp.Add(*o) / len(o), o)
    found = conv_gradients(X, F, dO)
    return GapGradients(found.O, dO, found.dF, found.dX, gap=sp.Add(*O) / len(O))


def _unknowns(like: Matrix) -> Matrix:
    """Make a matrix of symbols that occur nowhere else."""
    return sp.Matrix(*like.shape, lambda i, j: sp.Dummy())
