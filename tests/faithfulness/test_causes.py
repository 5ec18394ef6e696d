"""Effects and agreement beside a model whose truth is known in closed form, and beside SciPy."""

import keras
import numpy as np
import pytest
import scipy.stats

from cnnbook import faithfulness, gradcam

SIDE, PARTS = 6, 4


@pytest.fixture(scope="module")
def linear() -> tuple[keras.Model, np.ndarray]:
    """A model linear in its picture: the score is the sum of weight times value."""
    model = keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            keras.layers.Conv2D(1, 1, kernel_initializer="ones"),
            keras.layers.Flatten(),
            keras.layers.Dense(2, "softmax"),
        ]
    )
    weights = np.random.default_rng(0).uniform(0.5, 1.5, (SIDE * SIDE, 2))
    model.layers[-1].set_weights([weights, np.array([0.3, -0.2])])
    return model, weights


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.random.default_rng(1).uniform(0.1, 1, (5, SIDE, SIDE, 1))


def quarters() -> np.ndarray:
    areas = np.zeros((PARTS, SIDE, SIDE), bool)
    for k, (i, j) in enumerate(np.ndindex(2, 2)):
        areas[k, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3] = True
    return areas


def test_logits_are_those_before_the_softmax(linear, pictures) -> None:  # type: ignore[no-untyped-def]
    model, weights = linear
    expected = pictures.reshape(5, -1) @ weights + [0.3, -0.2]
    np.testing.assert_allclose(gradcam.logits(model, pictures), expected, rtol=1e-5)
    many = np.concatenate([pictures] * 9)
    np.testing.assert_allclose(gradcam.logits(model, many), np.tile(expected, (9, 1)), rtol=1e-5)


def test_an_effect_is_what_went_times_its_weight(linear, pictures) -> None:  # type: ignore[no-untyped-def]
    model, weights = linear
    classes = np.array([0, 1, 0, 1, 1])
    for area in quarters():
        after = np.where(area[None, :, :, None], 0, pictures)
        gone = (pictures * area[None, :, :, None]).reshape(5, -1) @ weights
        found = faithfulness.effects(model, pictures, after, classes)
        np.testing.assert_allclose(found, gone[np.arange(5), classes], rtol=1e-4)


def test_a_map_that_is_the_truth_agrees_with_it_wholly(linear, pictures) -> None:  # type: ignore[no-untyped-def]
    model, _ = linear
    truth = np.stack(
        [
            faithfulness.effects(model, pictures, np.where(area[..., None], 0, pictures), 1)
            for area in quarters()
        ],
        axis=1,
    )
    areas = np.broadcast_to(quarters(), (5, PARTS, SIDE, SIDE))
    exact = faithfulness.shares_of(gradcam.hires_cam(model, pictures, 1), areas)
    np.testing.assert_allclose(faithfulness.agreement(exact, truth), 1)
    against = faithfulness.shares_of(1 / gradcam.hires_cam(model, pictures, 1) ** 3, areas)
    assert faithfulness.agreement(against, truth).mean() < 0
    noise = np.random.default_rng(2).random((400, PARTS))
    blind = faithfulness.agreement(noise, np.tile(truth, (80, 1)))
    assert abs(blind.mean()) < 0.1


def test_agreement_is_spearman_s_over_what_can_be_seen() -> None:
    rng = np.random.default_rng(3)
    shares, effects = rng.random((30, 5)), rng.integers(0, 4, (30, 5)).astype(float)
    shares[rng.random((30, 5)) < 0.2] = np.nan
    found = faithfulness.agreement(shares, effects)
    for value, a, b in zip(found, shares, effects, strict=True):
        seen = np.isfinite(a)
        if seen.sum() < 3 or not np.ptp(b[seen]):
            assert np.isnan(value)
        else:
            expected = scipy.stats.spearmanr(a[seen], b[seen]).statistic
            assert value == pytest.approx(expected)


def test_shares_are_of_the_whole_map_and_empty_ones_are_zero() -> None:
    areas = np.zeros((2, 2, 4, 4), bool)
    areas[:, 0, :2] = True
    found = faithfulness.shares_of(np.array([np.ones((4, 4)), np.zeros((4, 4))]), areas)
    np.testing.assert_array_equal(found, [[0.5, np.nan], [0.0, np.nan]])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, x: faithfulness.effects(m, x, x[:2], 0), "before are .* and after"),
        (lambda m, x: faithfulness.effects(m, x, x, 2), r"class_index must be in 0..1; got 2"),
        (
            lambda m, x: faithfulness.shares_of(np.ones((1, 2, 2)), np.ones((2, 1, 2, 2))),
            "1 maps for 2",
        ),
        (lambda m, x: faithfulness.agreement([[1.0]], [[1.0, 2.0]]), "shares are"),
    ],
)
def test_what_does_not_fit_is_refused(linear, pictures, call, message) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        call(linear[0], pictures)
