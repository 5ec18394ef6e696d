"""Convolution and pooling of SymPy matrices, whose entries may be numbers or symbols.

>>> X = matrix_of_symbols("x", 2, 2)
>>> cross_correlation(X, [[1, 0], [0, 1]])
Matrix([[x_0_0 + x_1_1]])
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import sympy as sp

from cnnbook.geometry import IntPair, Padding, pair, window_axes
from cnnbook.gradients.corners import Largest

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


def rotate_180(F: Matrix) -> Matrix:
    """Turn a matrix by 180 degrees.

    Examples
    --------
    >>> rotate_180([[0, 3], [1, -2]])
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
    [0,  3,  3],
    [1,  2,  1],
    [1, -1, -2]])
    """
    return cross_correlation(G, rotate_180(F), padding="full")


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

    The slope is 1 for the largest entry, the first where several are equal, and 0 for the others;
    see `Largest`.

    Examples
    --------
    >>> X = matrix_of_symbols("x", 1, 2)
    >>> pooled = max_pool(X, (1, 2))[0]
    >>> pooled
    Max(x_0_0, x_0_1)
    >>> gradient(pooled, X).subs({X[0]: 3, X[1]: 1}), gradient(pooled, X).subs({X[0]: 3, X[1]: 3})
    (Matrix([[1, 0]]), Matrix([[1, 0]]))
    """
    window = pair(size, "size")
    return _over_windows(
        X,
        window,
        window if stride is None else stride,
        padding,
        lambda entries: Largest(*_inside(entries)),
        None,
    )


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
