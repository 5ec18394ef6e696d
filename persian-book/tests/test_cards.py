"""The picture beside a link, read as pixels."""

import os

import numpy as np
import pytest
from PIL import Image

from persian_book.languages import Language
from persian_book.site.cards import BAR, BOLD, MARGIN, SIZE, can_shape, card, letters, lines_of

pytestmark = pytest.mark.skipif(
    not can_shape() and not os.environ.get("CI"), reason="no FriBiDi (apt install libfribidi0)"
)
LONG = "گرادیان، از میانگین تا کرنل و دوباره تا ورودی، گام به گام و با Grad-CAM و 1×1"


def inked(picture: Image.Image) -> tuple[int, int]:
    """Return the first and the last column with ink, without the bar."""
    dark = np.asarray(picture.convert("L"))[:, BAR:-BAR].min(axis=0) < 128
    columns = np.flatnonzero(dark) + BAR
    return int(columns[0]), int(columns[-1])


@pytest.mark.parametrize(
    ("language", "title"), [(Language.FA, "لایه"), (Language.EN, "Layers"), (Language.FA, LONG)]
)
def test_a_title_begins_at_the_side_where_its_language_begins(
    language: Language, title: str
) -> None:
    first, last = inked(card(title, "کتاب" if language is Language.FA else "Book", language))
    assert first >= MARGIN - 8 and last <= SIZE[0] - MARGIN + 8
    begins = SIZE[0] - MARGIN - last if language is Language.FA else first - MARGIN
    assert abs(begins) < 12
    if title != LONG:
        assert last - first < SIZE[0] / 2


def test_letters_join_and_none_is_missing() -> None:
    """Joined letters are narrower than the same ones apart; a missing one would be a box."""
    font = letters(BOLD, 60)
    apart = sum(font.getlength(letter, direction="rtl") for letter in "شبکه")
    assert font.getlength("شبکه", direction="rtl") < 0.9 * apart
    box = font.getmask("\uffff").getbbox()
    assert all(font.getmask(letter).getbbox() != box for letter in "پچژگی۵Ga×1")


def test_lines_break_between_words_and_lose_none() -> None:
    font = letters(BOLD, 60)
    lines = lines_of(LONG, font, 600, "rtl")
    assert " ".join(lines) == LONG and len(lines) > 2
    assert max(font.getlength(line, direction="rtl") for line in lines) <= 600
