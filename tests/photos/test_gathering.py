"""Nothing that is trained on is tested, whichever of three ways the photos come in."""

import re
import shutil

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from cnnbook import cars
from cnnbook.cli import main
from cnnbook.photos import copy_split, find, load, load_parted, share_out, split, write_manifest

COPIES = {
    "saved-again": lambda p: p,
    "small": lambda p: p.resize((p.width // 2, p.height // 2)),
    "bright": lambda p: ImageEnhance.Brightness(p).enhance(1.3),
    "mirrored": ImageOps.mirror,
    "cropped": lambda p: p.crop((2, 1, p.width - 2, p.height - 3)),
}


def torn(photos, parts):
    """Return the originals of which a copy lies in another part, and how many copies do."""
    of = {r.path.relative_to(photos.folder).as_posix(): part
          for r, part in zip(photos.records, parts.names(), strict=True)}  # fmt: skip
    return [name for name, part in of.items() if "~" in name
            and of[name.split("~")[0] + ".png"] != part]  # fmt: skip


@pytest.fixture(scope="module")
def with_copies(tmp_path_factory):
    """Sixty different photos; each has one copy of one of five kinds."""
    folder = tmp_path_factory.mktemp("copies") / "cars"
    drawn = cars.draw(60, seed=5, size=120, difficulty=0.6)
    for i, (pixels, label) in enumerate(zip(drawn.images, drawn.labels, strict=True)):
        name, copy = list(COPIES.items())[i % 5]
        place = folder / cars.CLASS_NAMES[label]
        place.mkdir(parents=True, exist_ok=True)
        picture = Image.fromarray(pixels)
        picture.save(place / f"{i}.png")
        copy(picture).save(place / f"{i}~{name}.jpg", quality=50)
    return folder


def test_no_copy_is_tested_whose_original_was_trained_on(with_copies, tmp_path, capsys):
    photos = load(with_copies)
    assert len(torn(photos, split(photos, seed=0))) >= 10  # what happens without grouping
    shared = share_out(photos, None, seed=0)
    assert torn(shared.photos, shared.parts) == [] and shared.problems == ()
    assert main(["split", str(with_copies), "--out", str(tmp_path / "split.csv")]) == 0
    again, parts = find(with_copies, tmp_path / "split.csv")
    assert torn(again, parts) == []
    assert parts.names() == shared.parts.names()


def test_a_name_or_a_column_keeps_together_what_does_not_look_alike(with_copies, tmp_path):
    photos, table = load(with_copies), tmp_path / "cars.csv"
    paths = [r.path.relative_to(photos.folder).as_posix() for r in photos.records]
    tens = [re.match(r"(\w+)/(\d?)\d[.~]", path).groups() for path in paths]
    owners = [f"{one} {ten}" for one, ten in tens]
    lines = [f"{path},{owner}" for path, owner in zip(paths, owners, strict=True)]
    table.write_text("\n".join(["path,owner", *lines]))
    for group_by, value in ((r"(\w+)/(\d?)\d[.~]", tens), (f"{table}:owner", owners)):
        names = np.array(share_out(photos, None, 0, group_by).parts.names())
        for one in set(value):
            assert len({n for n, v in zip(names, value, strict=True) if v == one}) == 1
    with pytest.raises(ValueError, match=r"has no column 'car'; it has path, owner"):
        share_out(photos, None, 0, f"{table}:car")
    table.write_text("path,owner\n")
    with pytest.raises(ValueError, match=r"has no owner for .*\.png"):
        share_out(photos, None, 0, f"{table}:owner")


def test_a_twin_in_another_class_is_told_and_kept(with_copies, tmp_path):
    folder = shutil.copytree(with_copies, tmp_path / "cars")
    stranger = sorted((folder / "mazda_3").iterdir())[0]
    with Image.open(stranger) as picture:
        picture.convert("RGB").save(folder / "kia_cerato" / "stranger.jpg", quality=60)
    shared = share_out(load(folder), None, seed=0)
    told = {p.path.name for p in shared.problems if p.kind == "doubtful label"}
    assert {"stranger.jpg", stranger.name} <= told and len(told) == 3  # with the copy that it has
    assert len(shared.photos) == 121


def test_leaks_of_a_split_made_elsewhere_are_told(with_copies, tmp_path):
    photos = load(with_copies)
    parts = split(photos, seed=0)
    copy_split(photos, parts, tmp_path / "data")
    found, own = find(tmp_path / "data")
    assert [len(part) for part in own] == [len(part) for part in parts]
    shared = share_out(found, own, seed=9)
    leaks = [p for p in shared.problems if p.kind == "leak"]
    assert len(leaks) == len(torn(photos, parts))
    assert shared.parts.names() == own.names() and len(shared.photos) == len(photos)
    with pytest.raises(ValueError, match="these photos are split already"):
        share_out(found, own, seed=0, group_by="x")


def test_a_class_called_train_is_a_class(tree):
    (tree / "mazda_3").rename(tree / "train")
    photos, parts = find(tree)
    assert parts is None and "train" in photos.class_names


def test_a_part_of_which_nothing_is_left_is_named(tree, tmp_path):
    photos = load(tree)
    copy_split(photos, split(photos, seed=1), tmp_path / "data")
    for path in (tmp_path / "data" / "test").rglob("*.jpg"):
        path.write_text("no picture")
    with pytest.raises(ValueError, match="no photo of the test part is left"):
        share_out(*find(tmp_path / "data"), seed=0)
    assert load_parted(tmp_path / "data").class_names == photos.class_names
    write_manifest(tmp_path / "split.csv", photos, split(photos, seed=1))
