"""Dates in the Persian calendar."""

import doctest
from datetime import date

import pytest

import dates
from dates import persian_date


def test_examples_in_the_docstrings_run() -> None:
    assert doctest.testmod(dates).failed == 0


@pytest.mark.parametrize(
    ("day", "persian"),
    [
        # Leap years and new years as the calendar of Iran had them.
        (date(2017, 3, 20), (1395, 12, 30)),
        (date(2017, 3, 21), (1396, 1, 1)),
        (date(2020, 3, 20), (1399, 1, 1)),
        (date(2021, 3, 20), (1399, 12, 30)),
        (date(2024, 3, 20), (1403, 1, 1)),
        (date(2025, 3, 20), (1403, 12, 30)),
        (date(2025, 9, 22), (1404, 6, 31)),
        (date(2025, 9, 23), (1404, 7, 1)),
    ],
)
def test_days_around_new_year(day: date, persian: tuple[int, int, int]) -> None:
    assert persian_date(day) == persian
