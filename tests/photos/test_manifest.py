"""A manifest replays, and whatever is wrong with it is told in one line with its number."""

import csv
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cnnbook.photos import Split, check, load, read_manifest, split, write_manifest


@pytest.fixture
def manifest(tree):
    photos = load(tree)
    write_manifest(tree.parent / "split.csv", photos, split(photos, seed=1))
    return tree.parent / "split.csv"


def test_a_manifest_replays_and_names_what_changed(tree, manifest):
    photos = load(tree)
    again, replayed = read_manifest(manifest, tree)
    assert again == photos
    for a, b in zip(split(photos, seed=1), replayed, strict=True):
        np.testing.assert_array_equal(a, b)
    victim = photos.records[0].path
    victim.write_bytes(b"other")
    with pytest.raises(ValueError, match=f"line 2: .*{victim.name} is not the file"):
        read_manifest(manifest, tree)
    victim.unlink()
    with pytest.raises(ValueError, match=f"line 2: .*{victim.name}, which is not in"):
        read_manifest(manifest, tree)


def test_a_manifest_from_a_spreadsheet_replays(tree, manifest):
    """Spreadsheets put a byte order mark in front, and may leave empty lines at the end."""
    manifest.write_text("\ufeff" + manifest.read_text("utf-8") + "\r\n\r\n", "utf-8")
    assert read_manifest(manifest, tree)[0] == load(tree)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("exam,mazda_3,mazda_3/2.jpg,00", "line 4: 'exam' is none of train, validation, test"),
        (",mazda_3,mazda_3/2.jpg,00", "line 4: '' is none of train"),
        ("train,mazda_3,mazda_3/2.jpg", "line 4: 3 columns instead of 4"),
        ("train,mazda_3,mazda_3/2.jpg,00,", "line 4: 5 columns instead of 4"),
        ("train,,mazda_3/2.jpg,00", "line 4: '' is no name of a class"),
        ("train,../x,mazda_3/2.jpg,00", "line 4: '../x' is no name of a class"),
        ("train,mazda_3,/etc/hostname,00", "line 4: /etc/hostname leads out of the folder"),
        ("train,mazda_3,mazda_3/../../x,00", "line 4: mazda_3/../../x leads out of the folder"),
        ("train,mazda_3,mazda_3/404.jpg,00", "line 4: names mazda_3/404.jpg, which is not in"),
        ("train,mazda_3,mazda_3/2.jpg,00", "line 4: mazda_3/2.jpg is not the file"),
        ("SECOND", "line 4: {path} is there already, in line 2"),
    ],
)
def test_a_bad_line_is_named_by_its_number(tree, manifest, line, message):
    lines = manifest.read_text("utf-8").splitlines()
    lines[3] = lines[1] if line == "SECOND" else line
    manifest.write_text("\n".join(lines), "utf-8")
    with pytest.raises(ValueError) as caught:
        read_manifest(manifest, tree)
    message = message.format(path=lines[1].split(",")[2])
    assert str(caught.value).startswith(f"{manifest}, {message}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "split.csv is no manifest: its first line must be split,class,path,sha256"),
        (b"a,b", "split.csv is no manifest: its first line must be split,class,path,sha256"),
        (b"split,class,path\n", "split.csv is no manifest: its first line must be"),
        (b"split;class;path;sha256\n", "split.csv is no manifest: its first line must be"),
        ("split,class,path,sha256\n".encode("utf-16"), "split.csv is no manifest: it is not UTF-8"),
        (b"split,class,path,sha256\n", "has photos of 0 classes"),
        (b'split,class,path,sha256\ntrain,"' + b"x" * 200_000, "split.csv, line 2: field larger"),
    ],
)
def test_what_is_no_manifest_is_told(tree, manifest, content, message):
    manifest.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_manifest(manifest, tree)


def test_the_file_is_utf8_and_bytes_that_are_not_stand_as_in_an_address(tree, manifest):
    names = [
        b"caf\xe9.jpg",
        b"100%25.jpg",
        "نیم‌فاصله,٪.jpg".encode(),
        b'"two\nlines\r".jpg',
        b"%E9.jpg",
    ]
    for i, name in enumerate(names):
        shutil.copy(bytes(tree / "mazda_3" / f"{i + 1}.jpg"), bytes(tree / "mazda_3") + b"/" + name)
        (tree / "mazda_3" / f"{i + 1}.jpg").unlink()
    os.rename(tree / "kia_cerato", bytes(tree) + b"/ki\xe1 50%")
    photos = load(tree)
    write_manifest(manifest, photos, split(photos, seed=1))
    text = manifest.read_bytes().decode("utf-8")
    for written in ("mazda_3/caf%E9.jpg", "mazda_3/100%2525.jpg", "نیم‌فاصله,٪.jpg",
                    "mazda_3/%25E9.jpg", "ki%E1 50%25"):  # fmt: skip
        assert written in text
    again, replayed = read_manifest(manifest, tree)
    assert again == photos
    assert replayed.names() == split(photos, seed=1).names()


@pytest.fixture(scope="module")
def photo(tmp_path_factory):
    from cnnbook import cars

    folder = tmp_path_factory.mktemp("one")
    cars.write_folder(folder / "cars", n=1, seed=0, size=64)
    return next(folder.rglob("*.jpg")).read_bytes()


BYTES = st.binary(min_size=1, max_size=8).filter(
    lambda b: not set(b) & {0, ord("/")} and b[0] != 46
)
CLASSES = st.dictionaries(
    BYTES, st.lists(st.sampled_from(["good", "bad", "tiny"]), min_size=0, max_size=5), max_size=5
)


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(CLASSES, st.randoms(use_true_random=False))
def test_labels_names_and_manifest_agree_whatever_is_left_out(tmp_path, photo, classes, rng):
    """Folders of any name with photos of any state: nothing is renumbered on the way."""
    shutil.rmtree(tmp_path)
    root = tmp_path / "photos"
    root.mkdir(parents=True)
    for name, states in classes.items():
        os.mkdir(bytes(root) + b"/" + name)
        for i, state in enumerate(states):
            # Bytes after the end of a JPEG are ignored; they make each file another one.
            content = {"good": photo + bytes([i]), "bad": b"no picture", "tiny": b""}[state]
            folder = Path(os.fsdecode(bytes(root) + b"/" + name))
            (folder / f"{i}.jpg").write_bytes(content + name)
    usable = sorted(os.fsdecode(name) for name, states in classes.items() if "good" in states)
    bad = [p.relative_to(root) for p in root.rglob("*.jpg") if not p.read_bytes().startswith(photo)]
    try:
        photos = load(root)
        # Their pixels are all equal here, which is another test's matter.
        problems = [p for p in check(photos) if p.kind in ("unreadable", "left out")]
        remaining = photos.without(problems)
    except ValueError as error:
        assert len(usable) < 2 and "two or more" in str(error)
        return
    assert list(remaining.class_names) == usable
    assert {p.path.relative_to(root) for p in problems} == set(bad)
    names = [rng.choice(["train", "validation", "test"]) for _ in remaining.records]
    parts = Split(
        *(np.flatnonzero(np.array(names) == part) for part in ("train", "validation", "test"))
    )
    write_manifest(tmp_path / "split.csv", remaining, parts)
    again, replayed = read_manifest(tmp_path / "split.csv", root)
    assert again == remaining
    assert replayed.names() == names
    for record in again.records:
        assert again.class_names[record.label] == record.path.parent.name
    with (tmp_path / "split.csv").open(newline="", encoding="utf-8") as file:
        assert len(list(csv.reader(file))) == 1 + len(remaining)
