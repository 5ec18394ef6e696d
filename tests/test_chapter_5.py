"""The long runs of chapter 5: parts of them again, and the files kept."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnbook import cars, models

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import chapter_5  # noqa: E402
import frozen_features  # noqa: E402

KNOWN = {run.name: run for run in chapter_5.experiments()}


def test_every_file_kept_is_a_run_of_the_script_with_its_settings() -> None:
    for path in chapter_5.OUT.glob("*.json"):
        kept = json.loads(path.read_text("utf-8"))
        assert chapter_5.Run(**kept["settings"]) == KNOWN[path.stem]
        assert {len(said) for said in kept["predicted"].values()} == {
            KNOWN[path.stem].test_pictures
        }


def test_half_of_the_pictures_have_the_mark_and_all_show_the_cars_in_turn() -> None:
    run = chapter_5.Run("half-marked", marked=True, half=True, size=48)
    images, labels = chapter_5.pictures(run, 3, 20)
    plain = cars.draw(20, 3, 48)
    marked = (images != plain.images).any(axis=(1, 2, 3))
    assert marked.tolist() == [True] * 10 + [False] * 10
    assert labels.tolist() == plain.labels.tolist()


@pytest.mark.parametrize("head", ["flatten", "gap"])
def test_a_head_on_features_is_the_model(head: Any) -> None:
    model = models.mobilenet_v2(size=64, weights="drawn", head=head)
    images = cars.draw(6, 0, 64).images
    seen = frozen_features.features_of(model, images, augmented=False)
    own = frozen_features.head_of(model)
    np.testing.assert_allclose(
        own.predict(seen, verbose=0), model.predict(images, verbose=0), atol=1e-5
    )
    changed = frozen_features.features_of(model, images, augmented=True)
    assert not np.allclose(changed, seen, atol=0.1)


def test_versions_of_the_pictures_come_in_turn() -> None:
    versions = [np.full((4, 1), number, np.float32) for number in range(2)]
    batches = frozen_features.in_turn(versions, np.zeros(4, int), batch_size=4, seed=0)
    met = []
    for batches.epoch in range(4):
        met.append(float(batches[0][0].mean()))
    assert met == [0, 1, 0, 1]


def test_a_small_run_with_copies_trains_the_head_of_its_own_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chapter_5, "KEPT", tmp_path)
    monkeypatch.setattr(chapter_5, "PIECE", 10)
    run = replace(
        KNOWN["assignment_model-frozen_size-150_augmentation-assignment_copies-10_epochs-50_"
              "batch-size-32_stops-True"],
        size=32, pictures=20, copies=2, epochs=2, test_pictures=10,
    )  # fmt: skip
    found = chapter_5.outcome(run)
    assert len(found["history"]["loss"]) == 2 and len(found["predicted"]["unmarked"]) == 10
    again = chapter_5.build(run)
    again.load_weights(tmp_path / f"{run.name}.weights.h5")
    images = chapter_5.test_images(32, 0.0, None, 0)[:10]
    said = again.predict(images, verbose=0).argmax(axis=-1)
    assert "".join(map(str, said)) == found["predicted"]["unmarked"]
