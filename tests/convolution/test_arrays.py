"""What is refused, and what is taken: every memory order, and arrays that stay as they were."""

from __future__ import annotations

import importlib
import pkgutil

import numpy as np
import pytest

from cnnbook import convolution
from cnnbook.convolution import (
    average_pool2d,
    conv2d,
    conv2d_backward,
    conv2d_backward_reference,
    conv2d_reference,
    conv2d_transpose,
    conv2d_transpose_reference,
    convolve2d,
    correlate2d,
    correlate2d_reference,
    max_pool2d,
    max_pool2d_backward,
    max_pool2d_reference,
)

close = {"rtol": 0, "atol": 1e-10}


class TestWhatIsWrongIsRefused:
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

    @pytest.mark.parametrize("groups", [0, -1, 4])
    def test_groups_of_a_transposed_layer(self, groups: int) -> None:
        for function in (conv2d_transpose, conv2d_transpose_reference):
            with pytest.raises(ValueError, match=f"groups={groups}"):
                function(np.ones((1, 4, 4, 2)), np.ones((3, 3, 1, 2)), groups=groups)

    def test_a_kernel_with_one_axis(self) -> None:
        for function in (correlate2d, convolve2d):
            with pytest.raises(ValueError, match=r"kernel must have two axes, got shape \(3,\)"):
                function(np.ones((3, 3)), np.ones(3))
        with pytest.raises(ValueError, match=r"image must have two axes"):
            convolve2d(np.ones(3), np.ones((3, 3)))

    @pytest.mark.parametrize("dtype", [object, "U1", "M8[s]", "V4"])
    def test_what_is_not_a_number(self, dtype: type) -> None:
        with pytest.raises(TypeError, match="must hold"):
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


def test_the_face_shows_what_its_modules_define() -> None:
    """A name that is public in a module and missing in the face, or the other way round."""
    modules = [module.name for module in pkgutil.iter_modules(convolution.__path__)]
    public = [name for name in modules if not name.startswith("_")]
    assert sorted(public) == ["kernels", "layer", "plane", "pooling", "windows"]
    defined = set()
    for name in public:
        module = importlib.import_module(f"cnnbook.convolution.{name}")
        defined |= {
            name
            for name, value in vars(module).items()
            if getattr(value, "__module__", None) == module.__name__ and name[0] != "_"
        }
    named = {"LAPLACIAN_4", "LAPLACIAN_8", "SOBEL_X", "SOBEL_Y"}
    assert set(convolution.__all__) == (defined | named) - {"windows", "interior", "pad"}
