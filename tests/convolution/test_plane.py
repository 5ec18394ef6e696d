"""`correlate2d` and `convolve2d` against SciPy's functions of these names."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, signal

from cnnbook.convolution import (
    LAPLACIAN_4,
    LAPLACIAN_8,
    SOBEL_X,
    SOBEL_Y,
    convolve2d,
    convolve2d_reference,
    correlate2d,
    correlate2d_reference,
)

close = {"rtol": 0, "atol": 1e-10}
sizes, seeds = st.integers(1, 22), st.integers(0, 2**32 - 1)
boundaries = st.sampled_from(["fill", "wrap", "symm"])
modes = st.sampled_from(["full", "valid", "same"])
real = [np.uint8, np.int16, np.int64, np.float32, np.float64, np.longdouble]
dtypes = st.sampled_from([*real, np.complex64, np.complex128])


def numbers(random: np.random.Generator, shape: tuple[int, ...], dtype: type) -> np.ndarray:
    """Small numbers of a dtype; the whole ones fit in it squared and summed."""
    if np.dtype(dtype).kind in "iu":
        return random.integers(0 if np.dtype(dtype).kind == "u" else -9, 9, shape).astype(dtype)
    values = random.standard_normal(shape)
    if np.dtype(dtype).kind == "c":
        values = values + 1j * random.standard_normal(shape)
    return values.astype(dtype)


class TestSciPyAgrees:
    @settings(max_examples=150, deadline=None)
    @given(sizes, sizes, sizes, sizes, dtypes, dtypes, boundaries, modes, seeds)
    def test_wherever_the_conventions_do(
        self,
        h: int,
        w: int,
        kh: int,
        kw: int,
        first: type,
        second: type,
        boundary: str,
        mode: str,
        seed: int,
    ) -> None:
        random = np.random.default_rng(seed)
        if mode == "valid":
            kh, kw = min(h, kh), min(w, kw)
        image, kernel = numbers(random, (h, w), first), numbers(random, (kh, kw), second)
        fillvalue = 3 if boundary == "fill" else 0
        wide = np.result_type(first, second, np.float64)  # SciPy's sums of whole numbers wrap
        for ours, theirs in ((correlate2d, signal.correlate2d), (convolve2d, signal.convolve2d)):
            if theirs is signal.convolve2d and mode == "same":
                # SciPy's is centred the other way for an even kernel; both are cut from "full".
                full = theirs(image.astype(wide), kernel.astype(wide), "full", boundary, fillvalue)
                expected = full[kh // 2 :, kw // 2 :][:h, :w]
            else:
                expected = theirs(
                    image.astype(wide), kernel.astype(wide), mode, boundary, fillvalue
                )
            result = ours(image, kernel, mode, boundary, fillvalue)
            whole = np.dtype(first).kind in "iu" and np.dtype(second).kind in "iu"
            assert result.dtype == (np.int64 if whole else np.result_type(first, second))
            single = np.float32 in (first, second) or np.complex64 in (first, second)
            tolerance = {"rtol": 0, "atol": 1e-2 if single else 1e-9}
            np.testing.assert_allclose(result, expected, **({"atol": 0} if whole else tolerance))

    @settings(max_examples=60, deadline=None)
    @given(*[st.integers(1, 12)] * 4, dtypes, boundaries, modes, seeds)
    def test_and_the_definitions_too(
        self, h: int, w: int, kh: int, kw: int, dtype: type, boundary: str, mode: str, seed: int
    ) -> None:
        random = np.random.default_rng(seed)
        if mode == "valid":
            kh, kw = min(h, kh), min(w, kw)
        image, kernel = numbers(random, (h, w), dtype), numbers(random, (kh, kw), dtype)
        fillvalue = 2 if boundary == "fill" else 0
        for padding in (mode, ((kh, 0), (2, kw))):
            for fast, slow in (
                (correlate2d, correlate2d_reference),
                (convolve2d, convolve2d_reference),
            ):
                settings = (padding, boundary, fillvalue)
                result, expected = fast(image, kernel, *settings), slow(image, kernel, *settings)
                assert result.dtype == expected.dtype
                np.testing.assert_allclose(result, expected, rtol=1e-4, atol=1e-4)

    @pytest.mark.parametrize("function", ["correlate2d", "convolve2d"])
    @pytest.mark.parametrize("size", [3, 5, 7])
    def test_an_odd_kernel_has_one_same(self, function: str, size: int) -> None:
        random = np.random.default_rng(0)
        image, kernel = random.standard_normal((9, 8)), random.standard_normal((size, size))
        ours = {"correlate2d": correlate2d, "convolve2d": convolve2d}[function](image, kernel)
        np.testing.assert_allclose(ours, getattr(signal, function)(image, kernel, "same"), **close)

    @pytest.mark.parametrize("size", [2, 3, 4, 7])
    def test_same_is_tensorflows_for_every_kernel(self, size: int) -> None:
        random = np.random.default_rng(1)
        image, kernel = random.standard_normal((9, 8)), random.standard_normal((size, size))
        batch, weights = image[None, :, :, None], kernel[:, :, None, None]
        theirs = tf.nn.conv2d(batch, weights, 1, "SAME")[0, :, :, 0]
        np.testing.assert_allclose(correlate2d(image, kernel), theirs, **close)
        theirs = tf.nn.conv2d(batch, weights[::-1, ::-1], 1, "SAME")[0, :, :, 0]
        np.testing.assert_allclose(convolve2d(image, kernel), theirs, **close)


SMALL, EVEN = [[1, 2, 3], [3, 4, 5]], [[2, 3, 4], [4, 5, 6]]
LONG = [[2, 3, 4, 5, 6, 7, 8], [4, 5, 6, 7, 8, 9, 10]]
COMPLEX_SMALL = [[1 + 1j, 2 - 3j], [3 + 1j, 4]]
COMPLEX_LONG = [[2 - 1j, 3 + 2j, 4], [4, 5 + 1j, 6 - 3j]]


class TestScipysOwnCases:
    """Cases of SciPy's tests of the two functions, put to SciPy's functions and to ours."""

    @pytest.mark.parametrize(
        "image, kernel, arguments",
        [
            (SMALL, EVEN, {"mode": "full"}),
            (LONG, SMALL, {"mode": "valid"}),
            (LONG, np.array(SMALL) + 1j, {"mode": "valid"}),
            (COMPLEX_LONG, COMPLEX_SMALL, {"mode": "valid"}),
            (SMALL, EVEN, {"mode": "full", "boundary": "fill", "fillvalue": 1}),
            (SMALL, EVEN, {"mode": "full", "boundary": "wrap"}),
            (SMALL, EVEN, {"mode": "full", "boundary": "symm"}),
            ([[2.0, -1, 3, 4]], np.ones((1, 21)), {"mode": "same", "boundary": "symm"}),
            ([[2.0, -1, 3, 4]], np.ones((1, 21)), {"mode": "same", "boundary": "wrap"}),
            (np.mgrid[1:4, 1:4][0], np.mgrid[1:7, 1:7][1], {"mode": "full", "boundary": "wrap"}),
            ([[0, 1, 2, 3, 4]], [[3.2, 1.4, 3]], {"mode": "full"}),
            ([[0, 1, 2, 3, 4]], [[3.2, 1.4, 3]], {"mode": "valid"}),
            ([[0, 1, 2, 3, 4]], [[3.2, 1.4, 3]], {"mode": "same"}),
            ([[1]], [[2j]], {"mode": "full"}),
            ([[2j]], [[3j]], {"mode": "full"}),
            ([[3j]], [[4]], {"mode": "full"}),
        ],
    )
    def test_equal(self, image: object, kernel: object, arguments: dict) -> None:
        mode, *rest = arguments.values()
        for ours, theirs in ((correlate2d, signal.correlate2d), (convolve2d, signal.convolve2d)):
            expected = theirs(image, kernel, **arguments)
            result = ours(image, kernel, mode, *rest)
            np.testing.assert_allclose(result, expected, rtol=1e-14, atol=1e-14)

    def test_numbers_that_scipy_expects(self) -> None:
        full = [[2, 7, 16, 17, 12], [10, 30, 62, 58, 38], [12, 31, 58, 49, 30]]
        assert convolve2d(SMALL, EVEN, "full").tolist() == full
        assert correlate2d([[1]], [[2j]], "full").tolist() == [[-2j]]
        wrapped = convolve2d(SMALL, EVEN, "full", boundary="wrap")
        assert wrapped[0].tolist() == [80, 80, 74, 80, 80]
        mirrored = convolve2d(SMALL, EVEN, "full", boundary="symm")
        assert mirrored[0].tolist() == [34, 30, 44, 62, 66]

    def test_a_kernel_longer_than_a_wrapped_image(self) -> None:
        image = np.arange(1.0, 31).reshape(10, 3)
        kernel = np.arange(1.0, 101).reshape(10, 10)
        theirs = ndimage.convolve(image, kernel, mode="wrap", origin=(-1, -1))
        assert np.array_equal(signal.convolve2d(image, kernel, "same", "wrap"), theirs)
        # Ours is TensorFlow's "same": one cell further for a kernel of even size.
        ours = convolve2d(image, kernel, boundary="wrap")
        np.testing.assert_array_equal(ours, np.roll(theirs, (-1, -1), (0, 1)))

    @pytest.mark.parametrize("function", [correlate2d, convolve2d])
    def test_refused_by_both(self, function: object) -> None:
        tall, wide = np.ones((3, 2)), np.ones((2, 3))
        for image, kernel in ((tall, wide), (wide, tall)):
            with pytest.raises(ValueError, match="does not fit"):
                function(image, kernel, "valid")
        for image, kernel in ((3, 4), ([3], [4]), ([[[3]]], [[[4]]]), ([[3]], [4])):
            with pytest.raises(ValueError, match="two axes"):
                function(image, kernel)
        for fillvalue in (1j, [1, 2], []):
            with pytest.raises(ValueError, match="fillvalue"):
                function([[1.0]], [[1, 2]], fillvalue=fillvalue)
        with pytest.raises(ValueError, match="'fill', 'wrap' or 'symm'"):
            function([[1]], [[1, 2]], boundary="reflect")

    def test_refused_by_ours_alone(self) -> None:
        """SciPy swaps image and kernel, cuts off a fraction, and does not use a fill value."""
        with pytest.raises(ValueError, match="does not fit"):
            convolve2d(SMALL, LONG, "valid")
        for fillvalue in (0.5, np.nan):
            with pytest.raises(ValueError, match="no place for the fillvalue"):
                correlate2d([[1, 2]], [[1, 2]], fillvalue=fillvalue)
        with pytest.raises(ValueError, match="fillvalue is for boundary='fill'"):
            correlate2d([[1, 2]], [[1, 2]], boundary="wrap", fillvalue=1)


class TestNamedKernels:
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
