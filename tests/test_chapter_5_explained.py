"""The scores that chapter 5 quotes: a small part of the script run again, and the files kept."""

import csv
import sys
from pathlib import Path

import numpy as np
import pytest

from cnnbook import cars, models

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import chapter_5  # noqa: E402
import chapter_5_explained as script  # noqa: E402

N = 4
SMALL = chapter_5.Run("comparison", size=32, augmentation="none")
Row = dict[str, str]


def kept(name: str) -> list[Row]:
    lines = (script.OUT / f"{name}.csv").read_text("utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if line[0] != "#"))


@pytest.fixture(scope="module")
def again() -> tuple[list[Row], list[Row]]:
    return script.rows(models.baseline_cnn(size=32, seed=3), SMALL, N)


@pytest.mark.parametrize("model", ["scratch", "fine-tuned"])
def test_a_run_of_today_has_the_columns_that_are_kept(
    model: str, again: tuple[list[Row], list[Row]]
) -> None:
    for now, name in zip(again, (model, f"{model}_effects"), strict=True):
        before = kept(name)
        assert list(now[0]) == list(before[0])
        assert all(int(row["label"]) == int(row["picture"]) % 5 for row in before)
    maps = {row["map"] for row in kept(model)}
    assert maps - {row["map"] for row in again[0]} <= {"Grad-CAM, enlarged"}


def test_an_effect_is_the_mean_change_of_the_logit_over_the_other_makes(
    again: tuple[list[Row], list[Row]],
) -> None:
    model = models.baseline_cnn(size=32, seed=3)
    drawn = cars.draw(N, script.SEED, 32, difficulty=0.0)
    plain = logits_of(model, drawn.images)
    moved = []
    for step in range(1, 5):
        donors = (np.arange(N) + step) % 5
        other = cars.change("wheel", N, script.SEED, 32, 0.0, donors=donors).after
        moved.append(np.abs(logits_of(model, other.images) - plain))
    expected = np.mean(moved, axis=0)[np.arange(N), drawn.labels]
    for row in again[1]:
        np.testing.assert_allclose(float(row["wheel"]), expected[int(row["picture"])], rtol=2e-3)
    assert expected.max() > 0


def test_what_the_files_say_of_the_car_itself_follows_from_the_drawings() -> None:
    """A map that is the car: its share on the parts against theirs of the picture, by hand."""
    drawn = cars.draw(10, script.SEED, 96, difficulty=0.0)
    rows = {int(r["picture"]): r for r in kept("scratch") if r["map"] == "car"}
    compared = [k for k in range(10) if k in rows]
    for k in compared:
        car, parts = drawn.car_masks[k], drawn.part_masks[k]
        expected = (car & parts).sum() / car.sum() / parts.mean()
        np.testing.assert_allclose(float(rows[k]["energy"]), expected, rtol=1e-3)
        np.testing.assert_allclose(float(rows[k]["on_car"]), 1 / car.mean(), rtol=1e-3)
    assert len(compared) > 5


def logits_of(model, images):
    """The last layer without its softmax, up to a constant of each picture: by hand."""
    last = model.layers[-1]
    inner = type(model)(model.layers[:-1])
    kernel, bias = (np.asarray(w) for w in last.get_weights())
    return np.asarray(inner(images.astype("float32"))) @ kernel + bias
