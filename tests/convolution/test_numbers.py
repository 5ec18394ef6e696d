"""One numerical contract for every type, size and range, held against exact sums."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import signal

from cnnbook.convolution import (
    LAPLACIAN_8,
    average_pool2d,
    conv2d,
    conv2d_backward,
    conv2d_backward_reference,
    conv2d_reference,
    conv2d_transpose,
    convolve2d,
    correlate2d,
    correlate2d_reference,
    max_pool2d,
)

BFLOAT16 = tf.bfloat16.as_numpy_dtype
# For each dtype the unit of its last place, the dtype of its sums, and the largest power of ten
# whose products and their sums stay within it.
FLOATS = {
    np.float16: (2.0**-11, np.float32, 1),
    BFLOAT16: (2.0**-8, np.float32, 14),
    np.float32: (2.0**-24, np.float32, 14),
    np.float64: (2.0**-53, np.float64, 120),
    np.complex64: (2.0**-22, np.float32, 14),
    np.complex128: (2.0**-51, np.float64, 120),
}
# On both sides of where the band is cut in pieces, and of where kernels are taller than wide.
sizes = st.sampled_from([1, 2, 3, 5, 16, 17, 18, 33])
small = st.sampled_from([1, 2, 3, 5, 17])
seeds = st.integers(0, 2**32 - 1)
several = settings(max_examples=40, deadline=None)


def spread(
    random: np.random.Generator, shape: tuple[int, ...], dtype: type, power: float
) -> np.ndarray:
    """Numbers of both signs over `power` powers of ten to each side of 1."""
    values = random.choice([-1, 1], shape) * 10 ** random.uniform(-power, power, shape)
    if np.dtype(dtype).kind == "c":
        values = values * np.exp(2j * np.pi * random.random(shape))
    return values.astype(dtype)


def exact_sums(image: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Sums of x w and of |x w| over each window, by SciPy's direct way in long doubles."""
    wide = np.clongdouble if np.iscomplexobj(image) else np.longdouble
    image, kernel = image.astype(wide), kernel.astype(wide)
    sums = signal.correlate2d(image, kernel, "full")
    return sums, signal.correlate2d(abs(image), abs(kernel), "full")


def assert_as_exact_as_the_sum(
    result: np.ndarray, exact: np.ndarray, magnitude: np.ndarray, terms: int, dtype: type
) -> None:
    unit, summed, _ = FLOATS[dtype]
    assert result.dtype == dtype
    own = 2 * np.finfo(summed).eps if np.dtype(dtype).kind == "c" else np.finfo(summed).eps / 2
    smallest = np.finfo(np.float16).smallest_subnormal if dtype is np.float16 else 0
    tiny = float(smallest) + terms * float(np.finfo(summed).tiny)
    bound = terms * own * magnitude + unit * abs(exact) + tiny
    assert (abs(result.astype(exact.dtype) - exact) <= bound).all()


@pytest.mark.parametrize("dtype", FLOATS, ids=lambda dtype: np.dtype(dtype).name)
class TestFloatsAreAsExactAsTheSumWrittenOut:
    @several
    @given(sizes, sizes, sizes, sizes, st.floats(0, 1), seeds)
    def test_planes(
        self, dtype: type, h: int, w: int, kh: int, kw: int, power: float, seed: int
    ) -> None:
        random = np.random.default_rng(seed)
        power *= FLOATS[dtype][2]
        image = spread(random, (h, w), dtype, power)
        kernel = spread(random, (kh, kw), dtype, 1 if dtype is np.float16 else power)
        kernel = (kernel / max(1, np.sqrt(kernel.size))).astype(dtype)
        exact, magnitude = exact_sums(image, kernel)
        for result in (
            correlate2d(image, kernel, "full"),
            convolve2d(
                image,
                kernel[::-1, ::-1].conj() if exact.dtype.kind == "c" else kernel[::-1, ::-1],
                "full",
            ),
        ):
            assert_as_exact_as_the_sum(result, exact, magnitude, kernel.size + 2, dtype)

    @settings(max_examples=20, deadline=None)
    @given(st.integers(1, 20), small, small, st.integers(1, 18), st.floats(0, 1), seeds)
    def test_layers(
        self, dtype: type, n: int, kh: int, kw: int, channels: int, power: float, seed: int
    ) -> None:
        if np.dtype(dtype).kind == "c":
            with pytest.raises(TypeError, match="real numbers"):
                conv2d(np.ones((1, 3, 3, 1), dtype), np.ones((1, 1, 1, 1)))
            return
        random = np.random.default_rng(seed)
        power *= FLOATS[dtype][2]
        x = spread(random, (1, n, n, channels), dtype, power)
        w = spread(random, (kh, kw, channels, 2), dtype, 0.5 if dtype is np.float16 else power)
        w = (w / max(1, kh * kw)).astype(dtype)
        y, back = conv2d(x, w, padding="full"), conv2d_transpose(x[..., :1], w[..., :1])
        for filter in range(2):
            planes = [exact_sums(x[0, :, :, c], w[:, :, c, filter]) for c in range(channels)]
            exact, magnitude = (sum(parts) for parts in zip(*planes, strict=True))
            terms = w[..., 0].size + 2
            assert_as_exact_as_the_sum(y[0, :, :, filter], exact, magnitude, terms, dtype)
        exact, magnitude = exact_sums(x[0, :, :, 0], w[::-1, ::-1, 0, 0])
        assert_as_exact_as_the_sum(back[0, :, :, 0], exact, magnitude, kh * kw + 2, dtype)

    def test_a_large_pixel_far_away_changes_nothing(self, dtype: type) -> None:
        """Of a transform of the whole image, the error is that of the largest pixel."""
        largest = {np.float16: 6e4, np.float64: 1e17, np.complex128: 1e17}
        large = largest.get(dtype, 1e9)
        for size in (3, 17, 18, 20, 64):
            image, kernel = np.ones((130, 130), dtype), np.ones((size, size), dtype)
            image[0, 0] = large
            result = correlate2d(image, kernel, "valid")
            expected = np.full(result.shape, size**2).astype(dtype)
            np.testing.assert_array_equal(result[1:, 1:], expected[1:, 1:])

    def test_large_numbers_stay_finite(self, dtype: type) -> None:
        largest = 60000 if dtype is np.float16 else 1e36
        image = np.full((40, 40), largest).astype(dtype)
        kernel = np.full((20, 20), 1 / 512).astype(dtype)
        result = correlate2d(image, kernel, "valid")
        exact, magnitude = exact_sums(image, kernel)
        inside = (slice(19, -19), slice(19, -19))
        assert_as_exact_as_the_sum(result, exact[inside], magnitude[inside], 402, dtype)


def test_two_bytes_mix_as_numpy_mixes_them() -> None:
    half, brain = np.ones((3, 3), np.float16), np.ones((3, 3), BFLOAT16)
    for other, dtype in (
        (half, np.float32),
        (brain, BFLOAT16),
        (np.ones((3, 3), np.float32), np.float32),
        (np.ones((3, 3)), np.float64),
        (np.ones((3, 3), int), np.float64),
        (np.ones((3, 3), np.int8), BFLOAT16),
        (np.ones((3, 3), complex), np.complex128),
    ):
        for pair in ((brain, other), (other, brain)):
            assert correlate2d(*pair).dtype == dtype
            assert correlate2d_reference(*pair).dtype == dtype


@pytest.mark.parametrize("dtype", [np.float16, BFLOAT16], ids=["float16", "bfloat16"])
def test_references_sum_two_bytes_in_four_too(dtype: type) -> None:
    """A sum of 5000 ones ends at 2048 in float16 and at 256 in bfloat16."""
    x, w = np.ones((1, 71, 71, 1), dtype), np.ones((71, 71, 1, 1), dtype)
    expected = np.asarray(5041, dtype)
    assert conv2d_reference(x, w).item() == conv2d(x, w).item() == expected
    assert correlate2d_reference(x[0, :, :, 0], w[:, :, 0, 0], "valid").item() == expected
    g, pixel = np.ones((1, 71, 71, 1), dtype), np.ones((1, 1, 1, 1), dtype)
    for backward in (conv2d_backward, conv2d_backward_reference):
        assert backward(g, x, pixel)[1].item() == expected


class TestNumbersStayWhatTheyAre:
    line = np.full((5, 5), 10, np.uint8)

    @pytest.mark.parametrize("dtype", [np.float16, BFLOAT16, np.float32, np.float64])
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


KERNELS = [(np.uint8, 248), (np.uint16, 65528), (np.uint32, 2**32 - 8), (np.uint64, 2**64 - 8)]


class TestUnsignedKernels:
    @pytest.mark.parametrize("dtype, stored", KERNELS)
    def test_negative_weights_that_wrapped_are_refused(self, dtype: type, stored: int) -> None:
        kernel, image = LAPLACIAN_8.astype(dtype), np.ones((5, 5))
        message = f"-8 would become {stored}, .*kernel.astype\\(np.int64\\) if {stored} is meant"
        for function in (correlate2d, convolve2d, correlate2d_reference):
            with pytest.raises(TypeError, match=message):
                function(image, kernel)
        x, w = image[None, :, :, None], kernel[:, :, None, None]
        for layer in (
            lambda: conv2d(x, w),
            lambda: conv2d_reference(x, w),
            lambda: conv2d_backward(np.ones((1, 3, 3, 1)), x, w),
            lambda: conv2d_transpose(x, w),
        ):
            with pytest.raises(TypeError, match=message):
                layer()

    @pytest.mark.parametrize("dtype, stored", KERNELS)
    def test_a_blur_is_not(self, dtype: type, stored: int) -> None:
        blur = np.array([[1, 2, 1], [2, 4, 2], [1, 2, 1]])
        image = np.random.default_rng(0).integers(0, 256, (6, 7)).astype(np.uint8)
        expected = signal.correlate2d(image.astype(int), blur, "same")
        np.testing.assert_array_equal(correlate2d(image, blur.astype(dtype)), expected)

    def test_a_large_weight_is_taken_when_it_is_meant(self) -> None:
        kernel = np.array([[200]], np.uint8)
        with pytest.raises(TypeError, match="-56 would become 200"):
            correlate2d([[1]], kernel)
        assert correlate2d([[1]], kernel.astype(np.int64)).tolist() == [[200]]

    def test_bool(self) -> None:
        with pytest.raises(TypeError, match=r"bool .*-8 would become True; use kernel.astype"):
            correlate2d(np.ones((5, 5)), LAPLACIAN_8.astype(bool))


class TestWhatIsNotFiniteStaysInItsWindows:
    @pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, complex(0, np.inf)])
    @pytest.mark.parametrize("size", [3, 5, 20])
    def test_planes(self, value: complex, size: int) -> None:
        dtype = np.result_type(value, float)
        image, kernel = np.ones((30, 31), dtype), np.ones((size, size), dtype)
        image[12, 13] = value
        with np.errstate(invalid="ignore"):
            expected = correlate2d_reference(image, kernel)
            np.testing.assert_allclose(correlate2d(image, kernel), expected)
            kernel[0, 0] = value
            expected = correlate2d_reference(image, kernel)
            np.testing.assert_allclose(correlate2d(image, kernel), expected)
            expected = correlate2d_reference(np.ones((30, 31)), np.ones((3, 3)), fillvalue=np.inf)
        filled = correlate2d(np.ones((30, 31)), np.ones((3, 3)), fillvalue=np.inf)
        np.testing.assert_array_equal(filled, expected)

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    @pytest.mark.parametrize("channels", [1, 20])
    @pytest.mark.parametrize("groups, kernel, stride", [(1, 3, 1), (1, 3, 2), (2, 2, 1), (1, 1, 2)])
    def test_layers(
        self, value: float, channels: int, groups: int, kernel: int, stride: int
    ) -> None:
        random = np.random.default_rng(0)
        shapes = {
            "x": (2, 6, 5, channels * groups),
            "w": (kernel, kernel, channels, 2 * groups),
        }
        for spoiled in ("x", "w", "g"):
            arrays = {name: random.standard_normal(shape) for name, shape in shapes.items()}
            settings = (stride, "valid", 1, groups)
            g = random.standard_normal(conv2d(arrays["x"], arrays["w"], *settings).shape)
            arrays["g"] = g
            arrays[spoiled][-1, -1, -1, -1] = value
            x, w = arrays["x"], arrays["w"]
            np.testing.assert_allclose(conv2d(x, w, *settings), conv2d_reference(x, w, *settings))
            with np.errstate(invalid="ignore"):
                expected = conv2d_backward_reference(g, x, w, *settings)
                for ours, reference in zip(
                    conv2d_backward(g, x, w, *settings), expected, strict=True
                ):
                    np.testing.assert_allclose(ours, reference)


class TestMemory:
    """A kernel of 200 x 200 takes a few times the memory of the image, not of its windows."""

    random = np.random.default_rng(0)
    image, kernel = random.standard_normal((250, 250)), random.standard_normal((200, 200))

    @staticmethod
    def peak(function: Callable[[], object]) -> int:
        tracemalloc.start()
        function()
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    def test_of_a_plane(self) -> None:
        assert self.peak(lambda: correlate2d(self.image, self.kernel)) < 8 * self.image.nbytes

    def test_of_a_plane_with_a_hole(self) -> None:
        image = self.image.copy()
        image[0, 0] = np.nan
        peak = self.peak(lambda: correlate2d(image, self.kernel[:20]))
        assert peak < 8 * image.nbytes

    def test_of_a_layer(self) -> None:
        x, w = self.image[None, :, :, None], self.kernel[:, :, None, None]
        g = np.ones((1, 51, 51, 1))
        assert self.peak(lambda: conv2d(x, w)) < 16 * x.nbytes
        assert self.peak(lambda: conv2d_backward(g, x, w)) < 16 * x.nbytes

    def test_the_numbers_are_right_too(self) -> None:
        ours = correlate2d(self.image, self.kernel, "valid")
        theirs = signal.correlate2d(self.image, self.kernel, "valid")
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
        x, w = self.image[None, :, :, None], self.kernel[:, :, None, None]
        np.testing.assert_allclose(conv2d(x, w)[0, :, :, 0], theirs, rtol=0, atol=1e-9)
