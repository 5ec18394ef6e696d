"""A copied split is whole or absent."""

import errno
import shutil
from pathlib import Path

import numpy as np
import pytest

from cnnbook.photos import Photos, Split, copy_split, load, split


def test_a_copied_split_holds_every_photo_once_and_moves_none(tree, tmp_path):
    photos = load(tree)
    parts = split(photos, seed=1)
    before = {p: p.read_bytes() for p in tree.rglob("*.jpg")}
    copy_split(photos, parts, tmp_path / "data")
    copied = {p.relative_to(tmp_path / "data"): p.read_bytes() for p in tmp_path.glob("data/*/*/*")}
    assert copied == {
        Path(part, *record.path.parts[-2:]): before[record.path]
        for part, record in zip(parts.names(), photos.records, strict=True)
    }
    assert {p: p.read_bytes() for p in tree.rglob("*.jpg")} == before
    with pytest.raises(FileExistsError, match="data is not empty; give a new folder"):
        copy_split(photos, parts, tmp_path / "data")


def test_a_full_disk_leaves_no_copy(tree, tmp_path, monkeypatch):
    photos = load(tree)

    def full_disk(source, target):
        if Path(source).name == "7.jpg":
            raise OSError(errno.ENOSPC, "No space left on device")
        return shutil.copyfile(source, target)

    monkeypatch.setattr(shutil, "copy2", full_disk)
    with pytest.raises(OSError, match="No space left"):
        copy_split(photos, split(photos, seed=1), tmp_path / "a" / "half")
    assert [p.name for p in tmp_path.iterdir()] == ["cars"]


def test_photos_that_would_hide_each_other_are_refused(tree, tmp_path):
    paths = (tree / "mazda_3" / "1.jpg", tree / "kia_cerato" / "1.jpg", tree / "mazda_3" / "2.jpg")
    listed = list(zip(("one", "one", "two"), paths, ("01", "02", "03"), strict=True))
    parts = Split(np.array([0, 1]), np.array([2]), np.array([], np.int64))
    with pytest.raises(ValueError, match=r"train/one/1.jpg is taken"):
        copy_split(Photos.of(tree, listed), parts, tmp_path / "data")
    assert [p.name for p in tmp_path.iterdir()] == ["cars"]
