"""Camera, street, palette and film, each beside what it stands for."""

from random import Random

import numpy as np
import pytest

from cnnbook import cars
from cnnbook.cars.camera import look
from cnnbook.cars.canvas import Canvas
from cnnbook.cars.caricature import mesh
from cnnbook.cars.drawing import Scene, compose
from cnnbook.cars.film import develop, make_grain
from cnnbook.cars.paint import paint


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
    tones = max(len(mesh(k, d).tones.materials) for k in range(5) for d in (0, 0.3, 0.6, 1))
    assert places + walls + road + tones + 2 <= 256
    most = max(compose(Scene(mesh(i % 5, 1)), 32, 1, Random(i))[1].used for i in range(500))
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


def test_difficulty_moves_makes_together():
    def distance(difficulty):
        one, two = (mesh(k, difficulty) for k in (2, 3))
        count = min(len(one.points), len(two.points))
        return np.abs(one.points[:count] - two.points[:count]).mean()

    assert distance(0.0) > distance(0.5) > distance(1.0)
