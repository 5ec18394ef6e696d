"""The network of the changed car in the page, in NumPy and in Keras, and its two maps."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from playwright.sync_api import Page

from cnnbook import cars
from cnnbook.gradcam import grad_cam, hires_cam
from widgets import STATIC, car_network, car_pictures, static_car

Evaluate = Callable[..., Any]
CASES = 200


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """Build the network anew, so that a change of strides here or there is seen."""
    layers = keras.layers
    built = keras.Sequential(
        [
            keras.Input((96, 96, 3)),
            layers.Rescaling(1 / 255),
            layers.Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(24, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(48, 3, padding="same", activation="relu", name="last"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(5),
        ]
    )
    built.set_weights([w.astype("float32") for w in car_network.weights()])
    return built


@pytest.fixture(scope="module")
def pictures() -> np.ndarray:
    return np.concatenate([np.stack(list(car_pictures.pictures(k).values())) for k in range(5)])


@pytest.fixture(scope="module")
def network(evaluate: Evaluate) -> Evaluate:
    evaluate(
        "source => new Function(source)()", (STATIC / "widgets" / "network.js").read_text("utf-8")
    )
    evaluate("source => new Function(source)()", car_network.script())
    evaluate(
        """() => {
          const numbers = (l) =>
            ({...l, kernel: Network.decode(l.kernel), bias: Network.decode(l.bias)});
          globalThis.trained =
            {convs: CarNetwork.convs.map(numbers), head: numbers(CarNetwork.head)};
        }"""
    )
    return evaluate


def test_it_knows_cars_that_it_has_not_seen(model: keras.Model) -> None:
    told = json.loads((car_network.FOLDER / "network.json").read_text("utf-8"))
    drawn = cars.draw(1000, seed=777, size=96)
    found = model.predict(drawn.images.astype("float32"), verbose=0).argmax(1) == drawn.labels
    assert abs(found.mean() - told["accuracy"]) < 4 * np.sqrt(0.03 / 1000)


def test_numpy_says_what_keras_says(model: keras.Model, pictures: np.ndarray) -> None:
    expected = keras.ops.softmax(model.predict(pictures.astype("float32"), verbose=0))
    np.testing.assert_allclose(car_network.probabilities(pictures), expected, atol=1e-5)


def test_convolutions_and_pools_are_keras(network: Evaluate) -> None:
    rng = np.random.default_rng(5)
    for _ in range(CASES):
        h, w = rng.integers(2, 9, 2).tolist()
        c, filters, size, stride = (int(rng.integers(1, n)) for n in (4, 4, 4, 3))
        x = rng.normal(size=(1, h, w, c)).astype("float32")
        layer = keras.layers.Conv2D(
            filters, size, strides=stride, padding="same", activation="relu"
        )
        expected = np.array(layer(x))
        kernel, bias = (np.array(v).ravel().tolist() for v in layer.weights)
        image = {"h": h, "w": w, "c": c, "data": x.ravel().tolist()}
        settings = {"kernel": kernel, "bias": bias, "size": size, "stride": stride}
        found = network(
            "([x, l]) => { const o = Network.conv(x, l), p = Network.pool(o);"
            " return [o.h, o.w, [...o.data], [...p.data]]; }",
            [image, {**settings, "filters": filters}],
        )
        assert (1, *found[:2], filters) == expected.shape
        np.testing.assert_allclose(found[2], expected.ravel(), atol=1e-5)
        if min(expected.shape[1:3]) > 1:
            pooled = np.array(keras.ops.max_pool(expected, 2))
            np.testing.assert_allclose(found[3], pooled.ravel(), atol=1e-5)


def test_probabilities_and_maps_are_those_of_keras(
    network: Evaluate, model: keras.Model, pictures: np.ndarray
) -> None:
    some = pictures[::4]
    logits = model.predict(some.astype("float32"), verbose=0)
    classes = np.arange(len(some)) % 5
    expected = [
        f(model, some.astype("float32"), classes, layer="last") for f in (grad_cam, hires_cam)
    ]
    for i, picture in enumerate(some):
        found = network(
            "([pixels, k]) => { const seen = Network.forward(trained, pixels, 96);"
            " return [seen.logits, [...Network.gradCam(trained, seen, k)],"
            " [...Network.hiResCam(trained, seen, k)]]; }",
            [picture.ravel().tolist(), int(classes[i])],
        )
        np.testing.assert_allclose(found[0], logits[i], atol=2e-3, rtol=1e-4)
        for mine, theirs in zip(found[1:], expected, strict=True):
            largest = max(theirs[i].max(), 1e-6)
            np.testing.assert_allclose(mine, theirs[i].ravel(), atol=1e-3 * largest + 1e-5)


def test_what_the_page_says_of_the_pictures() -> None:
    for label, start in enumerate(car_pictures.STARTS):
        told = car_pictures.told(label)
        assert told["none"].argmax() == label
        assert any(said.argmax() != label for said in told.values())
        pose = cars.draw(1, car_pictures.SEED, car_pictures.SIZE, start=start).poses[0]
        assert "front" in cars.POSES[pose]
    # The exercise asks for the one change that turns the Dena.
    told = car_pictures.told(0)
    assert [name for name in static_car.CHANGES if told[name].argmax() != 0] == [
        "grille/kia_cerato"
    ]


def percents(text: str) -> list[float]:
    latin = text.translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹٫", "0123456789.", "\u2066\u2069"))
    return [float(part) for part in latin.replace("٪", "%").split("%") if part.strip()]


def test_a_reader_guesses_and_is_told(page: Page, edition: Path) -> None:
    page.goto((edition / "counterfactual.html").as_uri())
    widget = page.locator("cnn-counterfactual .live")
    widget.locator('[data-side="before"] .bars').wait_for()
    assert widget.locator("table.changes, .feedback").count() == 0  # nothing is told before
    status = widget.get_by_role("status")
    widget.locator("form button").click()
    assert status.inner_text() != ""
    labels = {"headlamp", "grille", "tail lamp", "wheel", "tail end", "colour", "pose", "mark"}
    radios = widget.get_by_role("radio")
    assert {radio.get_attribute("value") for radio in radios.all()} == labels
    radios.first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    widget.locator("table.changes").wait_for()
    shown = widget.locator(".feedback").inner_text()
    assert status.inner_text() == re.sub("[\u2066-\u2069]", "", shown)
    assert "counterfactual-change=headlamp" in page.url
    cells = widget.locator("table.changes td:nth-of-type(1)").all_inner_texts()
    found = [percents(cell)[0] for cell in cells]
    told = car_pictures.told(0)
    expected = [100 * told[name][0] for name in static_car.CHANGES if name != "none"]
    # Browsers and Pillow decode a lossy picture with other roundings.
    np.testing.assert_allclose(found, expected, atol=3)
    page.reload()
    page.locator("cnn-counterfactual table.changes").wait_for()


def test_another_car_begins_with_a_guess(page: Page, edition: Path) -> None:
    page.goto((edition / "counterfactual.html").as_uri() + "?counterfactual-change=wheel")
    widget = page.locator("cnn-counterfactual .live")
    widget.locator("table.changes").wait_for()
    widget.get_by_role("combobox").first.select_option("saipa_saina")
    widget.locator("table.changes").wait_for(state="detached")
    options = widget.get_by_role("combobox").last.locator("option")
    assert "saipa_saina" not in [option.get_attribute("value") for option in options.all()]
