"""Photos are decoded once, and are the same wherever they lie meanwhile."""

import os

import numpy as np
import pytest

from cnnbook.photos import ImageError, load, read_image
from cnnbook.settings import RunConfig
from cnnbook.training import pictures, runs
from cnnbook.training.pictures import read_once


@pytest.mark.parametrize("in_memory", [2**29, 0])
def test_every_photo_is_what_read_image_reads(tree, tmp_path, monkeypatch, in_memory):
    monkeypatch.setattr(pictures, "_IN_MEMORY", in_memory)
    photos = load(tree)
    read = read_once(photos, 24, tmp_path)
    expected = [read_image(record.path, size=(24, 24)) for record in photos.records]
    np.testing.assert_array_equal(read, expected)
    assert isinstance(read.base, np.memmap) is (in_memory == 0)
    assert os.listdir(tmp_path) == []  # the file has no name that could stay behind


def test_a_run_decodes_each_photo_once_however_many_epochs(tree, tmp_path, monkeypatch):
    decoded = []

    def counting(path, size):
        decoded.append(path)
        return read_image(path, size)

    monkeypatch.setattr(pictures, "read_image", counting)
    monkeypatch.setattr("cnnbook.photos.folders.read_image", lambda *_, **__: 1 / 0)
    runs.train_run(RunConfig(str(tree), size=8, epochs=3), tmp_path / "run")
    assert sorted(decoded) == [record.path for record in load(tree).records]


def test_a_photo_that_is_gone_is_named(tree, tmp_path):
    photos = load(tree)
    spoiled = photos.records[3].path
    moved = spoiled.rename(tmp_path / "moved.jpg")
    try:
        with pytest.raises(ImageError, match="there is no such file"):
            read_once(photos, 8, tmp_path)
    finally:
        moved.rename(spoiled)
