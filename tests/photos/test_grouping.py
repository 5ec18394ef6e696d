"""Near-duplicates are found, different photos are not taken for them, and no group is torn."""

import io
import itertools
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from cnnbook import cars
from cnnbook.photos import (
    Photos,
    doubtful_labels,
    group_alike,
    group_by_name,
    join_groups,
    load,
    split,
)


def saved_again(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(file)


def cropped(picture, most, rng):
    """Cut up to this part of the side off each edge."""
    w, h = picture.size
    left, top, right, bottom = rng.uniform(0, most, 4)
    return picture.crop((int(left * w), int(top * h), int(w - right * w), int(h - bottom * h)))


# What is done to a photo, and the share of such copies that has to be found.
COPIES = {
    "saved again": (lambda p, rng: saved_again(p, 30), 1.0),
    "half the size": (lambda p, rng: p.resize((p.width // 2, p.height // 2)), 1.0),
    "squeezed": (lambda p, rng: p.resize((p.width, int(0.9 * p.height))), 1.0),
    "brighter": (lambda p, rng: ImageEnhance.Brightness(p).enhance(1.3), 1.0),
    "darker": (lambda p, rng: ImageEnhance.Brightness(p).enhance(0.7), 1.0),
    "more contrast": (lambda p, rng: ImageEnhance.Contrast(p).enhance(1.3), 1.0),
    "grey": (lambda p, rng: p.convert("L"), 1.0),
    "mirrored": (lambda p, rng: ImageOps.mirror(p), 1.0),
    "cropped a little": (lambda p, rng: saved_again(cropped(p, 0.03, rng), 80), 0.93),
    "cropped": (lambda p, rng: saved_again(cropped(p, 0.05, rng), 80), 0.7),
    "all at once": (
        lambda p, rng: saved_again(ImageOps.mirror(cropped(p, 0.03, rng)), 60).resize((200, 160)),
        0.93,
    ),
}


def photos_and_copies(folder, pictures):
    """Write each picture and its copies; the copies of picture i are in group i."""
    rng = np.random.default_rng(0)
    for i, picture in enumerate(pictures):
        place = folder / "ab"[i % 2]
        place.mkdir(parents=True, exist_ok=True)
        picture.save(place / f"{i} original.png", compress_level=1)
        for name, (copy, _) in COPIES.items():
            copy(picture, rng).save(place / f"{i} {name}.png", compress_level=1)
    return load(folder)


def found_and_false(photos):
    """Return the share of copies grouped with their original, and the pairs of different photos."""
    groups = group_alike(photos)
    number, name = zip(*(record.path.stem.split(" ", 1) for record in photos.records), strict=True)
    original = {n: g for n, what, g in zip(number, name, groups, strict=True) if what == "original"}
    found = {
        copy: np.mean([g == original[n] for n, what, g in zip(number, name, groups, strict=True)
                       if what == copy])
        for copy in COPIES
    }  # fmt: skip
    false = sum(a == b for a, b in itertools.combinations(original.values(), 2))
    return found, false


@pytest.mark.parametrize("difficulty", [0.0, 0.6])
def test_copies_of_drawn_photos_are_found_and_different_ones_are_not(tmp_path, difficulty):
    drawn = cars.draw(30, seed=3, size=120, difficulty=difficulty).images
    found, false = found_and_false(photos_and_copies(tmp_path, map(Image.fromarray, drawn)))
    assert {name: share for name, share in found.items() if share < COPIES[name][1]} == {}
    assert false == 0


def test_copies_of_real_photos_are_found_and_different_ones_are_not(photos_folder, tmp_path):
    paths = sorted(record.path for record in load(photos_folder).records)[:15]
    pictures = [Image.open(path).convert("RGB") for path in paths]
    found, false = found_and_false(photos_and_copies(tmp_path, pictures))
    few = 2 / len(paths)  # of so few, two may lie beyond the threshold
    assert {name: share for name, share in found.items() if share < COPIES[name][1] - few} == {}
    assert false == 0


def test_many_different_photos_are_not_taken_for_copies(tmp_path):
    """45,000 pairs of pictures whose scenes vary: none is alike."""
    for i, picture in enumerate(cars.draw(300, seed=9, size=64, difficulty=0.6).images):
        place = tmp_path / "ab"[i % 2]
        place.mkdir(exist_ok=True)
        Image.fromarray(picture).save(place / f"{i}.png", compress_level=1)
    assert len(set(group_alike(load(tmp_path)).tolist())) == 300


def test_copies_in_two_classes_are_told(tmp_path):
    cars.write_folder(tmp_path, n=10, seed=1, size=96)
    with Image.open(tmp_path / "mazda_3" / "1.jpg") as photo:
        ImageOps.mirror(photo).save(tmp_path / "kia_cerato" / "7.jpg", quality=60)
        photo.resize((80, 80)).save(tmp_path / "mazda_3" / "8.jpg")
    photos = load(tmp_path)
    told = {p.path.relative_to(tmp_path): p for p in doubtful_labels(photos, group_alike(photos))}
    assert {path.as_posix() for path in told} == {
        "mazda_3/1.jpg",
        "mazda_3/8.jpg",
        "kia_cerato/7.jpg",
    }
    assert {problem.kind for problem in told.values()} == {"doubtful label"}
    assert "mazda_3/1.jpg, which is in mazda_3" in told[Path("kia_cerato/7.jpg")].detail


def photos_of(paths):
    return Photos.of(Path("root"), [(p.split("/")[0], Path("root", p), f"{p}") for p in paths])


def test_groups_by_name():
    photos = photos_of(["a/x1-front.jpg", "a/x1-rear.jpg", "a/x2-front.jpg", "b/x1.jpg", "b/y.jpg"])
    assert group_by_name(photos, r"x\d|y").tolist() == [0, 0, 2, 0, 4]
    assert group_by_name(photos, r"^(.)/(x\d|y)").tolist() == [0, 0, 2, 3, 4]
    assert group_by_name(photos, r"(?:x(\d))?").tolist() == [0, 0, 0, 0, 0]
    with pytest.raises(ValueError, match=r"'x' is not found in b/y.jpg; each photo needs a group"):
        group_by_name(photos, "x")
    with pytest.raises(ValueError, match=r"'\(x' is no regular expression: missing \)"):
        group_by_name(photos, "(x")


def test_joined_groups_are_the_connected_components():
    """Beside SciPy's components of the graph in which each grouping joins its own."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    rng = np.random.default_rng(0)
    for n in (1, 2, 10, 200):
        groupings = [rng.integers(0, max(1, 2 * n // 3), n) for _ in range(3)]
        one, other = np.nonzero(sum(g[:, None] == g for g in groupings))
        graph = coo_array((np.ones(len(one)), (one, other)), shape=(n, n))
        _, expected = connected_components(graph, directed=False)
        joined = join_groups(*groupings)
        assert ((joined[:, None] == joined) == (expected[:, None] == expected)).all()
        assert joined.tolist() == [int(np.flatnonzero(joined == g)[0]) for g in joined]


def test_no_group_is_torn_whatever_classes_it_lies_in():
    rng = np.random.default_rng(0)
    for seed in range(20):
        labels, groups = rng.integers(0, 3, 200), rng.integers(0, 90, 200)
        parts = split(labels, seed=seed, groups=groups)
        names = np.array(parts.names())
        assert (names != "").all()
        assert all(len(set(names[groups == group])) == 1 for group in set(groups.tolist()))
        assert all((labels[part] == label).any() for part in parts for label in range(3))


def test_groups_and_equal_files_are_joined_and_the_numbers_of_groups_tell_nothing():
    listed = [(name, Path(name, f"{i}"), f"{i // 2:03d}") for name in "ab" for i in range(40)]
    photos = Photos.of(Path("."), [(n, p, n + sha) for n, p, sha in listed])
    groups = np.arange(80) // 4
    parts = split(photos, seed=2, groups=(groups * 7919) % 1009)
    assert parts.names() == split(photos, seed=2, groups=groups).names()
    names = parts.names()
    assert all(len(set(names[i : i + 4])) == 1 for i in range(0, 80, 4))
    odd = np.arange(80) // 2 * 2 + 1000  # joins nothing that equal files do not
    assert split(photos, seed=2, groups=odd).names() == split(photos, seed=2).names()


def test_a_file_in_two_classes_is_not_trained_on_and_tested():
    listed = [("a", f"{i:03d}") for i in range(30)] + [("b", f"{i:03d}") for i in range(20, 60)]
    photos = Photos.of(Path("."), [(n, Path(n, sha), sha) for n, sha in listed])
    for seed in range(10):
        names = split(photos, seed=seed).names()
        assert names[20:30] == names[30:40]


def test_a_missing_library_is_named_with_the_way_to_install_it(photos_folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "imagehash", None)
    with pytest.raises(ImportError, match=r"group_alike needs imagehash: pip install 'cnnbook"):
        group_alike(load(photos_folder))


@pytest.mark.parametrize("groups", [[0] * 9, [[0] * 10], 3])
def test_groups_of_another_number_are_refused(groups):
    with pytest.raises(ValueError, match="10 pictures need as many groups"):
        split([0] * 10, seed=0, groups=groups)


def test_too_few_groups_are_told():
    with pytest.raises(ValueError, match="class 0 has 2 groups of pictures; 3 are needed"):
        split([0] * 10, seed=0, groups=[0] * 5 + [1] * 5)
