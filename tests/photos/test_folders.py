"""What is taken for a photo or a class, and that everything else is named with its reason."""

import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnbook import cars
from cnnbook.photos import Photos, Problem, load


def left_out(photos):
    return {str(p.path.relative_to(photos.folder)): (p.kind, p.detail) for p in photos.left_out}


def test_a_folder_holds_the_drawn_pictures(tree):
    photos = load(tree)
    assert photos.class_names == cars.CLASS_NAMES
    assert np.bincount(photos.labels).tolist() == [10] * 5
    assert photos.left_out == ()
    first = photos.read(np.array([0]), size=64)[0].astype(int)
    assert np.abs(first - cars.draw(1, seed=7, size=64).images[0]).mean() < 6  # JPEG


def test_the_real_photos_or_drawn_ones_are_read(photos_folder):
    photos = load(photos_folder)
    assert len(photos) >= 15
    assert photos.class_names == cars.CLASS_NAMES
    pictures = photos.read(np.arange(len(photos)), size=48)
    assert pictures.shape == (len(photos), 48, 48, 3)
    assert (pictures.std(axis=(1, 2, 3)) > 5).all()


def test_load_names_what_is_missing(tmp_path):
    for nowhere in (tmp_path / "nowhere", "", Path(__file__)):
        with pytest.raises(FileNotFoundError, match=r"no folder '.*'; give one that holds"):
            load(nowhere)
    (tmp_path / "only").mkdir()
    with pytest.raises(ValueError, match=r"0 classes \(none\).*two or more.*only: empty class"):
        load(tmp_path)
    for i in range(5):
        (tmp_path / "only" / f"{i}.heic").touch()
    (tmp_path / "only" / "1.jpg").touch()
    with pytest.raises(
        ValueError, match=r"1 classes \(only\).*left out: .*0.heic.*HEIC.*, 2 more$"
    ):
        load(tmp_path)


@pytest.mark.parametrize(
    "ending",
    ("jpg", "JPG", "jpeg", "jpe", "jfif", "png", "bmp", "gif", "webp", "tif", "TIFF", "avif"),
)
def test_every_format_of_photos_is_listed_and_read(tree, ending):
    path = tree / "mazda_3" / f"another.{ending}"
    Image.open(tree / "mazda_3" / "1.jpg").save(path, format={"jpe": "JPEG"}.get(ending))
    photos = load(tree)
    assert len(photos) == 51 and photos.left_out == ()
    (position,) = [i for i, record in enumerate(photos.records) if record.path == path]
    difference = photos.read(np.array([position]), 64)[0].astype(int) - np.asarray(
        Image.open(tree / "mazda_3" / "1.jpg")
    )
    assert np.abs(difference).mean() < 12


def test_every_file_and_folder_left_out_is_named_with_its_reason(tree):
    mazda = tree / "mazda_3"
    for name in ("a.heic", "b.HEIF", "c.cr2", "d.DNG", "e", "f.txt", ".hidden.jpg", ".DS_Store"):
        (mazda / name).touch()
    (mazda / "more" / "deep").mkdir(parents=True)
    for name in ("more/1.jpg", "more/2.txt", "more/deep/3.png"):
        (mazda / name).touch()
    (mazda / "gone.jpg").symlink_to("nowhere.jpg")
    (mazda / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(mazda / "pipe.jpg")
    (tree / "root.jpg").touch()
    (tree / "notes.csv").touch()
    (tree / ".cache").mkdir()
    (tree / "empty").mkdir()
    (tree / "only videos").mkdir()
    (tree / "only videos" / "1.mp4").touch()
    (tree / "self").symlink_to(".")
    (tree / "above").symlink_to("../..")
    (tree / "twin").symlink_to("mazda_3")
    (tree / "dangling").symlink_to("nowhere")
    photos = load(tree)
    assert len(photos) == 50 and photos.class_names == cars.CLASS_NAMES
    found = left_out(photos)
    assert {path: kind for path, (kind, _) in found.items() if kind != "left out"} == {
        "empty": "empty class",
        "only videos": "empty class",
    }
    expected = {
        "mazda_3/a.heic": "HEIC picture, which Pillow cannot read; save it as JPEG",
        "mazda_3/b.HEIF": "HEIC picture",
        "mazda_3/c.cr2": "raw file; develop it",
        "mazda_3/d.DNG": "raw file",
        "mazda_3/e": "no ending; a photo needs one of its format, such as .jpg",
        "mazda_3/f.txt": "the ending .txt is none of a photo's",
        "mazda_3/.hidden.jpg": "begins with a dot",
        "mazda_3/.DS_Store": "begins with a dot",
        "mazda_3/more": "a folder in a class's folder; move its photos (2) up into the class",
        "mazda_3/gone.jpg": "a link to nowhere.jpg, which does not exist",
        "mazda_3/loop.jpg": "a link to itself",
        "mazda_3/pipe.jpg": "neither a file nor a folder",
        "root.jpg": "beside the classes' folders",
        "notes.csv": "beside the classes' folders",
        ".cache": "begins with a dot",
        "empty": "no photo in it",
        "only videos/1.mp4": "the ending .mp4",
        "only videos": "no photo in it",
        "self": "a link to the folder that holds it",
        "above": "a link to the folder that holds it",
        "twin": "a link to the class mazda_3",
        "dangling": "a link to nowhere, which does not exist",
    }
    assert found.keys() == expected.keys()
    for path, words in expected.items():
        assert words in found[path][1], path


def test_nothing_in_a_tree_is_passed_over_without_a_word(tree):
    """Whatever lies in the root or in a class is a photo, a class, or named: count them."""
    rng = np.random.default_rng(0)
    names = ["a.jpg", "b.heic", ".c.png", "d", "e.txt", "f.JPEG", "نیم‌فاصله.jpg", "g h.avif", ".h"]
    for place in [tree, *tree.iterdir(), tree / "new", tree / "new 2"]:
        place.mkdir(exist_ok=True)
        for name in rng.choice(names, size=4, replace=False):
            (place / name).touch()
    photos = load(tree)
    spoken_of = [record.path for record in photos.records]
    spoken_of += [problem.path for problem in photos.left_out if problem.kind == "left out"]
    lying = [path for path in tree.iterdir() if not path.is_dir()]
    lying += [path for folder in tree.iterdir() if folder.is_dir() for path in folder.iterdir()]
    assert sorted(spoken_of) == sorted(lying)


def test_links_to_photos_and_classes_elsewhere_are_taken(tree, tmp_path):
    shutil.move(tree / "mazda_3", tmp_path / "elsewhere")
    (tree / "mazda_3").symlink_to(tmp_path / "elsewhere")
    (tree / "kia_cerato" / "linked.jpg").symlink_to(tmp_path / "elsewhere" / "1.jpg")
    photos = load(tree)
    assert photos.class_names == cars.CLASS_NAMES
    assert len(photos) == 51 and photos.left_out == ()


def test_leaving_out_a_class_numbers_the_others_anew(tree):
    photos = load(tree)
    bad = [Problem(r.path, "unreadable", "for a test") for r in photos.records if r.label == 1]
    remaining = photos.without(bad)
    assert remaining.class_names == tuple(n for n in cars.CLASS_NAMES if n != "kia_cerato")
    assert np.bincount(remaining.labels).tolist() == [10] * 4
    for record in remaining.records:
        assert remaining.class_names[record.label] == record.path.parent.name
    assert remaining.left_out == tuple(bad)
    everything = [Problem(r.path, "unreadable", "for a test") for r in photos.records if r.label]
    with pytest.raises(ValueError, match=r"1 classes \(iranKhodro_dena\).*two or more"):
        photos.without(everything)


def test_names_are_sorted_whatever_the_order_of_the_photos():
    rng = np.random.default_rng(1)
    names = ["b", "B", "a", "ب", "10", "9"]
    listed = [(name, Path(name, f"{i}.jpg"), "00") for name in names for i in range(3)]
    for _ in range(5):
        photos = Photos.of(Path("."), [listed[i] for i in rng.permutation(len(listed))])
        assert list(photos.class_names) == sorted(names)
        assert all(photos.class_names[r.label] == r.path.parent.name for r in photos.records)
