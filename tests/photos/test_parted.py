"""Folders that are split already: what copy_split writes comes back as it was."""

import shutil

import numpy as np
import pytest

from cnnbook.photos import check, copy_split, load, load_parted, parts_by_folder, split


@pytest.fixture
def parted(tree):
    photos = load(tree)
    copy_split(photos, split(photos, seed=1), tree.parent / "data")
    return tree.parent / "data"


def told(photos, parts):
    return {
        (part, photos.class_names[record.label], record.path.name, record.sha256)
        for part, record in zip(parts.names(), photos.records, strict=True)
    }


@pytest.mark.parametrize("name", ["validation", "val", "valid"])
def test_a_copied_split_comes_back(tree, parted, name):
    (parted / "validation").rename(parted / name)
    photos, again = load(tree), load_parted(parted)
    assert again.class_names == photos.class_names and again.left_out == ()
    assert told(again, parts_by_folder(again)) == told(photos, split(photos, seed=1))


def test_the_parts_are_still_known_when_photos_are_left_out(parted):
    bad = sorted((parted / "train" / "mazda_3").iterdir())[0]
    bad.write_text("no picture")
    (parted / "README.md").touch()
    (parted / "test" / "notes.txt").touch()
    shutil.copy(parted / "train" / "kia_cerato" / "1.jpg", parted / "test" / "kia_cerato" / "c.jpg")
    photos = load_parted(parted)
    problems = check(photos)
    assert {(p.path.relative_to(parted).as_posix(), p.kind) for p in problems} == {
        (bad.relative_to(parted).as_posix(), "unreadable"),
        ("README.md", "left out"),
        ("test/notes.txt", "left out"),
        ("test/kia_cerato/c.jpg", "duplicate"),
    }
    remaining = photos.without(problems)
    parts = parts_by_folder(remaining)
    assert [len(part) for part in parts] == [39, 5, 5]
    assert sorted(np.concatenate(parts).tolist()) == list(range(49))
    for part, record in zip(parts.names(), remaining.records, strict=True):
        assert record.path.parts[-3] == part


def test_what_is_missing_is_named(parted, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder train in '.*nowhere'; give one that"):
        load_parted(tmp_path / "nowhere")
    shutil.rmtree(parted / "test" / "mazda_3")
    with pytest.raises(ValueError, match="test has no photo of class mazda_3"):
        load_parted(parted)
    (parted / "val").mkdir()
    with pytest.raises(ValueError, match="data has both validation and val"):
        load_parted(parted)
    shutil.rmtree(parted / "validation")
    (parted / "val").rmdir()
    with pytest.raises(FileNotFoundError, match="no folder validation in"):
        load_parted(parted)
