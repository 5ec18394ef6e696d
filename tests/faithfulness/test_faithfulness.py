"""Scores of maps: each definition written again as plainly as possible, and SciPy."""

import keras
import numpy as np
import pytest
from keras import layers
from scipy import ndimage, stats

from cnnbook.faithfulness import (
    area_under,
    baselines,
    blurred,
    deletion,
    energy,
    energy_ratio,
    insertion,
    iou_at_half,
    localization,
    pointing_game,
    randomization_cascade,
    rank_accuracy,
    rank_correlation,
)
from cnnbook.gradcam import grad_cam, hires_cam, resize


def random(seed=0):
    """A generator of a test's own: no test's numbers depend on which others ran before."""
    return np.random.default_rng(seed)


def maps_and_masks(n=60, h=14, w=11):
    rng = random()
    maps = np.maximum(rng.normal(0, 1, (n, h, w)), 0).astype("float32")
    masks = rng.random((n, h, w)) < rng.uniform(0.05, 0.6, (n, 1, 1))
    masks[:, 3, 4] = True
    return maps, masks


MAPS, MASKS = maps_and_masks()


# ------------------------------------------------- localization, pixel by pixel as Quantus defines


def pixels(one_map):
    return [(y, x) for y in range(one_map.shape[0]) for x in range(one_map.shape[1])]


def plain_pointing(one_map, mask, tolerance):
    peak = max(pixels(one_map), key=lambda p: one_map[p])
    return any(
        mask[p] and np.hypot(p[0] - peak[0], p[1] - peak[1]) <= tolerance for p in pixels(mask)
    )


def plain_mass(one_map, mask):
    return sum(float(one_map[p]) for p in pixels(mask) if mask[p]) / sum(
        float(one_map[p]) for p in pixels(mask)
    )


def plain_rank(one_map, mask):
    evidence = {p for p in pixels(mask) if mask[p]}
    highest = sorted(pixels(one_map), key=lambda p: one_map[p], reverse=True)[: len(evidence)]
    return len(evidence & set(highest)) / len(evidence)


def plain_iou(one_map, mask):
    marked = {p for p in pixels(one_map) if one_map[p] > 0 and one_map[p] >= one_map.max() / 2}
    evidence = {p for p in pixels(mask) if mask[p]}
    return len(marked & evidence) / len(marked | evidence)


@pytest.mark.parametrize("tolerance", [0, 1, 1.5, 3])
def test_pointing_game(tolerance):
    expected = [plain_pointing(a, m, tolerance) for a, m in zip(MAPS, MASKS, strict=True)]
    assert 0 < sum(expected) < len(expected) or tolerance > 1
    assert pointing_game(MAPS, MASKS, tolerance).tolist() == expected


def test_of_equal_peaks_one_hit_is_enough_and_no_evidence_is_a_miss():
    mask = np.array([[[False, False, True]]])
    assert pointing_game([[[5.0, 0.0, 5.0]]], mask).tolist() == [True]
    assert pointing_game([[[0.0, 0.0, 0.0]]], mask, tolerance=9).tolist() == [False]


def test_energy_and_its_ratio_to_the_area():
    expected = [plain_mass(a, m) for a, m in zip(MAPS, MASKS, strict=True)]
    np.testing.assert_allclose(energy(MAPS, MASKS), expected, rtol=1e-6)
    shares = [m.sum() / m.size for m in MASKS]
    np.testing.assert_allclose(energy_ratio(MAPS, MASKS), np.divide(expected, shares), rtol=1e-6)
    assert energy_ratio(np.ones_like(MAPS), MASKS) == pytest.approx(1)
    assert energy(np.zeros_like(MAPS), MASKS).tolist() == [0] * len(MAPS)


def test_rank_accuracy():
    distinct = (
        random().permuted(np.arange(MAPS.size).reshape(len(MAPS), -1), axis=1).reshape(MAPS.shape)
    )
    expected = [plain_rank(a, m) for a, m in zip(distinct, MASKS, strict=True)]
    np.testing.assert_allclose(rank_accuracy(distinct, MASKS), expected)


def test_iou_at_half():
    expected = [plain_iou(a, m) for a, m in zip(MAPS, MASKS, strict=True)]
    np.testing.assert_allclose(iou_at_half(MAPS, MASKS), expected)
    assert iou_at_half(np.zeros_like(MAPS), MASKS).tolist() == [0] * len(MAPS)


def test_maps_are_resized_to_the_masks():
    large = np.kron(MASKS, np.ones((1, 3, 3), bool))
    for score in (pointing_game, energy, iou_at_half, rank_accuracy):
        np.testing.assert_array_equal(score(MAPS, large), score(resize(MAPS, (42, 33)), large))


def test_a_row_of_the_table_is_the_means():
    assert localization(MAPS, MASKS, tolerance=1) == {
        "pointing": pointing_game(MAPS, MASKS, 1).mean(),
        "energy / area": energy_ratio(MAPS, MASKS).mean(),
        "IoU at half": iou_at_half(MAPS, MASKS).mean(),
    }


@pytest.mark.parametrize("score", [pointing_game, energy, energy_ratio, iou_at_half, rank_accuracy])
def test_what_has_no_score_is_refused(score):
    empty = MASKS.copy()
    empty[[4, 7]] = False
    with pytest.raises(ValueError, match=r"without a pixel have no score: \[4, 7\]"):
        score(MAPS, empty)
    with pytest.raises(ValueError, match=r"in pairs; got shapes \(59, 14, 11\) and \(60, 14, 11\)"):
        score(MAPS[1:], MASKS)
    with pytest.raises(ValueError, match="negative or NaN"):
        score(-MAPS, MASKS)
    with pytest.raises(ValueError, match="negative or NaN"):
        score(np.full_like(MAPS, np.nan), MASKS)


# -------------------------------------------------------------------------- deletion and insertion


def brightness_model(units=2):
    """Class 1 means a bright top left quarter, whatever else is there."""
    x = inputs = keras.Input((16, 16, 3))
    x = layers.Cropping2D(((0, 8), (0, 8)))(x)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Rescaling(1 / 255)(x)
    if units == 1:
        return keras.Model(
            inputs,
            layers.Dense(1, "sigmoid", kernel_initializer="ones", bias_initializer="zeros")(x),
        )
    kernel = keras.initializers.Constant(np.array([[-1.0, 1.0]] * 3))
    return keras.Model(inputs, layers.Dense(2, "softmax", kernel_initializer=kernel)(x))


def pictures(n=3):
    return random(1).uniform(0, 255, (n, 16, 16, 3)).astype("float32")


def test_curves_begin_and_end_where_they_should():
    model, images = brightness_model(), pictures()
    maps = random().random((3, 4, 4))
    whole = model.predict_on_batch(images)
    gone = model.predict_on_batch(blurred(images, 16 / 12))
    rows, classes = np.arange(3), np.array([1, 0, 1])
    falling, rising = (f(model, images, maps, classes, steps=5) for f in (deletion, insertion))
    assert falling.shape == rising.shape == (3, 6)
    np.testing.assert_allclose(falling[:, 0], whole[rows, classes], rtol=1e-5)
    np.testing.assert_allclose(falling[:, -1], gone[rows, classes], rtol=1e-5)
    np.testing.assert_allclose(rising[:, 0], gone[rows, classes], rtol=1e-5)
    np.testing.assert_allclose(rising[:, -1], whole[rows, classes], rtol=1e-5)


def test_the_hottest_pixels_go_first():
    """One step at a time against a loop that sorts the pixels of each picture."""
    model, images = brightness_model(), pictures(2)
    heat = random().permuted(np.arange(2 * 256).reshape(2, 256), axis=1).reshape(2, 16, 16)
    steps = 5
    for curve, before, after in (
        (deletion, images, blurred(images, 16 / 12)),
        (insertion, blurred(images, 16 / 12), images),
    ):
        expected = []
        for image, target, hot in zip(before, after, heat, strict=True):
            order = sorted(np.ndindex(16, 16), key=lambda p: hot[p], reverse=True)
            row = []
            for step in range(steps + 1):
                changed = image.copy()
                for p in order[: round(256 * step / steps)]:
                    changed[p] = target[p]
                row.append(changed)
            expected.append(model.predict_on_batch(np.stack(row))[:, 1])
        np.testing.assert_allclose(curve(model, images, heat, 1, steps), expected, rtol=1e-5)


def test_a_map_of_the_evidence_beats_one_of_the_rest():
    model = brightness_model()
    images = np.zeros((1, 16, 16, 3), "float32")
    images[0, ::2, ::2] = 255  # a blur leaves no brightness unchanged only at the quarter's edge
    images[0, :8, :8] = 255
    good, bad = np.zeros((2, 1, 16, 16))
    good[0, :8, :8] = bad[0, 8:, 8:] = 1
    assert area_under(insertion(model, images, good, 1)) > area_under(
        insertion(model, images, bad, 1)
    )
    assert area_under(deletion(model, images, good, 1)) < area_under(
        deletion(model, images, bad, 1)
    )


def test_one_sigmoid_unit_counts_for_both_classes():
    model, images = brightness_model(units=1), pictures()
    maps = random().random((3, 16, 16))
    for_one, for_zero = (deletion(model, images, maps, k, steps=3) for k in (1, 0))
    np.testing.assert_allclose(for_one + for_zero, 1, rtol=1e-6)
    np.testing.assert_allclose(for_one[:, 0], model.predict_on_batch(images)[:, 0], rtol=1e-6)


def test_equal_pixels_go_in_no_spatial_order():
    """An empty map must behave like chance, not wipe the picture from the top."""
    model = brightness_model()
    images = np.zeros((1, 16, 16, 3), "float32")
    images[0, :8, :8] = 255
    curve = deletion(model, images, np.zeros((1, 16, 16)), 1, steps=4)[0]
    drops = -np.diff(curve)
    assert drops.max() < 3 * drops.mean()


def test_area_under_is_the_trapezoid_rule():
    curves = random().random((4, 9))
    np.testing.assert_allclose(area_under(curves), np.trapezoid(curves, dx=1 / 8, axis=1))


def test_no_blur_and_no_such_blur():
    images = pictures()
    np.testing.assert_array_equal(blurred(images, 0), images)
    for sigma in (-1, np.nan, np.inf):
        with pytest.raises(ValueError, match="sigma must be a number of pixels, 0 or more"):
            blurred(images, sigma)
    with pytest.raises(ValueError, match=r"batch \(n, h, w, c\); got shape \(16, 16, 3\)"):
        blurred(images[0], 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"maps": np.ones((2, 4, 4))}, "got 3 images and 2 maps"),
        ({"maps": np.full((3, 4, 4), np.nan)}, r"NaN or infinity in maps \[0, 1, 2\]"),
        ({"class_index": 2}, r"class_index must be in 0\.\.1; got 2"),
        ({"class_index": -1}, r"class_index must be in 0\.\.1; got -1"),
        ({"steps": 0}, "steps must be 1 or more; got 0"),
        ({"images": np.ones((16, 16, 3))}, r"batch \(n, h, w, c\); got shape \(16, 16, 3\)"),
    ],
)
@pytest.mark.parametrize("curve", [deletion, insertion])
def test_curves_name_what_does_not_fit(curve, change, message):
    given = {"images": pictures(), "maps": np.ones((3, 4, 4)), "class_index": 1, "steps": 2}
    with pytest.raises(ValueError, match=message):
        curve(brightness_model(), **(given | change))


def test_curves_want_probabilities():
    logits = keras.Sequential([keras.Input((16, 16, 3)), layers.Flatten(), layers.Rescaling(9)])
    with pytest.raises(ValueError, match=r"must return probabilities \(n, classes\)"):
        deletion(logits, pictures(), np.ones((3, 4, 4)), 1)


@pytest.mark.parametrize("sigma", [0.7, 2, 6])
def test_blur_equals_scipys_normalised_by_what_is_inside(sigma):
    images = pictures(2)[:, :, :12]
    inside = np.ones_like(images)
    expected = [
        ndimage.gaussian_filter(x.astype(float), (0, sigma, sigma, 0), mode="constant", truncate=30)
        for x in (images, inside)
    ]
    np.testing.assert_allclose(blurred(images, sigma), expected[0] / expected[1], rtol=1e-4)


# ------------------------------------------------------------------------- dependence and baselines


def test_rank_correlation_is_spearmans():
    a, b = MAPS, np.roll(MAPS, 1, axis=2) + 0.5 * MAPS.round(1)
    expected = [stats.spearmanr(x.ravel(), y.ravel()).statistic for x, y in zip(a, b, strict=True)]
    np.testing.assert_allclose(rank_correlation(a, b), expected, rtol=1e-10)
    assert rank_correlation(np.ones((1, 3, 3)), MAPS[:1, :3, :3]).tolist() == [0]


def small_network():
    keras.utils.set_random_seed(1)
    block = keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.Rescaling(1 / 127.5, -1),
            layers.Conv2D(12, 3, activation="relu", name="low"),
            layers.BatchNormalization(name="norm"),
            layers.Conv2D(12, 3, activation="gelu", name="high"),
        ],
        name="block",
    )
    return keras.Sequential(
        [
            keras.Input((16, 16, 3)),
            layers.RandomFlip(),
            block,
            layers.Flatten(),
            layers.Dense(16, activation="gelu", name="hidden"),
            layers.Dense(5, activation="softmax", name="head"),
        ]
    )


def test_the_cascade_randomises_from_the_head_down_and_leaves_the_model_alone():
    model, images = small_network(), pictures(6)
    weights = model.get_weights()
    cascade = randomization_cascade(model, images, class_index=2)
    assert [*cascade] == ["head", "hidden", "block/high", "block/norm", "block/low"]
    assert all(c.shape == (6,) and (abs(c) <= 1).all() for c in cascade.values())
    assert np.mean([*cascade.values()][-1]) < 0.5
    assert [*randomization_cascade(model, images, 2, steps=2)] == ["hidden", "block/low"]
    again = randomization_cascade(model, images, class_index=2)
    assert all(np.array_equal(again[name], cascade[name]) for name in cascade)
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


def test_a_step_of_the_cascade_is_the_map_of_a_model_with_a_fresh_head():
    model, images = small_network(), pictures(4)
    original = grad_cam(model, images, 2)
    cascade = randomization_cascade(model, images, class_index=2, seed=3)
    rng = np.random.default_rng(3)
    head = model.get_layer("head")
    head.kernel.assign(rng.normal(0, np.sqrt(2 / 16), (16, 5)))  # He: two over the inputs
    head.bias.assign(np.zeros(5))
    expected = rank_correlation(original, grad_cam(model, images, 2))
    np.testing.assert_allclose(cascade["head"], expected, atol=1e-6)
    assert (expected < 0.999).any()


def test_the_cascade_asks_any_kind_of_map():
    model, images = small_network(), pictures(4)
    cascade = randomization_cascade(model, images, 2, explain=hires_cam, steps=1, seed=3)
    assert [*cascade] == ["block/low"]
    grad = randomization_cascade(model, images, 2, steps=1, seed=3)
    assert not np.allclose(cascade["block/low"], grad["block/low"])


def test_baselines_know_nothing():
    model, images = small_network(), pictures(5)
    weights = model.get_weights()
    maps = baselines(model, images, class_index=2)
    assert [*maps] == ["random", "center", "edges", "untrained"]
    assert maps["random"].shape == maps["untrained"].shape == grad_cam(model, images, 2).shape
    assert all((m >= 0).all() and len(m) == 5 for m in maps.values())
    centre = maps["center"]
    assert centre.shape == (5, 16, 16)
    assert np.array_equal(centre, centre[:, ::-1, ::-1]) and centre[0, 7, 7] == centre.max()
    np.testing.assert_allclose(
        maps["edges"][2],
        np.hypot(*(np.gradient(images[2].mean(-1), axis=axis) for axis in (0, 1))),
        rtol=1e-4,
    )
    assert (rank_correlation(maps["untrained"], grad_cam(model, images, 2)) < 0.9).all()
    assert maps["untrained"].max(axis=(1, 2)).all()
    for name, other in baselines(model, images, class_index=2).items():
        np.testing.assert_array_equal(other, maps[name])
    for before, after in zip(weights, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)
