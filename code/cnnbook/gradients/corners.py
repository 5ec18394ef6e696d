"""Functions with a corner, as SymPy functions whose slope at the corner is said openly.

SymPy's own `Max` has the slope 1/2 between two equals, but 1/2 each for more of them, which is no
subgradient; and it has no choice to offer.
"""

from __future__ import annotations

from typing import Any

import sympy as sp


class _Choice(sp.Dummy):  # type: ignore[misc]
    """A symbol equal to no other, whatever that is called, and printed by its name."""

    def _sympystr(self, printer: Any) -> str:
        return str(self.name)


class ReLU(sp.Function):  # type: ignore[misc]
    """max(x, 0), whose slope at 0 is left open as `ReLU.slope_at_zero`, a symbol like no other.

    To the left of 0 the slope is 0, to the right 1; at 0 there is no derivative and every number
    from 0 to 1 is a subgradient. Libraries choose: substitute 0 for TensorFlow's and PyTorch's
    relu, 1/2 for SymPy's Max. (A symbol of yours that is called alpha is another one.)

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> slope = ReLU(x).diff(x)
    >>> slope
    Piecewise((0, x < 0), (alpha, Eq(x, 0)), (1, True))
    >>> slope.subs({ReLU.slope_at_zero: 0, x: 0}), ReLU(-2), ReLU(3)
    (0, 0, 3)
    """

    slope_at_zero = _Choice("alpha")

    @classmethod
    def eval(cls, x: Any) -> Any:
        """Evaluate at a number."""
        return sp.Max(x, 0) if x.is_number else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Differentiate, leaving the choice at 0 open."""
        (x,) = self.args
        return sp.Piecewise((0, x < 0), (self.slope_at_zero, sp.Eq(x, 0)), (1, True))


class Largest(sp.Function):  # type: ignore[misc]
    """Maximum of its arguments, whose slope is 1 for the first that is largest and 0 elsewhere.

    Where several are equal any shares that sum to 1 are a subgradient; to give all to the first in
    reading order is what TensorFlow, PyTorch and `cnnbook.convolution.max_pool2d_backward` do.

    Examples
    --------
    >>> x, y = sp.symbols("x y")
    >>> Largest(x, y).diff(y)
    Piecewise((1, x < y), (0, True))
    >>> [Largest(x, y).diff(entry).subs({x: 3, y: 3}) for entry in (x, y)], Largest(2, 5, 5)
    ([1, 0], 5)
    """

    @classmethod
    def eval(cls, *entries: Any) -> Any:
        """Evaluate at numbers."""
        return sp.Max(*entries) if all(entry.is_number for entry in entries) else None

    def fdiff(self, argindex: int = 1) -> Any:
        """Differentiate by one argument."""
        entry = self.args[argindex - 1]
        before, after = self.args[: argindex - 1], self.args[argindex:]
        first = sp.And(*(other < entry for other in before), *(other <= entry for other in after))
        return sp.Piecewise((1, first), (0, True))

    def _sympystr(self, printer: Any) -> str:
        return f"Max({', '.join(map(printer.doprint, self.args))})"

    def _latex(self, printer: Any) -> str:
        return rf"\max\left({', '.join(map(printer.doprint, self.args))}\right)"
