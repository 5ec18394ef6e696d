"""Slopes at corners: ReLU against TensorFlow."""

import numpy as np
import sympy as sp
import tensorflow as tf

from cnnbook.gradients import Largest, ReLU


class TestReLU:
    x = sp.Symbol("x", real=True)

    def test_slopes_beside_the_kink(self) -> None:
        slope = ReLU(self.x).diff(self.x)
        assert [slope.subs(self.x, value) for value in (-2, 3)] == [0, 1]
        assert slope.subs(self.x, 0) == ReLU.slope_at_zero

    def test_the_choice_at_zero_is_tensorflows(self) -> None:
        x = tf.constant([-1.0, 0.0, 2.0])
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.nn.relu(x)
        slope = ReLU(self.x).diff(self.x).subs(ReLU.slope_at_zero, 0)
        ours = [float(slope.subs(self.x, value)) for value in (-1, 0, 2)]
        np.testing.assert_array_equal(tape.gradient(y, x), ours)

    def test_values(self) -> None:
        assert (ReLU(-3), ReLU(0), ReLU(sp.Rational(1, 2))) == (0, 0, sp.Rational(1, 2))
        assert ReLU(self.x).subs(self.x, -1) == 0


class TestLargest:
    def test_it_is_written_as_a_maximum(self) -> None:
        x, y = sp.symbols("x y")
        assert str(Largest(x, y)) == "Max(x, y)"
        assert sp.latex(Largest(x, y)) == sp.latex(sp.Max(x, y))

    def test_it_agrees_with_sympys_away_from_ties(self) -> None:
        x = sp.symbols("x:4")
        for values in ((1, 2, 3, 4), (4, 3, 2, 1), (2, 9, -1, 0)):
            put_in = dict(zip(x, values, strict=True))
            assert Largest(*x).subs(put_in) == max(values)
            for entry in x:
                ours, theirs = (f(*x).diff(entry).subs(put_in) for f in (Largest, sp.Max))
                assert ours == theirs
