"""`conv2d`, backward and transposed, against their definitions and TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cnnbook.convolution import (
    conv2d,
    conv2d_backward,
    conv2d_backward_reference,
    conv2d_reference,
    conv2d_transpose,
    conv2d_transpose_reference,
)
from cnnbook.convolution._engines import strips
from layer_cases import Case, layers

close = {"rtol": 0, "atol": 1e-10}


@pytest.fixture(params=[256, 1 << 21], ids=["many strips", "one strip"])
def strip_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "STRIP_BYTES", request.param)


@pytest.fixture(params=[1, 100], ids=["channels last", "channels first"])
def copies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "FEW_CHANNELS", request.param)


several = settings(max_examples=100, deadline=None)
# The fixtures choose one memory order for all examples of a test, so they need no reset in between.
# The fixtures choose one memory order for all examples of a test, so they need no reset in between.
in_every_order = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class TestTheFastFormsEqualTheirDefinitions:
    @in_every_order
    @given(layers())
    def test_conv2d(self, strip_bytes: None, copies: None, case: Case) -> None:
        if not case.fits:
            for function in (conv2d, conv2d_reference):
                with pytest.raises(ValueError, match="does not fit"):
                    function(case.x, case.w, *case.settings)
            return
        arguments = (case.x, case.w, *case.settings)
        np.testing.assert_allclose(conv2d(*arguments), conv2d_reference(*arguments), **close)

    @in_every_order
    @given(layers(largest=6))
    def test_conv2d_backward(self, strip_bytes: None, copies: None, case: Case) -> None:
        assume(case.fits)
        arguments = (case.upstream(), case.x, case.w, *case.settings)
        for fast, slow in zip(
            conv2d_backward(*arguments), conv2d_backward_reference(*arguments), strict=True
        ):
            np.testing.assert_allclose(fast, slow, **close)

    @in_every_order
    @given(layers(largest=6))
    def test_conv2d_transpose(self, strip_bytes: None, copies: None, case: Case) -> None:
        assume(case.fits)
        size = case.x.shape[1:3]
        arguments = (case.upstream(), case.w, *case.settings, size)
        np.testing.assert_allclose(
            conv2d_transpose(*arguments), conv2d_transpose_reference(*arguments), **close
        )


class TestTensorFlowAgrees:
    """In values, and in gradients through a tape."""

    @several
    @given(layers(groups=1))
    def test_conv2d(self, case: Case) -> None:
        assume(case.fits)
        stride, _, dilation, _ = case.settings
        x, w, g = case.padded, case.w, case.upstream()
        y = tf.nn.conv2d(x, w, stride, "VALID", dilations=dilation)
        np.testing.assert_allclose(conv2d(case.x, w, *case.settings), y, **close)

        # TensorFlow has no gradient of a dilated kernel on a CPU; zeros between its taps do.
        taps = (slice(None, None, dilation[0]), slice(None, None, dilation[1]))
        wide = np.zeros((*(axis.extent for axis in case.axes), *w.shape[2:]))
        wide[taps] = w
        image, kernel = tf.constant(x), tf.constant(wide)
        with tf.GradientTape() as tape:
            tape.watch([image, kernel])
            y = tf.nn.conv2d(image, kernel, stride, "VALID")
        dx, dw = tape.gradient(y, [image, kernel], tf.constant(g))
        ours = conv2d_backward(g, x, w, stride, "valid", dilation)
        np.testing.assert_allclose(ours[0], dx, **close)
        np.testing.assert_allclose(ours[1], dw.numpy()[taps], **close)

    @pytest.mark.parametrize("kernel", [(1, 1), (2, 2), (3, 3), (4, 3), (5, 2)])
    @pytest.mark.parametrize("stride", [1, 2, 3, 4])
    @pytest.mark.parametrize("dilation", [1, 2, 3])
    def test_same_puts_every_zero_where_tensorflow_does(
        self, kernel: tuple[int, int], stride: int, dilation: int
    ) -> None:
        w = np.random.default_rng(0).standard_normal((*kernel, 2, 3))
        for height in range(1, 12):
            x = np.random.default_rng(height).standard_normal((1, height, 12 - height, 2))
            y = tf.nn.conv2d(x, w, stride, "SAME", dilations=dilation)
            np.testing.assert_allclose(conv2d(x, w, stride, "same", dilation), y, **close)

    @several
    @given(layers(), st.integers(1, 3))
    def test_depthwise(self, case: Case, multiplier: int) -> None:
        x, stride = case.x, case.settings[0][0]
        channels = x.shape[3]
        w = np.random.default_rng(1).standard_normal((*case.w.shape[:2], channels, multiplier))
        y = tf.nn.depthwise_conv2d(x, w, (1, stride, stride, 1), "SAME")
        ours = w.reshape(*w.shape[:2], 1, channels * multiplier)
        np.testing.assert_allclose(conv2d(x, ours, stride, "same", 1, channels), y, **close)

    @several
    @given(layers(), st.sampled_from(["VALID", "SAME"]))
    def test_conv2d_transpose(self, case: Case, padding: str) -> None:
        w, stride = case.w, case.settings[0]
        x = np.random.default_rng(2).standard_normal((*case.x.shape[:3], w.shape[3]))
        y = conv2d_transpose(x, w, stride, padding.lower())
        assume(all(n >= k for n, k in zip(y.shape[1:3], w.shape[:2], strict=True)))
        theirs = tf.nn.conv2d_transpose(x, w, y.shape, stride, padding)
        np.testing.assert_allclose(y, theirs, **close)

    def test_a_bias_and_its_gradient(self) -> None:
        """They are written beside `conv2d`, as its docstring says."""
        random = np.random.default_rng(9)
        x, w, b = (random.standard_normal(shape) for shape in ((2, 6, 5, 3), (3, 3, 3, 4), (4,)))
        bias = tf.constant(b)
        with tf.GradientTape() as tape:
            tape.watch(bias)
            y = tf.nn.bias_add(tf.nn.conv2d(x, w, 1, "SAME"), bias)
        g = random.standard_normal(y.shape)
        np.testing.assert_allclose(conv2d(x, w, padding="same") + b, y, **close)
        gradient = tape.gradient(y, bias, tf.constant(g))
        np.testing.assert_allclose(g.sum(axis=(0, 1, 2)), gradient, **close)


def test_the_transpose_is_the_adjoint() -> None:
    """<conv2d(x), g> = <x, conv2d_transpose(g)>, which is what "transposed" means."""
    random = np.random.default_rng(8)
    x, w = random.standard_normal((2, 10, 9, 4)), random.standard_normal((3, 2, 2, 6))
    y = conv2d(x, w, 2, "same", 1, 2)
    g = random.standard_normal(y.shape)
    back = conv2d_transpose(g, w, 2, "same", 1, 2, size=(10, 9))
    np.testing.assert_allclose((y * g).sum(), (x * back).sum())


class TestEmptySizes:
    """No images, no channels, no filters: empty results, or sums of nothing."""

    @pytest.mark.parametrize("groups", [1, 2])
    @pytest.mark.parametrize("kernel", [(1, 1), (3, 2)])
    @pytest.mark.parametrize("n, c, o", [(0, 4, 6), (2, 0, 6), (2, 4, 0), (2, 0, 0)])
    def test_forward_and_backward(self, n: int, c: int, o: int, kernel: tuple, groups: int) -> None:
        x, w = np.ones((n, 5, 4, c)), np.ones((*kernel, c // groups, o))
        for dtype in (np.float64, np.int64):
            x, w = x.astype(dtype), w.astype(dtype)
            y = conv2d(x, w, 2, "same", 1, groups)
            np.testing.assert_array_equal(y, np.zeros((n, 3, 2, o), dtype))
            dx, dw = conv2d_backward(y, x, w, 2, "same", 1, groups)
            np.testing.assert_array_equal(dx, np.zeros(x.shape, dtype))
            np.testing.assert_array_equal(dw, np.zeros(w.shape, dtype))
            back = conv2d_transpose(y, w, 2, "same", 1, groups, size=(5, 4))
            np.testing.assert_array_equal(back, np.zeros(x.shape, dtype))
