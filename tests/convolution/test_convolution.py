"""Convolution and pooling against their definitions, SciPy and TensorFlow."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from scipy import signal

from cnnbook import convolution
from cnnbook.convolution import (
    LAPLACIAN_4,
    LAPLACIAN_8,
    SOBEL_X,
    SOBEL_Y,
    average_pool2d,
    average_pool2d_backward,
    average_pool2d_reference,
    conv2d,
    conv2d_backward,
    conv2d_backward_reference,
    conv2d_reference,
    conv2d_transpose,
    conv2d_transpose_reference,
    convolve2d,
    convolve2d_reference,
    correlate2d,
    correlate2d_reference,
    global_average_pool2d,
    global_average_pool2d_backward,
    global_average_pool2d_reference,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_reference,
)
from cnnbook.convolution._engines import strips
from layer_cases import Case, layers

close = {"rtol": 0, "atol": 1e-10}
sizes = st.integers(1, 40)
seeds = st.integers(0, 2**32 - 1)


@pytest.fixture(params=[256, 1 << 21], ids=["many strips", "one strip"])
def strip_bytes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "STRIP_BYTES", request.param)


@pytest.fixture(params=[1, 100], ids=["channels last", "channels first"])
def copies(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strips, "FEW_CHANNELS", request.param)


several = settings(max_examples=100, deadline=None)
# The fixtures choose one memory order for all examples of a test, so they need no reset in between.
in_every_order = settings(several, suppress_health_check=[HealthCheck.function_scoped_fixture])


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

    @several
    @given(sizes, sizes, st.integers(1, 24), st.integers(1, 24), seeds)
    def test_correlate2d_and_convolve2d(self, h: int, w: int, kh: int, kw: int, seed: int) -> None:
        random = np.random.default_rng(seed)
        image, kernel = random.standard_normal((h, w)), random.standard_normal((kh, kw))
        for padding in ("same", "full", ((kh, 0), (2, kw))):
            for fast, slow in (
                (correlate2d, correlate2d_reference),
                (convolve2d, convolve2d_reference),
            ):
                expected = slow(image, kernel, padding)
                np.testing.assert_allclose(fast(image, kernel, padding), expected, atol=1e-9)

    @several
    @given(layers(), st.sampled_from(["valid", "same", 1]))
    def test_pools(self, case: Case, padding: str | int) -> None:
        x, size, stride = case.x, case.w.shape[:2], case.settings[0]
        border = 1 if padding == 1 else 0
        within = all(border < k <= n + 2 * border for n, k in zip(x.shape[1:3], size, strict=True))
        assume(padding == "same" or within)
        arguments = (x, size, stride, padding)
        np.testing.assert_array_equal(max_pool2d(*arguments), max_pool2d_reference(*arguments))
        np.testing.assert_allclose(
            average_pool2d(*arguments), average_pool2d_reference(*arguments), **close
        )
        np.testing.assert_allclose(
            global_average_pool2d(x), global_average_pool2d_reference(x), **close
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

    @several
    @given(layers(), st.sampled_from(["VALID", "SAME"]), st.sampled_from(["max", "average"]))
    def test_pools(self, case: Case, padding: str, kind: str) -> None:
        x, size, stride = case.x, case.w.shape[:2], case.settings[0]
        assume(padding == "SAME" or (x.shape[1] >= size[0] and x.shape[2] >= size[1]))
        pool, backward, theirs = {
            "max": (max_pool2d, max_pool2d_backward, tf.nn.max_pool2d),
            "average": (average_pool2d, average_pool2d_backward, tf.nn.avg_pool2d),
        }[kind]
        image = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = theirs(image, size, stride, padding)
        ours = pool(x, size, stride, padding.lower())
        np.testing.assert_allclose(ours, y, **close)
        g = np.random.default_rng(3).standard_normal(ours.shape)
        dx = tape.gradient(y, image, tf.constant(g))
        np.testing.assert_allclose(backward(g, x, size, stride, padding.lower()), dx, **close)

    def test_equal_maxima_send_the_gradient_to_the_first(self) -> None:
        x = np.array([[1.0, 3, 3], [3, 3, 0], [2, 2, 2]]).reshape(1, 3, 3, 1)
        image = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = tf.nn.max_pool2d(image, 2, 1, "VALID")
        dx = tape.gradient(y, image)
        np.testing.assert_array_equal(max_pool2d_backward(np.ones(y.shape), x, 2, 1), dx)

    def test_global_average(self) -> None:
        x = np.random.default_rng(4).standard_normal((2, 3, 5, 4))
        g = np.random.default_rng(5).standard_normal((2, 4))
        image = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(image)
            y = tf.reduce_mean(image, (1, 2))
        np.testing.assert_allclose(global_average_pool2d(x), y, **close)
        dx = tape.gradient(y, image, tf.constant(g))
        np.testing.assert_allclose(global_average_pool2d_backward(g, x), dx, **close)


class TestSciPyAgrees:
    @settings(max_examples=150, deadline=None)
    @given(st.integers(1, 70), st.integers(1, 70), sizes, sizes, st.booleans(), seeds)
    def test_correlate2d(self, h: int, w: int, kh: int, kw: int, whole: bool, seed: int) -> None:
        random = np.random.default_rng(seed)
        image, kernel = 9 * random.standard_normal((h, w)), 9 * random.standard_normal((kh, kw))
        if whole:
            image, kernel = image.astype(np.int64), kernel.astype(np.int64)
        full = signal.correlate2d(image, kernel, "full")
        top, left = kh - 1 - (kh - 1) // 2, kw - 1 - (kw - 1) // 2
        expected = {"full": full, "same": full[top : top + h, left : left + w]}
        if kh <= h and kw <= w:
            expected["valid"] = full[kh - 1 : h, kw - 1 : w]
        for padding, there in expected.items():
            here = correlate2d(image, kernel, padding)
            assert here.dtype == image.dtype
            if whole:
                np.testing.assert_array_equal(here, there)
            else:
                np.testing.assert_allclose(here, there, rtol=0, atol=1e-8)

    @pytest.mark.parametrize("mode", ["full", "valid"])
    def test_convolve2d(self, mode: str) -> None:
        random = np.random.default_rng(0)
        image, kernel = random.standard_normal((30, 41)), random.standard_normal((5, 4))
        expected = signal.convolve2d(image, kernel, mode)
        np.testing.assert_allclose(convolve2d(image, kernel, mode), expected, **close)

    def test_an_odd_kernel_has_one_same(self) -> None:
        image = np.random.default_rng(0).standard_normal((9, 8))
        for function, theirs in (
            (correlate2d, signal.correlate2d),
            (convolve2d, signal.convolve2d),
        ):
            expected = theirs(image, SOBEL_X, "same")
            np.testing.assert_allclose(function(image, SOBEL_X), expected, **close)


class TestNumbersStayWhatTheyAre:
    line = np.zeros((5, 5), np.uint8)
    line[:, 2] = 10

    def test_a_bright_line_under_the_laplacian(self) -> None:
        border, inside = [0, 20, -70, 20, 0], [0, 30, -60, 30, 0]
        expected = np.array([border, inside, inside, inside, border])
        for image in (self.line, self.line.astype(np.int64), self.line.astype(np.float32)):
            np.testing.assert_array_equal(correlate2d(image, LAPLACIAN_8), expected)

    def test_laplacians_are_second_derivatives(self) -> None:
        y, x = np.mgrid[:7, :7]
        for f, curvature in ((x * x, 2), (x * x + y * y, 4), (x * y, 0), (3 * x - y + 5, 0)):
            assert (correlate2d(f, LAPLACIAN_4, "valid") == curvature).all()
            assert (correlate2d(f, LAPLACIAN_8, "valid") == 3 * curvature).all()

    def test_sobel_is_positive_where_the_image_grows(self) -> None:
        y, x = np.mgrid[:5, :5]
        assert (correlate2d(x, SOBEL_X, "valid") == 8).all()
        assert (correlate2d(y, SOBEL_Y, "valid") == 8).all()
        assert not correlate2d(x, SOBEL_Y, "valid").any()

    def test_constants_cannot_be_changed_by_accident(self) -> None:
        for kernel in (LAPLACIAN_4, LAPLACIAN_8, SOBEL_X, SOBEL_Y):
            assert kernel.dtype == np.int64
            with pytest.raises(ValueError, match="read-only"):
                kernel[0, 0] = 1

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    def test_floats_keep_their_dtype(self, dtype: type) -> None:
        x, w = np.ones((1, 6, 6, 2), dtype), np.ones((3, 3, 2, 2), dtype)
        y = conv2d(x, w)
        dx, dw = conv2d_backward(y, x, w)
        results = (y, dx, dw, conv2d_transpose(y, w), max_pool2d(x), average_pool2d(x))
        assert {result.dtype for result in results} == {np.dtype(dtype)}
        assert correlate2d(x[0, :, :, 0], w[:, :, 0, 0]).dtype == dtype

    @pytest.mark.parametrize("dtype", [np.bool_, np.uint8, np.int8, np.uint16, np.int32, np.uint64])
    def test_whole_numbers_give_int64(self, dtype: type) -> None:
        image = np.full((4, 4), 200).astype(dtype)
        y = correlate2d(image, np.full((2, 2), -3, np.int8), "valid")
        assert y.dtype == np.int64
        assert (y == int(image[0, 0]) * -12).all()

    def test_a_float_kernel_on_whole_numbers_gives_floats(self) -> None:
        assert correlate2d(self.line, np.ones((3, 3), np.float32)).dtype == np.float32

    @several
    @given(st.integers(20, 60), st.integers(1, 3), seeds)
    def test_whole_numbers_are_exact_or_refused(self, bits: int, k: int, seed: int) -> None:
        random = np.random.default_rng(seed)
        image = random.integers(-(2**30), 2**30, (4, 5))
        kernel = random.integers(-(2 ** (bits - 20)), 2 ** (bits - 20) + 1, (k, k))
        bound = k * k * int(abs(image).max()) * int(abs(kernel).max())
        if bound >= 2**63:
            with pytest.raises(OverflowError, match="int64"):
                correlate2d(image, kernel)
            return
        windows = np.lib.stride_tricks.sliding_window_view(image.astype(object), (k, k))
        expected = (windows * kernel.astype(object)).sum(axis=(2, 3))
        assert (correlate2d(image, kernel, "valid").astype(object) == expected).all()

    def test_a_number_beyond_int64_is_refused(self) -> None:
        image = np.full((2, 2), 2**63, np.uint64)
        with pytest.raises(OverflowError, match="9223372036854775808"):
            correlate2d(image, np.ones((1, 1), np.int64))

    def test_whole_gradients_are_exact(self) -> None:
        random = np.random.default_rng(6)
        x, w = random.integers(-(2**25), 2**25, (1, 5, 5, 1)), random.integers(-9, 9, (2, 2, 1, 1))
        g = random.integers(-(2**25), 2**25, (1, 4, 4, 1))
        _, dw = conv2d_backward(g, x, w)
        for (p, q), total in np.ndenumerate(dw[:, :, 0, 0]):
            window = x[0, p : p + 4, q : q + 4, 0].astype(object)
            assert total == (window * g[0, :, :, 0].astype(object)).sum()


class TestWhatIsWrongIsRefused:
    @pytest.mark.parametrize(
        ("dtype", "stored"), [(np.uint8, "248"), (np.uint16, "65528"), (np.bool_, "True")]
    )
    def test_a_kernel_that_cannot_be_negative(self, dtype: type, stored: str) -> None:
        image, kernel = np.ones((5, 5)), np.ones((3, 3), dtype)
        with pytest.raises(TypeError, match=f"-8 would become {stored}.*astype"):
            correlate2d(image, kernel)
        with pytest.raises(TypeError, match=f"-8 would become {stored}"):
            conv2d(np.ones((1, 5, 5, 1)), np.ones((3, 3, 1, 1), dtype))

    def test_a_kernel_that_does_not_fit_is_never_swapped_with_the_image(self) -> None:
        with pytest.raises(ValueError, match=r"span 5 .*, the padded input has 3"):
            correlate2d(np.ones((3, 3)), np.ones((5, 5)), "valid")
        with pytest.raises(ValueError, match=r"span 7 = 3\*\(3-1\)\+1 columns"):
            conv2d(np.ones((1, 9, 6, 1)), np.ones((3, 3, 1, 1)), dilation=(1, 3))
        assert correlate2d(np.ones((2, 2)), np.ones((5, 5)), "same").shape == (2, 2)

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"stride": 0}, "stride must be at least 1"),
            ({"stride": 1.5}, "stride must be one whole number"),
            ({"dilation": (1, 2, 3)}, "dilation must be one whole number"),
            ({"padding": "SAME"}, "'SAME'"),
            ({"padding": -1}, "padding must be at least 0"),
            ({"padding": ((1, 2), 3, 4)}, "padding must be"),
            ({"padding": None}, "padding must be"),
            ({"groups": 2}, "groups must divide"),
            ({"groups": 0}, "groups must divide"),
        ],
    )
    def test_settings(self, arguments: dict, message: str) -> None:
        with pytest.raises((TypeError, ValueError), match=message):
            conv2d(np.ones((1, 5, 5, 3)), np.ones((3, 3, 3, 3)), **arguments)

    def test_shapes(self) -> None:
        with pytest.raises(ValueError, match=r"has 3 channels.*takes 2"):
            conv2d(np.ones((1, 5, 5, 3)), np.ones((3, 3, 2, 4)))
        with pytest.raises(ValueError, match=r"\(5, 5, 3\)"):
            conv2d(np.ones((5, 5, 3)), np.ones((3, 3, 3, 4)))
        with pytest.raises(ValueError, match=r"two axes.*conv2d takes batches"):
            correlate2d(np.ones((1, 5, 5)), np.ones((3, 3)))
        with pytest.raises(ValueError, match=r"\(1, 3, 3, 4\)"):
            conv2d_backward(np.ones((1, 5, 5, 4)), np.ones((1, 5, 5, 3)), np.ones((3, 3, 3, 4)))
        with pytest.raises(ValueError, match=r"turns size \(8, 8\) into \(3, 3\).*\(2, 2\)"):
            conv2d_transpose(np.ones((1, 2, 2, 1)), np.ones((3, 3, 1, 1)), 2, size=(8, 8))
        with pytest.raises(ValueError, match="nothing of the image"):
            max_pool2d(np.ones((1, 4, 4, 1)), 2, padding=2)
        with pytest.raises(ValueError, match="x must be"):
            max_pool2d(np.ones((4, 4)))
        with pytest.raises(ValueError, match="g must have"):
            max_pool2d_backward(np.ones((1, 4, 4, 1)), np.ones((1, 4, 4, 1)))

    @pytest.mark.parametrize("dtype", [complex, object, "U1"])
    def test_what_is_not_a_real_number(self, dtype: type) -> None:
        with pytest.raises(TypeError, match="image must hold real numbers"):
            correlate2d(np.ones((3, 3)).astype(dtype), np.ones((1, 1)))

    def test_empty(self) -> None:
        for image, kernel in (((0, 4), (1, 1)), ((4, 4), (0, 2))):
            with pytest.raises(ValueError, match="empty"):
                correlate2d(np.ones(image), np.ones(kernel))
        with pytest.raises(ValueError, match="empty"):
            conv2d(np.ones((1, 0, 4, 1)), np.ones((1, 1, 1, 1)), padding="same")


class TestAnyArrayWillDo:
    random = np.random.default_rng(7)
    x, w = random.standard_normal((2, 9, 8, 4)), random.standard_normal((3, 3, 4, 5))

    @pytest.mark.parametrize("padding", ["valid", "same"])
    @pytest.mark.parametrize(
        "twin",
        [
            np.asfortranarray,
            lambda a: np.repeat(a, 2, axis=1)[:, ::2],
            lambda a: a[:, ::-1].copy()[:, ::-1],
            lambda a: a.transpose(3, 0, 2, 1).copy().transpose(1, 3, 2, 0),
            lambda a: np.frombuffer(a.tobytes()).reshape(a.shape),
        ],
        ids=["Fortran", "with gaps", "negative strides", "transposed", "read-only"],
    )
    def test_of_any_memory_order(self, twin, padding: str) -> None:
        x, w = twin(self.x), twin(self.w)
        expected = conv2d_reference(self.x, self.w, 1, padding)
        np.testing.assert_allclose(conv2d(x, w, 1, padding), expected, **close)
        g = twin(expected)
        for ours, theirs in zip(
            conv2d_backward(g, x, w, 1, padding),
            conv2d_backward_reference(expected, self.x, self.w, 1, padding),
            strict=True,
        ):
            np.testing.assert_allclose(ours, theirs, **close)
        np.testing.assert_array_equal(max_pool2d(x), max_pool2d_reference(self.x))
        plane, kernel = x[0, :, :, 0], w[:, :, 0, 0]
        np.testing.assert_allclose(
            correlate2d(plane, kernel, padding),
            correlate2d_reference(self.x[0, :, :, 0], self.w[:, :, 0, 0], padding),
            **close,
        )

    def test_inputs_are_left_alone(self) -> None:
        x, w = self.x.copy(), self.w.copy()
        g = conv2d(x, w, padding="same")
        before = g.copy()
        conv2d_backward(g, x, w, padding="same")
        max_pool2d_backward(max_pool2d(x), x)
        for now, then in ((x, self.x), (w, self.w), (g, before)):
            np.testing.assert_array_equal(now, then)

    def test_results_are_new_arrays_that_can_be_written(self) -> None:
        one = np.ones((1, 1, 1, 1))
        x = np.ones((1, 1, 1, 1))
        for result in (
            conv2d(x, one),
            *conv2d_backward(x, x, one),
            max_pool2d(x, 1),
            average_pool2d(x, 1),
        ):
            assert not np.shares_memory(result, x)
            result[...] = 2

    def test_an_empty_batch_and_no_filters_give_empty_results(self) -> None:
        assert conv2d(self.x[:0], self.w).shape == (0, 7, 6, 5)
        assert conv2d(self.x, self.w[..., :0]).shape == (2, 7, 6, 0)
        dx, dw = conv2d_backward(np.ones((0, 7, 6, 5)), self.x[:0], self.w)
        assert dx.shape == (0, 9, 8, 4)
        assert not dw.any()
        assert conv2d(self.x[:0], self.w[:1, :1]).shape == (0, 9, 8, 5)
        assert max_pool2d(self.x[:0]).shape == average_pool2d(self.x[:0]).shape == (0, 4, 4, 4)

    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
    @pytest.mark.parametrize("size", [3, 5, 20])
    def test_what_is_not_finite_stays_in_its_windows(self, value: float, size: int) -> None:
        image, kernel = np.ones((30, 31)), np.ones((size, size))
        image[12, 13] = value
        with np.errstate(invalid="ignore"):
            expected = correlate2d_reference(image, kernel)
            np.testing.assert_allclose(correlate2d(image, kernel), expected)
            kernel[0, 0] = value
            expected = correlate2d_reference(image, kernel)
            np.testing.assert_allclose(correlate2d(image, kernel), expected)
        batch = image[None, :, :, None]
        np.testing.assert_allclose(
            conv2d(batch, np.ones((3, 3, 1, 2))), conv2d_reference(batch, np.ones((3, 3, 1, 2)))
        )

    def test_pools_pass_on_what_is_not_finite(self) -> None:
        x = np.array([[np.nan, 1], [2, -np.inf]]).reshape(1, 2, 2, 1)
        assert np.isnan(max_pool2d(x)).all()
        assert max_pool2d_backward([[[[1.0]]]], x).ravel().tolist() == [1, 0, 0, 0]
        assert (max_pool2d(np.full((1, 2, 2, 1), -np.inf)) == -np.inf).all()
        assert max_pool2d(np.full((1, 3, 3, 1), -5, np.int8), 2, 1, "same").tolist() == (
            np.full((1, 3, 3, 1), -5).tolist()
        )


def test_the_transpose_is_the_adjoint() -> None:
    """<conv2d(x), g> = <x, conv2d_transpose(g)>, which is what "transposed" means."""
    random = np.random.default_rng(8)
    x, w = random.standard_normal((2, 10, 9, 4)), random.standard_normal((3, 2, 2, 6))
    y = conv2d(x, w, 2, "same", 1, 2)
    g = random.standard_normal(y.shape)
    back = conv2d_transpose(g, w, 2, "same", 1, 2, size=(10, 9))
    np.testing.assert_allclose((y * g).sum(), (x * back).sum())


def test_every_public_name_is_there() -> None:
    for name in convolution.__all__:
        assert getattr(convolution, name) is not None
