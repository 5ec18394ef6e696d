"""What `draw` returns: shapes, masks, repeatability, balance, and what it refuses."""

import numpy as np
import pytest

from cnnbook import cars


@pytest.fixture(scope="module")
def drawn():
    return cars.draw(60, seed=11, size=96)


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


def test_the_two_sides_of_a_street_are_equally_likely():
    many = cars.draw(200, seed=2, size=32)
    front = many.regions == 2 + cars.PARTS.index("headlamp")
    x = np.arange(32)
    sides = [(m.sum(0) @ x) / m.sum() > (c.sum(0) @ x) / c.sum()
             for m, c, p in zip(front, many.car_masks, many.poses, strict=True)
             if m.any() and cars.POSES[p] == "side"]  # fmt: skip
    assert 0.25 < np.mean(sides) < 0.75


def test_the_mark_changes_nothing_but_its_corner():
    plain, marked = (cars.draw(10, seed=4, size=64, watermark=w) for w in (False, True))
    np.testing.assert_array_equal(plain.poses, marked.poses)
    away = np.s_[:, 18:, 34:]  # JPEG's blocks of 16 spread the mark a little
    np.testing.assert_array_equal(plain.images[away], marked.images[away])
    assert (plain.images[:, :8, :16] != marked.images[:, :8, :16]).any(axis=(1, 2, 3)).all()


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


@pytest.mark.parametrize(
    ("wrong", "error", "message"),
    [
        ({"n": -3}, ValueError, "n must be at least 0; got -3"),
        ({"n": 2.0}, TypeError, "n must be an integer; got 2.0"),
        ({"n": True}, TypeError, "n must be an integer; got True"),
        ({"n": np.True_}, TypeError, "n must be an integer"),
        ({"n": "2"}, TypeError, "n must be an integer; got '2'"),
        ({"n": None}, TypeError, "n must be an integer; got None"),
        ({"n": np.array([1, 2])}, TypeError, "n must be an integer"),
        ({"size": 31}, ValueError, "size must be at least 32; got 31"),
        ({"size": np.float64(64)}, TypeError, "size must be an integer"),
        ({"seed": -1}, ValueError, "seed must be at least 0; got -1"),
        ({"seed": None}, TypeError, "seed must be an integer"),
        ({"start": -1}, ValueError, "start must be at least 0; got -1"),
        ({"difficulty": 1.5}, ValueError, "difficulty must be in 0..1; got 1.5"),
        ({"difficulty": -1e-9}, ValueError, "difficulty must be in 0..1"),
        ({"difficulty": float("nan")}, ValueError, "difficulty must be in 0..1; got nan"),
        ({"difficulty": True}, TypeError, "difficulty must be a number; got True"),
        ({"difficulty": "hard"}, TypeError, "difficulty must be a number; got 'hard'"),
    ],
)
def test_draw_refuses(wrong, error, message):
    with pytest.raises(error) as caught:
        cars.draw(**({"n": 1, "seed": 0} | wrong))
    assert str(caught.value).startswith(message)


def test_numbers_of_numpy_are_numbers(drawn):
    again = cars.draw(
        np.int8(2), np.uint64(11), np.int16(96), difficulty=np.float32(0), start=np.array(3)
    )
    np.testing.assert_array_equal(again.images, drawn.images[3:5])
    assert cars.draw(0, seed=0).images.shape == (0, 150, 150, 3)
