"""Compare a gradient with central differences, and tell a kink from an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# The step that balances the two errors of a central difference: truncation ~ h^2, rounding ~ eps/h.
STEP = float(np.finfo(np.float64).eps ** (1 / 3))
# How much smaller each closer look is, and how many of them a kink is given to prove one.
CLOSER, LOOKS = 1 / 16, 6
# Rounding of one value of f, a few units in the last place.
ROUNDING = float(16 * np.finfo(np.float64).eps)
SMALLEST = float(np.finfo(np.float64).smallest_normal)
# What a gradient may be off, relative to its own entry and to the largest one.
RELATIVE, RELATIVE_TO_LARGEST = 1e-6, 1e-10

Function = Callable[[Array], tuple[float, npt.ArrayLike]]


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


def check_gradient(f: Function, x: npt.ArrayLike) -> GradientCheck:
    """Check the gradient of f at x against central differences in float64.

    Along each entry f is taken at x - h and x + h, first with h = eps^(1/3) max(1, abs(x)), the
    step that balances truncation and rounding, then with steps 16 times smaller, until two central
    differences agree. Where the slopes on the left and on the right stay apart however small the
    step, f has a kink at x; where they meet in the end, the kink was only near.

    An entry is wrong when it is off by more than the rounding of f can explain, 1e-6 of itself and
    1e-10 of the largest entry: nothing depends on the scale of f or of x.

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
    >>> bool(check_gradient(lambda x: (1e-9 * float((x**2).sum()), 0 * x), [0.5, -2.0]))
    False

    ReLU at 0 has a kink, and 0 is a subgradient there; 2 is not.

    >>> relu = lambda x: (float(np.maximum(x, 0).sum()), (x > 0) * 1.0)
    >>> print(check_gradient(relu, [0.0, 3.0]))
    largest relative difference 0.0e+00 away from kinks
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

    jitter = _jitter(f, x, float(value))
    slopes = [_slopes(f, x, place, float(value), jitter) for place in np.ndindex(x.shape)]
    left, right, numeric, doubt, kinks = (
        np.reshape([getattr(entry, name) for entry in slopes], x.shape)
        for name in ("left", "right", "numeric", "doubt", "kink")
    )
    largest = np.abs(numeric).max(initial=0)
    tolerance = doubt + RELATIVE * np.abs(numeric) + RELATIVE_TO_LARGEST * largest
    low = np.where(kinks, np.minimum(left, right), numeric) - tolerance
    high = np.where(kinks, np.maximum(left, right), numeric) + tolerance
    return GradientCheck(given, numeric, left, right, kinks, ~((low <= given) & (given <= high)))


@dataclass(frozen=True)
class _Slopes:
    """What two looks at one entry found; `doubt` is how far the slopes may be off."""

    left: float
    right: float
    numeric: float
    difference: float
    doubt: float
    kink: bool


@dataclass(frozen=True)
class _Look:
    """Difference quotients of one step, and what rounding makes of them."""

    left: float
    right: float
    noise: float

    @property
    def central(self) -> float:
        return (self.left + self.right) / 2

    @property
    def gap(self) -> float:
        return abs(self.right - self.left)

    def slopes(self, difference: float, noise: float, kink: bool = False) -> _Slopes:
        doubt = difference + noise
        return _Slopes(self.left, self.right, self.central, difference, doubt, kink)


def _slopes(f: Function, x: Array, place: tuple[int, ...], value: float, jitter: float) -> _Slopes:
    """Look at f along one entry ever closer, until slopes agree or rounding hides them."""
    step = STEP * max(1.0, abs(x[place]))
    last = step * CLOSER**LOOKS
    if x[place]:
        last = max(SMALLEST, min(last, abs(x[place]) * CLOSER**4))
    wide = _look(f, x, place, step, value, jitter)
    smooth: _Slopes | None = None
    kinks: list[_Slopes] = []
    while True:
        step *= CLOSER
        close = _look(f, x, place, step, value, jitter)
        # No corner opens as one comes closer: slopes that part are rounding.
        noise = max(close.noise, close.gap if close.gap > 2 * wide.gap else 0)
        hidden = close.gap <= 4 * noise
        difference = abs(wide.central - close.central)
        if close.gap <= wide.gap / 2 or (hidden and not kinks):
            if smooth and difference > smooth.difference:
                return smooth
            rounded = difference <= 2 * noise
            better, doubt = (wide, 2 * wide.noise) if rounded else (close, noise)
            smooth = better.slopes(difference, doubt)
            in_vain = rounded and noise >= wide.noise
            if in_vain or difference <= RELATIVE * abs(close.central) or step <= last:
                return smooth
            kinks = []
        elif not hidden:
            smooth = None
            apart = abs(wide.left - close.left) + abs(wide.right - close.right)
            kinks.append(close.slopes(apart, noise, kink=True))
        if step <= last or (hidden and kinks):
            return min(kinks, key=lambda found: (not np.isfinite(found.doubt), found.doubt))
        wide = close


def _look(
    f: Function, x: Array, place: tuple[int, ...], step: float, value: float, jitter: float
) -> _Look:
    """Take one-sided difference quotients along one entry."""
    values, quotients = [value], []
    for sign in (-1, 1):
        moved = x.copy()
        moved[place] += sign * step
        values.append(float(f(moved)[0]))
        quotients.append((values[-1] - value) / float(moved[place] - x[place]))
    rounding = ROUNDING * max(SMALLEST, *map(abs, values))
    left, right = quotients
    return _Look(left, right, (rounding + jitter) / step)


def _jitter(f: Function, x: Array, value: float) -> float:
    """How much f changes when x moves in its last place: rounding that the value does not show."""
    random = np.random.default_rng(0)
    eps = np.finfo(np.float64).eps
    moved = (x * (1 + eps * random.choice([-1, 1], x.shape)) for _ in range(3))
    return max(abs(float(f(near)[0]) - value) for near in moved)


def _listed(place: tuple[int, ...]) -> str:
    return str(tuple(int(index) for index in place))
