"""What is kept of each photo more is a line about it, never its pixels: 20,000 cost what 2,000 do.

The bytes of each photo are stated here; decoded it would have 12,288, and 301,056 as explained.
"""

import gc
import json
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnbook import cars
from cnnbook.cli import main
from cnnbook.photos import grouping, load
from cnnbook.settings import RunConfig
from cnnbook.side_by_side import side_by_side
from cnnbook.training.pictures import read_once
from cnnbook.training.runs import open_run, train_run
from cnnbook.training.unlike import likeness

SIDE = 64


def bytes_of_each(work, few, many):
    """Return by how many bytes the peak of memory grows with each item more."""

    def peak(count):
        gc.collect()
        tracemalloc.start()
        try:
            work(count)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    work(few)  # what is imported and compiled once
    return (peak(many) - peak(few)) / (many - few)


@pytest.fixture
def small_tiles(monkeypatch):
    """Few photos fill more than two tiles."""
    monkeypatch.setattr(grouping, "_TILE", (8, 32))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("memory")
    cars.write_folder(folder / "cars", n=30, seed=3, size=48)
    train_run(RunConfig(str(folder / "cars"), size=SIDE, epochs=1), folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def photo(run):
    return str(next(run.parent.glob("cars/*/1.jpg")))


@pytest.fixture
def opened(run, monkeypatch):
    """Open the run once: its weights and its compiling would hide what is kept of pictures."""
    of_run = open_run(run)
    monkeypatch.setattr("cnnbook.training.runs.open_run", lambda _: of_run)
    return run


def test_the_measure_sees_what_is_kept():
    assert bytes_of_each(lambda n: [bytes(5000) for _ in range(n)], 10, 100) > 5000
    assert bytes_of_each(lambda n: [len(bytes(5000)) for _ in range(n)], 10, 100) < 100


def blots(count, folder):
    """Write different pictures, quickly."""
    rng = np.random.default_rng(0)
    for i in range(count):
        place = folder / "ab"[i % 2]
        place.mkdir(parents=True, exist_ok=True)
        colours = rng.integers(0, 256, (6, 6, 3)).astype(np.uint8)
        picture = Image.fromarray(colours).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
        picture.save(place / f"{i}.png", compress_level=1)


def test_split_keeps_a_line_and_six_hashes_of_each_photo(tmp_path, small_tiles):
    for count in (100, 300):
        blots(count, tmp_path / f"{count}")

    def split(count):
        out = str(tmp_path / "split.csv")
        assert main(["split", str(tmp_path / f"{count}"), "--out", out]) == 0

    assert bytes_of_each(split, 100, 300) < 2500


def test_comparing_hashes_keeps_the_groups_alone(small_tiles):
    hashes = np.random.default_rng(0).integers(0, 256, (1500, 6, 32)).astype(np.uint8)
    assert bytes_of_each(lambda n: grouping._group_hashes(hashes[:n]), 300, 1500) < 100


def test_photos_that_are_all_alike_are_joined_without_a_list_of_their_pairs(small_tiles):
    hashes = np.zeros((1500, 6, 32), np.uint8)
    assert set(grouping._group_hashes(hashes).tolist()) == {0}
    assert bytes_of_each(lambda n: grouping._group_hashes(hashes[:n]), 300, 1500) < 100


def test_work_in_threads_is_not_queued_for_every_item():
    for result in side_by_side(bytes, iter(range(100))):
        assert set(result) <= {0}
    assert bytes_of_each(lambda n: sum(map(len, side_by_side(bytes, [9000] * n))), 500, 2000) < 100


def test_likeness_is_computed_for_some_pictures_at_a_time():
    known, new = np.random.default_rng(0).normal(size=(2, 8000, 4))
    assert bytes_of_each(lambda n: likeness(new[:n], known[:1000]), 2000, 8000) < 100


def test_train_keeps_pictures_at_its_own_size(tmp_path):
    blots(200, tmp_path)
    photos, size = load(tmp_path), 8

    def read(count):
        read_once(replace(photos, records=photos.records[:count]), size, tmp_path)

    assert bytes_of_each(read, 50, 200) < 3 * size**2 + 500


def test_predict_keeps_an_answer_of_each_picture(opened, photo, tmp_path, capsys):
    page, answers = tmp_path / "p.html", tmp_path / "p.json"

    def predict(count):
        asked = ["--html", str(page), "--json", str(answers)]
        assert main(["predict", "--run", str(opened), *[photo] * count, *asked]) == 0
        capsys.readouterr()

    assert bytes_of_each(predict, 64, 320) < 5000
    predict(100)
    assert page.read_text().count("<img ") == len(json.loads(answers.read_text())["answers"]) == 100


def test_explain_keeps_an_answer_of_each_picture(opened, photo, tmp_path, capsys):
    def explain(count):
        out = str(tmp_path / "why")
        assert main(["explain", "--run", str(opened), *[photo] * count, "--out", out]) == 0
        capsys.readouterr()

    assert bytes_of_each(explain, 32, 128) < 5000
