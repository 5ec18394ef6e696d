"""One thing changes in a drawn car, and nothing else."""

from functools import cache

import numpy as np
import pytest
from scipy.ndimage import maximum_filter

from cnnbook import cars
from cnnbook.cars.counterfactuals import CHANGES, Changed, change

N, SIZE = 20, 96
# JPEG shares colour among 16 pixels, and the camera blurs by a few.
REACH = 2 * (16 + 4) + 1
ONE_PLACE = [what for what in CHANGES if what != "pose"]


@pytest.fixture(scope="module", params=[0.0, 0.6])
def difficulty(request: pytest.FixtureRequest) -> float:
    return float(request.param)


def near(areas: np.ndarray) -> np.ndarray:
    """Widen areas by what the camera may carry over."""
    wide: np.ndarray = maximum_filter(areas, (1, REACH, REACH))
    return wide


@cache
def changed(what: str, difficulty: float) -> Changed:
    return change(what, N, 3, SIZE, difficulty)


@pytest.mark.parametrize("what", CHANGES)
def test_before_is_what_draw_draws(what: str, difficulty: float) -> None:
    found = changed(what, difficulty).before
    drawn = cars.draw(N, 3, SIZE, what == "mark", difficulty)
    for name in ("images", "labels", "poses", "regions", "watermark_masks"):
        np.testing.assert_array_equal(getattr(found, name), getattr(drawn, name))


@pytest.mark.parametrize("what", ONE_PLACE)
def test_all_else_is_the_same_to_the_byte(what: str, difficulty: float) -> None:
    found = changed(what, difficulty)
    differ = (found.before.images != found.after.images).any(axis=-1)
    assert differ.any()
    assert not (differ & ~near(found.areas)).any()
    untouched = ~found.areas.any(axis=(1, 2))
    assert not differ[untouched].any()


@pytest.mark.parametrize("what", cars.PARTS)
def test_a_part_changes_where_it_is(what: str, difficulty: float) -> None:
    found = changed(what, difficulty)
    number = 2 + cars.PARTS.index(what)
    shown = (found.before.regions == number) | (found.after.regions == number)
    on_part = found.areas & near(shown)
    assert on_part.sum() > 0.9 * found.areas.sum() > 0
    assert not (found.areas & ~(found.before.car_masks | found.after.car_masks)).all()


def test_a_colour_changes_the_body_and_a_mark_the_mark(difficulty: float) -> None:
    colour = changed("colour", difficulty)
    assert (colour.before.regions == colour.after.regions).all()
    assert colour.areas[colour.before.regions == 1].mean() > 0.4
    mark = changed("mark", difficulty)
    assert not (mark.areas & ~near(mark.before.watermark_masks)).any()
    np.testing.assert_array_equal(
        mark.after.images,
        cars.draw(N, 3, SIZE, (mark.before.labels + 1) % 5, difficulty).images,
    )


def test_a_part_of_its_own_make_changes_nothing() -> None:
    for what in (*cars.PARTS, "mark"):
        found = change(what, 10, 3, SIZE, donors=np.arange(10) % 5)
        assert not found.areas.any()
        assert (found.before.images == found.after.images).all()


@pytest.mark.parametrize(
    ("what", "donors", "message"),
    [
        ("door", None, "what must be one of headlamp, grille, .*; got 'door'"),
        ("grille", [1, 2], "a class for each of the 5 pictures"),
        ("grille", [0, 1, 2, 3, 5], "a class for each of the 5 pictures"),
    ],
)
def test_what_is_no_change_is_refused(what: str, donors: list[int] | None, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        change(what, 5, 3, SIZE, donors=donors)
