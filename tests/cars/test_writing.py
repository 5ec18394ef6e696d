"""Drawn cars as a folder tree: as `draw` draws them, and whole or not at all."""

import numpy as np
import pytest
from PIL import Image

from cnnbook import cars


def test_the_folder_holds_what_draw_draws_in_order(tmp_path):
    cars.write_folder(tmp_path / "cars", n=103, seed=7, size=32, watermark=True)
    makes = len(cars.CLASS_NAMES)
    drawn = cars.draw(103, seed=7, size=32, watermark=True)
    written = sorted(p.relative_to(tmp_path / "cars").as_posix() for p in tmp_path.rglob("*.jpg"))
    assert written == sorted(
        f"{cars.CLASS_NAMES[label]}/{i // makes + 1}.jpg" for i, label in enumerate(drawn.labels)
    )
    for i in (0, 4, 99, 102):
        path = tmp_path / "cars" / cars.CLASS_NAMES[i % makes] / f"{i // makes + 1}.jpg"
        kept = np.asarray(Image.open(path)).astype(int)
        assert np.abs(kept - drawn.images[i]).mean() < 6  # JPEG


def test_a_full_folder_is_refused_and_left_alone(tmp_path):
    (tmp_path / "mine").touch()
    with pytest.raises(FileExistsError, match="not empty; give a new folder"):
        cars.write_folder(tmp_path, n=5, seed=1)
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"n": -3}, ValueError, "n must be at least 1; got -3"),
        ({"n": 0}, ValueError, "n must be at least 1; got 0"),
        ({"n": 2.5}, TypeError, "n must be an integer"),
        ({"size": 8}, ValueError, "size must be at least 32"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_what_cannot_be_drawn_leaves_no_folder(tmp_path, wrong, error, message):
    with pytest.raises(error, match=message):
        cars.write_folder(tmp_path / "a" / "cars", **({"n": 1, "seed": 0} | wrong))
    assert not any(tmp_path.iterdir())


def test_a_full_disk_leaves_no_folder(tmp_path, monkeypatch):
    save, saved = Image.Image.save, []

    def fails_at_the_seventh(picture, path, *rest, **options):
        saved.append(path)
        if len(saved) == 7:
            raise OSError(28, "No space left on device")
        save(picture, path, *rest, **options)

    drawn = cars.draw(10, seed=0, size=32)  # which saves in memory

    monkeypatch.setattr("cnnbook.cars.writing.draw", lambda *_, **__: drawn)
    monkeypatch.setattr(Image.Image, "save", fails_at_the_seventh)
    with pytest.raises(OSError, match="No space left"):
        cars.write_folder(tmp_path / "cars", n=10, seed=0, size=32)
    assert not any(tmp_path.iterdir())
