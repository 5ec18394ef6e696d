"""The gradients of a whole convolution layer, proved by SymPy as those of one plane are.

What `cnnbook.gradients.proof` does for a square plane, here for a batch, for channels, biases and
rectangles, with a stride, a padding and a dilation of their own along height and width. Letters
with a prime are summed over in the loss: n' (picture), c' (channel in), m' (channel out).
"""

from __future__ import annotations

import sympy as sp
from sympy.concrete.summations import Sum

from cnnbook.gradients.proof import Proof, a, b, i, j, p, q, u, v

__all__ = ["SIZES", "prove_layer"]

n, c, m, any_n, any_c, any_m = sp.symbols("n c m n' c' m'", integer=True)
N, C, M = sp.symbols("N C M", integer=True, positive=True)
k_h, k_w, o_h, o_w, s_h, s_w, d_h, d_w = sp.symbols(
    "k_h k_w o_h o_w s_h s_w d_h d_w", integer=True, positive=True
)
t_h, t_w = sp.symbols("t_h t_w", integer=True, nonnegative=True)

SIZES = (N, C, M, k_h, k_w, o_h, o_w, s_h, s_w, t_h, t_w, d_h, d_w)


def prove_layer() -> Proof:
    """Differentiate a layer of every shape by a weight, a pixel and a bias, with any upstream G.

    L = sum over n', i, j, m' of  G[n', i, j, m'] (B[m'] + sum over u, v, c' of
        X[n', i s_h + u d_h - t_h, j s_w + v d_w - t_w, c'] F[u, v, c', m'])

    SymPy finds::

        dL/dF[p, q, c, m] = sum over n', i, j of
            G[n', i, j, m] X[n', i s_h + p d_h - t_h, j s_w + q d_w - t_w, c]
        dL/dX[n, a, b, c] = sum over i, j, m' of
            G[n, i, j, m'] F[(a - i s_h + t_h) / d_h, (b - j s_w + t_w) / d_w, c, m']
        dL/dB[m] = sum over n', i, j of  G[n', i, j, m]

    One thing it does not find. Summing away a Kronecker delta, it takes the tap that reaches a
    pixel, (a - i s_h + t_h) / d_h, for a whole number, as it is where d_h = 1. With a dilation the
    taps leave pixels out; that the quotient must be whole is put into the condition by hand.

    Examples
    --------
    >>> proof = prove_layer()
    >>> proof.term("F[p, q, c, m]").subs({d_h: 1, d_w: 1, s_h: 1, s_w: 1, t_h: 0, t_w: 0})
    G[n', i, j, m]*X[n', i + p, j + q, c]
    >>> proof.term("X[n, a, b, c]").subs({d_h: 1, d_w: 1, s_h: 1, s_w: 1, t_h: 0, t_w: 0})
    F[a - i, b - j, c, m']*G[n, i, j, m']
    >>> proof.term("B[m]")
    G[n', i, j, m]
    """
    X, F, G, B = map(sp.IndexedBase, "XFGB")
    at = (i * s_h + u * d_h - t_h, j * s_w + v * d_w - t_w)
    weighed = G[any_n, i, j, any_m] * X[any_n, *at, any_c] * F[u, v, any_c, any_m]
    biased = G[any_n, i, j, any_m] * B[any_m]
    pictures, filters, channels = (any_n, 0, N - 1), (any_m, 0, M - 1), (any_c, 0, C - 1)
    taps, places = ((u, 0, k_h - 1), (v, 0, k_w - 1)), ((i, 0, o_h - 1), (j, 0, o_w - 1))

    # What the entry settles is summed first, or SymPy leaves its Kronecker delta within the sum.
    by_weight = Sum(weighed, *taps, channels, filters, pictures, *places)
    by_pixel = Sum(weighed, *taps, channels, pictures, filters, *places)
    by_bias = Sum(biased, filters, pictures, *places)
    weight, pixel, bias = F[p, q, c, m], X[n, a, b, c], B[m]
    derivatives = {
        str(weight): sp.diff(by_weight, weight).doit(),
        str(pixel): _whole_taps(sp.diff(by_pixel, pixel).doit()),
        str(bias): sp.diff(by_bias, bias).doit(),
    }
    return Proof(by_weight + by_bias, derivatives)


def _whole_taps(derivative: Sum) -> Sum:
    """Ask that the taps which the derivative names be whole numbers."""
    (term, condition), otherwise = derivative.function.args
    whole = [
        sp.Eq(sp.Mod(a - i * s_h + t_h, d_h), 0),
        sp.Eq(sp.Mod(b - j * s_w + t_w, d_w), 0),
    ]
    return Sum(sp.Piecewise((term, sp.And(condition, *whole)), otherwise), *derivative.limits)
