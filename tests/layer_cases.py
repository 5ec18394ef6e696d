"""Random convolutional layers for property tests, and the windows that other libraries see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import strategies as st

from cnnbook.geometry import Axis, window_axes

few = st.integers(1, 3)
two = st.tuples(few, few)
zeros = st.integers(0, 3)
paddings = st.one_of(
    st.sampled_from(["valid", "same", "full"]),
    zeros,
    st.tuples(st.tuples(zeros, zeros), st.tuples(zeros, zeros)),
)


@dataclass
class Case:
    """One layer and its arrays in float64."""

    x: np.ndarray
    w: np.ndarray
    settings: tuple

    @property
    def axes(self) -> tuple[Axis, Axis]:
        stride, padding, dilation, _ = self.settings
        return window_axes(self.x.shape[1:3], self.w.shape[:2], stride, padding, dilation)

    @property
    def fits(self) -> bool:
        try:
            return bool(self.axes)
        except ValueError:
            return False

    @property
    def padded(self) -> np.ndarray:
        """The image with its zeros, so that another library can run "valid"."""
        sides = [(axis.before, axis.after) for axis in self.axes]
        return np.pad(self.x, [(0, 0), *sides, (0, 0)])

    def upstream(self) -> np.ndarray:
        """A gradient of the output that is nowhere constant."""
        shape = (len(self.x), *(axis.count for axis in self.axes), self.w.shape[3])
        return np.random.default_rng(self.w.size).standard_normal(shape)


@st.composite
def layers(draw: st.DrawFn, largest: int = 12, groups: int | None = None) -> Case:
    """Draw any stride, padding, dilation and groups, kernels that fit or do not."""
    groups = groups or draw(st.integers(1, 4))
    channels, filters = draw(few) * groups, draw(few) * groups
    height, width = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    kernel = draw(st.tuples(st.integers(1, 4), st.integers(1, 4)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return Case(
        random.standard_normal((draw(few), height, width, channels)),
        random.standard_normal((*kernel, channels // groups, filters)),
        (draw(two), draw(paddings), draw(two), groups),
    )
