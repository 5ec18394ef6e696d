"""A date in the calendar of the reader: ``{date}`2026-11-25```.

The English edition writes it in the Gregorian calendar; the Persian one in the Persian calendar,
with the Gregorian date in brackets.
"""

from datetime import date, timedelta

from babel.dates import format_date
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

MONTHS = [
    *("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور"),  # of 31 days
    *("مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"),  # of 30, the last of 29 or 30
]
NOWRUZ_1400 = date(2021, 3, 21)


def days_of_year(year: int) -> int:
    """Return the length of a Persian year; leap years come eight in 33, which holds from 1305 on.

    >>> [days_of_year(year) for year in (1399, 1400, 1403, 1408)]
    [366, 365, 366, 366]
    """
    return 366 if (8 * year + 29) % 33 < 8 else 365


def persian_date(day: date) -> tuple[int, int, int]:
    """Return year, month and day in the Persian calendar.

    >>> persian_date(date(2026, 11, 25))
    (1405, 9, 4)
    """
    year, nowruz = 1400, NOWRUZ_1400
    while day < nowruz:
        year -= 1
        nowruz -= timedelta(days_of_year(year))
    while day >= nowruz + timedelta(days_of_year(year)):
        nowruz += timedelta(days_of_year(year))
        year += 1
    passed = (day - nowruz).days
    if passed < 6 * 31:
        return year, passed // 31 + 1, passed % 31 + 1
    return year, (passed - 6 * 31) // 30 + 7, (passed - 6 * 31) % 30 + 1


def written(day: date, language: str) -> str:
    """Write a date in the words of an edition.

    >>> written(date(2026, 11, 25), "fa")
    '4 آذر 1405 (25 نوامبر 2026)'
    >>> written(date(2026, 11, 25), "en")
    '25 November 2026'
    """
    gregorian = format_date(day, "d MMMM y", locale=language)
    if language != "fa":
        return gregorian
    year, month, rest = persian_date(day)
    return f"{rest} {MONTHS[month - 1]} {year} ({gregorian})"


class Date(SphinxRole):
    """The role."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Write the date; whoever typed it wrongly is told where."""
        try:
            return [nodes.Text(written(date.fromisoformat(self.text), self.config.language))], []
        except ValueError as error:
            message = self.inliner.reporter.error(f"date: {error}", line=self.lineno)
            return [], [message]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role."""
    app.add_role("date", Date())
    return {"parallel_read_safe": True, "parallel_write_safe": True}
