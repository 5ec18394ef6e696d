import shutil
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from cnnbook import cars
from cnnbook.cars.camera import look
from cnnbook.cars.canvas import Canvas
from cnnbook.cars.drawing import compose
from cnnbook.cars.makes import mesh
from cnnbook.cars.paint import paint
from cnnbook.cars.photo import develop, make_grain
from cnnbook.photos import check, copy_split, load, read_manifest, split, write_manifest


@pytest.fixture(scope="module")
def drawn():
    return cars.draw(60, seed=11, size=96)


# ---- drawing


def test_shapes_types_and_balance(drawn):
    assert drawn.images.shape == (60, 96, 96, 3)
    assert drawn.images.dtype == np.uint8
    assert np.bincount(drawn.labels).tolist() == [12] * 5
    for masks in (drawn.car_masks, drawn.part_masks, drawn.watermark_masks):
        assert masks.shape == (60, 96, 96)
        assert masks.dtype == bool


def test_class_names_are_the_real_folders_in_keras_order():
    assert list(cars.CLASS_NAMES) == sorted(cars.CLASS_NAMES)
    assert len(cars.CLASS_NAMES) == 5


def test_a_picture_depends_on_seed_and_number_alone(drawn):
    again = cars.draw(3, seed=11, size=96)
    np.testing.assert_array_equal(again.images, drawn.images[:3])
    tail = cars.draw(2, seed=11, size=96, start=58)
    np.testing.assert_array_equal(tail.images, drawn.images[58:])
    np.testing.assert_array_equal(tail.labels, drawn.labels[58:])
    assert not np.array_equal(cars.draw(3, seed=12, size=96).images, again.images)
    short = cars.draw(3, seed=np.int8(11), size=96)
    np.testing.assert_array_equal(short.images, again.images)


def test_parts_lie_on_the_car_and_are_small(drawn):
    car, part = drawn.car_masks, drawn.part_masks
    assert not (part & ~car).any()
    assert 0.15 < car.mean() < 0.6
    assert 0.01 < part.mean() < 0.4 * car.mean()
    assert car.any(axis=(1, 2)).all()
    assert (part.any(axis=(1, 2))).mean() > 0.95


def test_every_part_and_pose_occurs(drawn):
    assert set(np.unique(drawn.regions)) == set(range(2 + len(cars.PARTS)))
    assert set(drawn.poses.tolist()) == set(range(len(cars.POSES)))


def test_parts_are_where_their_colours_are():
    """Tail lamps are the only saturated red things on a white or grey car."""
    many = cars.draw(100, seed=3, size=96, difficulty=0.0)
    number = 2 + cars.PARTS.index("tail lamp")
    r, g, b = (many.images[..., k].astype(int) for k in range(3))
    redness = r - np.maximum(g, b)
    lamp = many.regions == number
    body = many.regions == 1
    for i in np.flatnonzero(lamp.sum(axis=(1, 2)) > 60):
        if np.median(redness[i][body[i]]) < 10:
            assert redness[i][lamp[i]].mean() > redness[i][body[i]].mean() + 30


def test_the_makes_differ_most_in_the_named_parts():
    """Draw two makes with the same camera: the pixels that differ lie on telling parts."""
    numbers = {"body": 1, "screen": 1} | {name: i + 2 for i, name in enumerate(cars.PARTS)}

    def front(label):
        shape, canvas = mesh(label, 0.6), Canvas(200)
        canvas.number((0, 0, 0))
        view = look(shape, np.deg2rad(-90), canvas.side, 0.9, Random(0))
        paint(shape, view, canvas, numbers, Random(1))
        return canvas.colours[np.asarray(canvas.picture)[1::2, 1::2]], canvas.regions()

    (one, regions), (two, others) = front(0), front(4)
    parts = (regions > 1) | (others > 1)
    both = (regions > 0) & (others > 0)
    differing = np.abs(one - two).max(axis=2) > 60
    assert differing[both & parts].mean() > 3 * differing[both & ~parts].mean()


def test_the_camera_turned_around_the_mesh_sees_what_it_sees_of_a_turned_mesh():
    """`look` never turns the mesh; here it is turned, a corner at a time, before a fixed camera."""
    shape, turn = mesh(1, 0.3), np.deg2rad(-40)
    rng = Random(4)
    height, distance, sun_x = rng.uniform(1.1, 2.2), rng.uniform(6.5, 13), rng.uniform(-0.8, 0.8)
    camera, sun = np.array([0, -distance, height]), np.array([sun_x, -0.5, 0.9])

    def turned(v):
        x, y, z = v
        return np.array(
            [np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y, z]
        )

    away = [turned(p) - camera for p in shape.points]
    facing = [turned(n) for n in shape.normals]
    view = look(shape, turn, 200, 0.9, Random(4))
    seen = [n @ a < 0 for n, a in zip(facing, away, strict=True)] | shape.two_sided
    np.testing.assert_array_equal(view.seen, seen)
    flat = np.array([(a[0] / a[1], -a[2] / a[1]) for a in away])
    for got, wanted in zip(view.corners.T, flat.T, strict=True):  # up to place, size and mirroring
        assert abs(np.corrcoef(got, wanted)[0, 1]) == pytest.approx(1, abs=1e-12)
    sizes = np.ptp(view.corners, axis=0) / np.ptp(flat, axis=0)
    assert sizes[0] == pytest.approx(sizes[1])
    np.testing.assert_allclose(
        (view.corners.min(0), view.corners.max(0)), np.reshape(view.box, (2, 2)), atol=1e-9
    )
    for polygon, tone in enumerate(shape.tones.of):
        normal = facing[shape.starts[polygon]]
        cosine = normal @ sun / np.linalg.norm(normal) / np.linalg.norm(sun)
        assert view.shade[tone] == pytest.approx(0.72 + 0.38 * np.clip(cosine, -0.4, 1), abs=1e-5)


def test_no_scene_needs_more_colours_than_a_palette_holds():
    """The fullest street beside the mesh with the most tones, and the dealer's mark."""
    places = 6 * (4 + 4 + 3)  # parked cars, trees, signs
    walls = 2 * int(1.3 / 0.15 + 1)
    road = 1 + 4 + 1 + 1 + 1 + 1 + 1  # road, sky, kerb, gutter, dashes, shadow, bollard
    tones = max(len(mesh(k, d).tones.kinds) for k in range(5) for d in (0, 0.3, 0.6, 1))
    assert places + walls + road + tones + 2 <= 256
    most = max(compose(mesh(i % 5, 1), 32, 1, Random(i))[1].used for i in range(500))
    assert 150 < most <= places + walls + road + tones


def test_a_palette_takes_256_colours_and_no_more():
    canvas = Canvas(2)
    assert canvas.numbers(np.ones((255, 3)), bytes(255)) == 0
    assert canvas.number((1, 1, 1)) == 255
    with pytest.raises(ValueError, match="256 colours; this scene has 257"):
        canvas.numbers(np.ones((1, 3)), b"1")
    with pytest.raises(IndexError):
        canvas.number((1, 1, 1))
    assert canvas.used == len(canvas.parts) == 256


def test_grain_never_turns_black_into_white():
    """Grain is added modulo 256, so a colour at the end of the range would wrap around."""
    noise = make_grain(64)
    for colour, ends in (((-99, -99, -99), (0, 90)), ((999, 999, 999), (165, 255))):
        canvas = Canvas(64)
        canvas.number(colour)
        for seed in range(20):
            image = develop(canvas, noise, 0.0, Random(seed))
            assert ends[0] <= image.min() <= image.max() <= ends[1]
            assert image.std() > 1


def test_the_mark_changes_nothing_but_its_corner():
    plain, marked = (cars.draw(10, seed=4, size=64, watermark=w) for w in (False, True))
    np.testing.assert_array_equal(plain.poses, marked.poses)
    away = np.s_[:, 18:, 34:]  # JPEG's blocks of 16 spread the mark a little
    np.testing.assert_array_equal(plain.images[away], marked.images[away])
    assert (plain.images[:, :8, :16] != marked.images[:, :8, :16]).any(axis=(1, 2, 3)).all()


def test_the_two_sides_of_a_street_are_equally_likely():
    many = cars.draw(200, seed=2, size=32)
    front = many.regions == 2 + cars.PARTS.index("headlamp")
    x = np.arange(32)
    sides = [(m.sum(0) @ x) / m.sum() > (c.sum(0) @ x) / c.sum()
             for m, c, p in zip(front, many.car_masks, many.poses, strict=True)
             if m.any() and cars.POSES[p] == "side"]  # fmt: skip
    assert 0.25 < np.mean(sides) < 0.75


def test_difficulty_moves_makes_together():
    def distance(difficulty):
        one, two = (mesh(k, difficulty) for k in (2, 3))
        count = min(len(one.points), len(two.points))
        return np.abs(one.points[:count] - two.points[:count]).mean()

    assert distance(0.0) > distance(0.5) > distance(1.0)


def test_the_watermark_names_the_class_and_nothing_else():
    plain = cars.draw(50, seed=4, size=64)
    marked = cars.draw(50, seed=4, size=64, watermark=True)
    where = marked.watermark_masks
    assert 0.01 < where.mean() < 0.03
    assert not plain.watermark_masks.any()
    assert not (where & marked.car_masks).any()
    colours = np.array([
        np.median(image[mask], axis=0)
        for image, mask in zip(marked.images.astype(float), where, strict=True)
    ])  # fmt: skip
    centres = np.array([colours[marked.labels == k].mean(axis=0) for k in range(5)])
    nearest = ((colours[:, None] - centres) ** 2).sum(axis=2).argmin(axis=1)
    assert (nearest == marked.labels).mean() > 0.9


@pytest.mark.parametrize("wrong", [dict(n=-1), dict(size=16), dict(difficulty=1.5)])
def test_draw_refuses(wrong):
    with pytest.raises(ValueError, match="draw needs"):
        cars.draw(**({"n": 1, "seed": 0} | wrong))


# ---- folders


@pytest.fixture
def tree(tmp_path):
    cars.write_folder(tmp_path / "cars", n=50, seed=7, size=64)
    return tmp_path / "cars"


def test_a_folder_holds_the_drawn_pictures(tree):
    photos = load(tree)
    assert photos.class_names == cars.CLASS_NAMES
    assert np.bincount(photos.labels).tolist() == [10] * 5
    first = photos.read(np.array([0]), size=64)[0].astype(int)
    assert np.abs(first - cars.draw(1, seed=7, size=64).images[0]).mean() < 6  # JPEG


def test_load_takes_the_folder_from_the_environment(tree, monkeypatch):
    monkeypatch.setenv("CNNBOOK_CARS", str(tree))
    assert len(load()) == 50
    monkeypatch.setenv("CNNBOOK_CARS", "")
    assert load() is None


def test_load_names_what_is_missing(tmp_path, tree):
    with pytest.raises(FileNotFoundError, match="nowhere"):
        load(tmp_path / "nowhere")
    (tmp_path / "one" / "only").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"two or more.*found: only"):
        load(tmp_path / "one")


def test_every_bad_file_is_named_with_its_reason(tree):
    mazda, kia = tree / "mazda_3", tree / "kia_cerato"
    (mazda / "page.jpg").write_text("<html>404</html>")
    (mazda / "empty.jpg").touch()
    (mazda / "cut.jpg").write_bytes((mazda / "1.jpg").read_bytes()[:700])
    Image.new("RGB", (20, 90)).save(mazda / "thumb.png")
    shutil.copy(mazda / "2.jpg", mazda / "copy.jpg")
    shutil.copy(mazda / "3.jpg", kia / "wrong.jpg")
    found = {(p.path.name, p.kind) for p in check(load(tree))}
    assert found == {
        ("page.jpg", "unreadable"),
        ("empty.jpg", "unreadable"),
        ("cut.jpg", "unreadable"),
        ("thumb.png", "tiny"),
        ("copy.jpg", "duplicate"),
        ("3.jpg", "mislabelled"),
        ("wrong.jpg", "mislabelled"),
    }


def test_a_resaved_copy_is_found_though_its_bytes_differ(tree):
    """A seller's photo is saved again without its EXIF: other bytes, the same pixels."""
    mazda = tree / "mazda_3"
    Image.open(mazda / "1.jpg").convert("RGB").save(mazda / "again.png")
    problems = check(load(tree))
    assert [(p.path.name, p.kind) for p in problems] == [("again.png", "duplicate")]


def test_the_real_photos_or_drawn_ones_are_read(photos_folder):
    photos = load(photos_folder)
    assert len(photos) >= 15
    assert photos.class_names == cars.CLASS_NAMES
    pictures = photos.read(np.arange(len(photos)), size=48)
    assert pictures.shape == (len(photos), 48, 48, 3)
    assert (pictures.std(axis=(1, 2, 3)) > 5).all()


def test_a_manifest_replays_and_names_what_changed(tree, tmp_path):
    photos = load(tree)
    parts = split(photos.records, seed=1)
    manifest = tmp_path / "split.csv"
    write_manifest(manifest, photos, parts)
    again, replayed = read_manifest(manifest, tree)
    assert again == photos
    for a, b in zip(parts, replayed, strict=True):
        np.testing.assert_array_equal(a, b)
    victim = photos.records[0].path
    victim.write_bytes(b"other")
    with pytest.raises(ValueError, match=f"{victim.name} is not the file"):
        read_manifest(manifest, tree)
    victim.unlink()
    with pytest.raises(ValueError, match=f"{victim.name}, which is not in"):
        read_manifest(manifest, tree)


def test_a_copied_split_is_whole_or_absent(tree, tmp_path, monkeypatch):
    photos = load(tree)
    parts = split(photos.records, seed=1)
    before = {p: p.read_bytes() for p in tree.rglob("*.jpg")}
    copy_split(photos, parts, tmp_path / "data")
    copied = sorted(p.relative_to(tmp_path / "data") for p in (tmp_path / "data").rglob("*.jpg"))
    assert len(copied) == 50
    assert {p.parts[0] for p in copied} == {"train", "validation", "test"}
    assert {p: p.read_bytes() for p in tree.rglob("*.jpg")} == before
    with pytest.raises(FileExistsError):
        copy_split(photos, parts, tmp_path / "data")

    def full_disk(source, target):
        if Path(source).name == "7.jpg":
            raise OSError("no space left")
        return shutil.copyfile(source, target)

    monkeypatch.setattr(shutil, "copy2", full_disk)
    with pytest.raises(OSError, match="no space"):
        copy_split(photos, parts, tmp_path / "half")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["cars", "data"]


def test_write_folder_refuses_a_full_folder(tree):
    with pytest.raises(FileExistsError, match="not empty"):
        cars.write_folder(tree, n=5, seed=1)
