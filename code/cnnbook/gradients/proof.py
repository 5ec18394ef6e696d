"""The gradients of convolution and average pooling for every size at once, proved by SymPy.

The loss is a sum over indexed letters, and SymPy prints the gradients, their index ranges included.
The letters are here to be put in: sizes k (kernel), o (outputs), s (stride), t (zeros on each
side); the outputs i, j; the taps u, v; the entries p, q of the kernel and a, b of the image.

>>> prove_convolution().term("X[a, b]").subs({s: 1, t: 0})
F[a - i, b - j]*G[i, j]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp
from sympy.concrete.summations import Sum

__all__ = [
    "Proof",
    "a",
    "b",
    "i",
    "j",
    "k",
    "o",
    "p",
    "prove_average_pool",
    "prove_convolution",
    "q",
    "s",
    "t",
    "u",
    "v",
]

i, j, u, v, p, q, a, b = sp.symbols("i j u v p q a b", integer=True)
k, o, s = sp.symbols("k o s", integer=True, positive=True)
t = sp.Symbol("t", integer=True, nonnegative=True)


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
