"""Compare a gradient with central differences, and tell a kink from an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# The step that balances the two errors of a central difference: truncation ~ h^2, rounding ~ eps/h.
STEP = float(np.finfo(np.float64).eps ** (1 / 3))
# How much smaller the second look at a suspected kink is.
CLOSER = 1 / 16
# Rounding of one value of f, a few units in the last place.
ROUNDING = float(16 * np.finfo(np.float64).eps)
# Truncation of the larger step, relative to the largest slope.
RELATIVE = 1e-6


@dataclass(frozen=True)
class GradientCheck:
    """What `check_gradient` found, entry by entry.

    Attributes
    ----------
    given, numeric : arrays of the shape of x
        The gradient under test, and the central differences.
    left, right : arrays
        The one-sided slopes.
    kinks : bool array
        Entries along which f has a corner at x: every number between the two slopes is a
        subgradient.
    wrong : bool array
        Entries whose gradient is neither the slope nor, at a kink, between the two slopes.

    Examples
    --------
    >>> bool(check_gradient(lambda x: (float(x @ x), 2 * x), [1.0, -3.0]))
    True
    """

    given: Array
    numeric: Array
    left: Array
    right: Array
    kinks: npt.NDArray[np.bool_]
    wrong: npt.NDArray[np.bool_]

    def __bool__(self) -> bool:
        """Whether the gradient is right everywhere."""
        return not self.wrong.any()

    @property
    def worst(self) -> float:
        """Largest difference away from kinks, relative to the largest slope."""
        smooth = ~self.kinks
        if not smooth.any():
            return 0.0
        scale = max(np.abs(self.given).max(), np.abs(self.numeric).max())
        difference = np.abs(self.given - self.numeric)[smooth].max()
        return float(difference / scale) if scale else 0.0

    def __str__(self) -> str:
        """Say what is wrong and where the kinks are."""
        lines = [f"largest relative difference {self.worst:.1e} away from kinks"]
        for place in map(tuple, np.argwhere(self.kinks)):
            slopes = (
                f"{self.left[place] + 0.0:.4g} on the left, {self.right[place]:.4g} on the right"
            )
            lines.append(f"kink at {_listed(place)}: slope {slopes}")
        for place in map(tuple, np.argwhere(self.wrong)):
            values = f"{self.given[place]:.6g}, differences say {self.numeric[place]:.6g}"
            lines.append(f"wrong at {_listed(place)}: gradient {values}")
        return "\n".join(lines)


def check_gradient(
    f: Callable[[Array], tuple[float, npt.ArrayLike]], x: npt.ArrayLike
) -> GradientCheck:
    """Check the gradient of f at x against central differences in float64.

    Along each entry f is taken at x - h and x + h, with h = eps^(1/3) max(1, abs(x)), the step
    that balances truncation and rounding. Where the slopes on the left and on the right differ,
    and still differ for a step 16 times smaller, f has a kink; where they agree then, the kink is
    only near and the smaller step is the sound one.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of `x`, returns the value, a number, and the gradient.
    x : array of float64

    Raises
    ------
    TypeError
        When f computes in float32: differences of its rounded values would be noise.

    Examples
    --------
    >>> square = lambda x: (float((x**2).sum()), 2 * x)
    >>> bool(check_gradient(square, [0.5, -2.0]))
    True

    ReLU at 0 has a kink, and 0 is a subgradient there; 2 is not.

    >>> relu = lambda x: (float(np.maximum(x, 0).sum()), (x > 0) * 1.0)
    >>> print(check_gradient(relu, [0.0, 3.0]))
    largest relative difference ... away from kinks
    kink at (0,): slope 0 on the left, 1 on the right
    >>> bool(check_gradient(lambda x: (relu(x)[0], np.array([2.0, 1.0])), [0.0, 3.0]))
    False
    """
    x = np.array(x, np.float64)
    value, gradient = f(x.copy())
    for name, result in (("value", value), ("gradient", gradient)):
        dtype = np.asarray(result).dtype
        if dtype.kind == "f" and dtype.itemsize < 8:
            raise TypeError(
                f"f's {name} is {dtype}; compute it in float64, or differences are noise"
            )
    given = np.asarray(gradient, np.float64)
    if given.shape != x.shape:
        raise ValueError(f"the gradient has shape {given.shape}, x has {x.shape}")

    steps = STEP * np.maximum(1, np.abs(x))
    noise = ROUNDING * max(1.0, abs(float(value))) / (steps * CLOSER)
    left, right = _slopes(f, x, steps, float(value))
    closer_left, closer_right = _slopes(f, x, steps * CLOSER, float(value))
    # A smooth function's two slopes approach each other with the step; a kink's stay apart.
    gap, closer_gap = np.abs(right - left), np.abs(closer_right - closer_left)
    kinks = (closer_gap > gap / 2) & (closer_gap > noise)

    central, closer = (left + right) / 2, (closer_left + closer_right) / 2
    largest = max(float(np.abs(slope).max(initial=0)) for slope in (given, central))
    tolerance = noise + RELATIVE * largest
    numeric = np.where(np.abs(central - closer) <= tolerance, central, closer)
    low, high = np.minimum(closer_left, closer_right), np.maximum(closer_left, closer_right)
    outside = (given < low - tolerance) | (given > high + tolerance)
    wrong = np.where(kinks, outside, ~(np.abs(given - numeric) <= tolerance))
    return GradientCheck(given, numeric, closer_left, closer_right, kinks, wrong)


def _slopes(
    f: Callable[[Array], tuple[float, npt.ArrayLike]], x: Array, steps: Array, value: float
) -> tuple[Array, Array]:
    """One-sided difference quotients along every entry."""
    left, right = np.empty_like(x), np.empty_like(x)
    for place in np.ndindex(x.shape):
        for slopes, sign in ((left, -1), (right, 1)):
            moved = x.copy()
            moved[place] += sign * steps[place]
            slopes[place] = (float(f(moved)[0]) - value) / (moved[place] - x[place])
    return left, right


def _listed(place: tuple[int, ...]) -> str:
    return str(tuple(int(index) for index in place))
