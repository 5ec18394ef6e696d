"""Maps made into pictures, against Pillow and matplotlib."""

import keras
import numpy as np
import pytest
from keras import layers

from cnnbook.gradcam import grad_cam, normalize, overlay, resize
from gradcam_cases import (
    SIDE,
    backbone,
    head_of,
    nested,
    numpy,
    pictures,
    randomised,
)


def test_only_negative_evidence_gives_zeros_all_the_way_to_the_picture():
    model, images = randomised(nested()), pictures()
    act = np.minimum(numpy(head_of(model).kernel), 0)
    head_of(model).kernel.assign(act)
    relu = keras.Sequential([keras.Input((SIDE, SIDE, 3)), backbone(), layers.ReLU()])
    model = keras.Sequential(
        [keras.Input((SIDE, SIDE, 3)), relu, layers.GlobalAveragePooling2D(), head_of(model)]
    )
    maps = grad_cam(model, images, 1)
    assert not maps.any()
    assert not normalize(maps).any()
    np.testing.assert_array_equal(overlay(images, maps), np.round(images).astype(np.uint8))


def test_resize_puts_pixel_centres_at_half_integers():
    from PIL import Image

    maps = np.random.default_rng(0).uniform(0, 1, (2, 5, 7)).astype("float32")
    enlarged = resize(maps, (40, 33))
    for ours, original in zip(enlarged, maps, strict=True):
        theirs = Image.fromarray(original).resize((33, 40), Image.Resampling.BILINEAR)
        np.testing.assert_allclose(ours, np.asarray(theirs), atol=1e-6)


def test_overlay_mixes_without_stretching_the_picture():
    from matplotlib import colormaps

    grey = np.full((1, 4, 4, 3), 200, np.uint8)
    ramp = np.linspace(0, 3, 16, dtype="float32").reshape(1, 4, 4)
    colours = 255 * colormaps["turbo"](ramp / 3)[..., :3]
    expected = 200 + 0.4 * (ramp / 3)[..., None] * (colours - 200)
    pictures_ = overlay(grey, ramp)
    assert pictures_.dtype == np.uint8
    np.testing.assert_allclose(pictures_, expected, atol=0.5001)
    np.testing.assert_array_equal(overlay(grey[..., :1], ramp), pictures_)
    with pytest.raises(ValueError, match=r"0\.\.255"):
        overlay(grey / 255, ramp)


@pytest.mark.parametrize(
    ("shape", "message"),
    [
        (
            (2, 4, 4, 4),
            r"got shape \(2, 4, 4, 4\): pass images\[\.\.\., :3\] without the transparency",
        ),
        ((2, 4, 4), r"got shape \(2, 4, 4\): pass images\[\.\.\., None\]"),
        ((4, 4, 3), r"got shape \(4, 4, 3\): pass image\[None\]"),
        ((2, 3, 5, 5), r"pass np\.moveaxis\(images, 1, -1\)"),
        ((2, 4), r"pass a batch of RGB or grey pictures"),
        ((3, 4, 4, 3), r"a map for each picture; got 3 pictures and 2 maps"),
    ],
)
def test_overlay_names_the_axes_that_it_wants(shape, message):
    with pytest.raises(ValueError, match=message):
        overlay(np.zeros(shape, np.uint8), np.zeros((2, 2, 2)))


@pytest.mark.parametrize(
    "use", [normalize, lambda maps: resize(maps, (8, 8)), lambda maps: overlay(GREY, maps)]
)
def test_maps_are_checked(use):
    maps = np.ones((2, 3, 3))
    maps[1, 0, 0] = np.nan
    with pytest.raises(ValueError, match=r"NaN or infinity in maps \[1\]"):
        use(maps)
    with pytest.raises(ValueError, match=r"got shape \(3, 3\): for one map pass map\[None\]"):
        use(maps[0])
    with pytest.raises(ValueError, match=r"take one class: maps\[:, 0\]"):
        use(maps[:, None])


GREY = np.full((2, 4, 4, 1), 120, np.uint8)
