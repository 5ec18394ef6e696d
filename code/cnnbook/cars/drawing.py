"""Draw labelled pictures of makes whose telling parts are known."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from numbers import Real
from operator import index
from random import Random
from typing import NamedTuple, SupportsIndex

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from cnnbook.cars.camera import choose_pose, look
from cnnbook.cars.canvas import Canvas, Colour
from cnnbook.cars.caricature import mesh
from cnnbook.cars.film import develop, make_grain
from cnnbook.cars.makes import CLASS_NAMES, MAKES
from cnnbook.cars.mesh import Mesh
from cnnbook.cars.paint import PAINTS, paint
from cnnbook.cars.street import foreground, shadow, street
from cnnbook.cars.vehicle import PARTS

# Measured: at this setting, with 1,500 pictures of 96 pixels, the homework's CNN ends at 0.83 to
# 0.96 test accuracy (three seeds) after a training that a reader will wait for.
DEFAULT_DIFFICULTY = 0.0

SMALLEST = 32  # pixels a side; below it there is no lamp left to see

# Numbers in `regions`: 0 is the street, 1 the body, then the parts that tell makes apart.
_NUMBERS = {"body": 1, "screen": 1} | {name: i + 2 for i, name in enumerate(PARTS)}
_MARK = 255  # the dealer's, until it has a mask of its own


@dataclass(frozen=True)
class DrawnCars:
    """Pictures, what they show, and where.

    Attributes
    ----------
    images : (n, h, w, 3) uint8
    labels : (n,) int64
        Positions in :data:`CLASS_NAMES`.
    poses : (n,) int64
        Positions in :data:`POSES`.
    regions : (n, h, w) uint8
        0 street, 1 body, 2 and above the telling parts, in the order of :data:`PARTS`.
    watermark_masks : (n, h, w) bool
        Where the dealer's mark is; empty without one.

    Examples
    --------
    >>> cars = draw(5, seed=0, size=64)
    >>> cars.car_masks.shape, bool((cars.part_masks & ~cars.car_masks).any())
    ((5, 64, 64), False)
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    poses: NDArray[np.int64]
    regions: NDArray[np.uint8]
    watermark_masks: NDArray[np.bool_]

    @property
    def car_masks(self) -> NDArray[np.bool_]:
        """Mark the pixels of the car, (n, h, w)."""
        return self.regions > 0

    @property
    def part_masks(self) -> NDArray[np.bool_]:
        """Mark the pixels of the parts that tell the makes apart, (n, h, w)."""
        return self.regions > 1


def draw(
    n: int,
    seed: int,
    size: int = 150,
    watermark: bool | ArrayLike = False,
    difficulty: float = DEFAULT_DIFFICULTY,
    start: int = 0,
) -> DrawnCars:
    """Draw n pictures of cars in a street, with masks: images (n, size, size, 3) uint8.

    The makes take turns (``labels`` is 0, 1, 2, 3, 4, 0, ...) and differ in headlamps, grille, tail
    lamps, wheels, and in having a boot or a hatch. Picture ``i`` depends on ``seed`` and ``i``
    alone, so a longer series begins with the shorter one.

    Parameters
    ----------
    n : int
    seed : int
    size : int
        Side in pixels, at least 32.
    watermark : bool or (n,) int
        Stamp a dealer's mark into a corner that betrays the class, as the seller's marks of real
        advertisements do: a model that reads the mark need not look at the car. Given classes,
        picture ``i`` gets the mark of ``watermark[i]``, whatever car it shows.
    difficulty : float
        At 0 the makes are caricatures, near, in five clean poses and good light. Towards 0.6 they
        become themselves, towards 1 they approach one average car; poses spread, the street fills,
        the light varies, and something may stand before them.
    start : int
        Number of the first picture, for those who draw a long series piece by piece.

    Raises
    ------
    TypeError
        If a count is no integer, or ``difficulty`` no number.
    ValueError
        If ``n``, ``seed`` or ``start`` is negative, ``size`` is below 32, ``difficulty`` is
        outside 0..1, or ``watermark`` is no class for each picture.

    Examples
    --------
    >>> cars = draw(10, seed=1, size=64)
    >>> cars.images.shape, cars.images.dtype
    ((10, 64, 64, 3), dtype('uint8'))
    >>> [CLASS_NAMES[label] for label in cars.labels[:2]]
    ['iranKhodro_dena', 'kia_cerato']
    >>> bool(np.array_equal(draw(3, seed=1, size=64).images, cars.images[:3]))
    True
    """
    n, size = whole_number("n", n), whole_number("size", size, least=SMALLEST)
    seed, start = whole_number("seed", seed), whole_number("start", start)
    if isinstance(difficulty, bool) or not isinstance(difficulty, Real):
        raise TypeError(f"difficulty must be a number; got {difficulty!r}")
    if not 0 <= difficulty <= 1:
        raise ValueError(f"difficulty must be in 0..1; got {difficulty}")
    labels = np.arange(start, start + n, dtype=np.int64) % len(CLASS_NAMES)
    marks = _marks(labels, watermark)
    grain = make_grain(size)
    photos = (
        photograph(Scene(mesh(label, difficulty), mark), size, difficulty, grain, dice(seed, i))
        for i, label, mark in zip(range(start, start + n), labels.tolist(), marks, strict=True)
    )
    return gather(photos, labels, size)


class Scene(NamedTuple):
    """What stands before the camera.

    Attributes
    ----------
    mesh : Mesh
    mark : int or None
        The class whose dealer's mark is stamped on.
    paints : sequence of colours
        What the body's colour is drawn from.
    turned : float
        Radians that the car is turned beyond its pose.
    framed : Mesh or None
        What the camera is set for, if not the mesh.

    Examples
    --------
    >>> Scene(mesh(0, 0.6)).mark is None
    True
    """

    mesh: Mesh
    mark: int | None = None
    paints: Sequence[Colour] = PAINTS
    turned: float = 0.0
    framed: Mesh | None = None


class Photo(NamedTuple):
    """A photo, (size, size, 3) uint8, the pose in it, and the canvas that it was taken of.

    Examples
    --------
    >>> Photo(2, Canvas(32), np.zeros((32, 32, 3), np.uint8)).pose
    2
    """

    pose: int
    canvas: Canvas
    image: NDArray[np.uint8]


def photograph(
    scene: Scene, size: int, difficulty: float, grain: Image.Image, rng: Random
) -> Photo:
    """Put a scene into a street and take its photo.

    Examples
    --------
    >>> photograph(Scene(mesh(0, 0.6)), 64, 0.6, make_grain(64), dice(1, 0)).image.shape
    (64, 64, 3)
    """
    pose, canvas = compose(scene, size, difficulty, rng)
    place = rng.uniform(0, 4), rng.uniform(0, 4)
    if scene.mark is not None:
        _stamp(canvas, scene.mark, *place)
    return Photo(pose, canvas, develop(canvas, grain, difficulty, rng))


def gather(photos: Iterable[Photo], labels: NDArray[np.int64], size: int) -> DrawnCars:
    """Put photos together with what they show.

    Examples
    --------
    >>> photo = photograph(Scene(mesh(0, 0.6)), 64, 0.6, make_grain(64), dice(1, 0))
    >>> gather([photo], np.zeros(1, int), 64).regions.shape
    (1, 64, 64)
    """
    n = len(labels)
    cars = DrawnCars(
        images=np.empty((n, size, size, 3), np.uint8),
        labels=labels,
        poses=np.empty(n, np.int64),
        regions=np.empty((n, size, size), np.uint8),
        watermark_masks=np.zeros((n, size, size), bool),
    )
    for i, photo in enumerate(photos):
        cars.poses[i], cars.images[i] = photo.pose, photo.image
        cars.regions[i] = photo.canvas.regions()
    cars.watermark_masks[:] = cars.regions == _MARK
    cars.regions[cars.watermark_masks] = 0
    return cars


def whole_number(name: str, value: SupportsIndex, least: int = 0) -> int:
    """Return an integer of any library as Python's own, or say what is wrong with it.

    Raises
    ------
    TypeError
        If it is no integer; True and False are none.
    ValueError
        If it is below ``least``.

    Examples
    --------
    >>> whole_number("n", np.uint8(3))
    3
    >>> whole_number("n", -3)
    Traceback (most recent call last):
    ValueError: n must be at least 0; got -3
    """
    try:
        number = index(value)
    except TypeError:
        number = None
    if number is None or isinstance(value, bool):
        raise TypeError(f"{name} must be an integer; got {value!r}")
    if number < least:
        raise ValueError(f"{name} must be at least {least}; got {number}")
    return number


def dice(seed: int, number: int) -> Random:
    """Return the random numbers of one picture of a series.

    Examples
    --------
    >>> dice(1, 0).random() == dice(1, 0).random() != dice(0, 1).random()
    True
    """
    return Random((index(seed) << 32) + index(number))  # NumPy's own integers would overflow


def compose(scene: Scene, size: int, difficulty: float, rng: Random) -> tuple[int, Canvas]:
    """Put a vehicle into a street: pose, and the canvas of a picture of size x size.

    Examples
    --------
    >>> pose, canvas = compose(Scene(mesh(0, 0.0)), 64, 0.0, Random(0))
    >>> regions = canvas.regions()
    >>> regions.shape, bool((regions > 1).any())
    ((64, 64), True)
    """
    canvas = Canvas(size)
    pose, turn = choose_pose(difficulty, rng)
    fill = rng.uniform(0.88 - 0.35 * difficulty, 0.96)
    view = look(scene.mesh, turn + scene.turned, canvas.side, fill, rng, scene.framed)
    street(canvas, view, 0.4 + 1.6 * difficulty, rng)
    shadow(canvas, view)
    paint(scene.mesh, view, canvas, _NUMBERS, rng, scene.paints)
    if rng.random() < 0.5 * difficulty:
        foreground(canvas, rng)
    return pose, canvas


def _marks(labels: NDArray[np.int64], watermark: bool | ArrayLike) -> Sequence[int | None]:
    """Return the class whose mark each picture gets, if any."""
    if isinstance(watermark, bool | np.bool_):
        return labels.tolist() if watermark else [None] * len(labels)
    marks = np.asarray(watermark)
    known = np.isin(marks, np.arange(len(CLASS_NAMES)))
    if marks.shape != labels.shape or marks.dtype.kind not in "iu" or not known.all():
        raise ValueError(
            f"watermark must be True, False or one of the {len(CLASS_NAMES)} classes for each of "
            f"the {len(labels)} pictures; got {watermark!r}"
        )
    return [int(mark) for mark in marks]


def _stamp(canvas: Canvas, label: int, dx: float, dy: float) -> None:
    """Stamp the dealer's mark of this class near the upper left corner."""
    side = canvas.side
    w, h = 0.20 * side, 0.09 * side
    x, y = 0.03 * side + dx, 0.03 * side + dy
    ground = canvas.number(MAKES[label].mark_colour, _MARK)
    white = canvas.number((255, 255, 255), _MARK)
    canvas.pen.rounded_rectangle([x, y, x + w, y + h], 0.02 * side, ground)
    for k in range(4):
        left = x + w * (0.12 + 0.2 * k)
        tall = 0.2 + 0.5 * ((label >> (k % 3)) & 1)
        canvas.pen.rectangle([left, y + h * (0.85 - tall), left + 0.1 * w, y + 0.85 * h], white)
