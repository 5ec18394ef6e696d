"""Pictures of one fixed page beside stored ones, so that no side breaks unseen.

After a change that is meant, store new pictures and look at them:
``STORE_PICTURES=1 python -m pytest tests/browser/test_looks.py``.
"""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from browser.visits import SIZES, THEMES, served

STORED = Path(__file__).parent / "pictures"
# Letters of code come from the system, and differ from one machine to the next.
SAME_LETTERS = "pre, code, kbd, samp { font-family: Vazirmatn !important }"
BLOCK = 12
# A block of the picture differs when its mean colour does, by more than this of 255 levels.
LEVELS = 24
SHARE = 0.004
# Of 255: Chromium rounds the smooth edge of an icon now so, now otherwise.
ROUNDED = 2


def blocks(picture: Image.Image) -> np.ndarray:
    """Return the mean colours of a picture's blocks: what the eye sees from afar, without edges."""
    size = (picture.width // BLOCK, picture.height // BLOCK)
    return np.asarray(picture.convert("RGB").resize(size, Image.Resampling.BOX), dtype=float)


def difference(one: Image.Image, other: Image.Image) -> float:
    """Return the share of blocks that differ; all of them if the page changed its length."""
    if abs(one.height - other.height) > 2 * BLOCK or one.width != other.width:
        return 1.0
    height = min(one.height, other.height) // BLOCK
    apart = np.abs(blocks(one)[:height] - blocks(other)[:height]).max(axis=-1)
    return float((apart > LEVELS).mean())


@pytest.fixture(scope="module")
def base(fixture_site: Path) -> Iterator[str]:
    with served(fixture_site) as address:
        yield address


def take(browser: Browser, address: str, width: int, theme: str) -> Image.Image:
    """Take a picture of a whole page."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        reduced_motion="reduce",
        bypass_csp=True,  # for the styles that the pictures want
    )
    context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    page = context.new_page()
    page.goto(address, wait_until="load")
    page.add_style_tag(content=SAME_LETTERS)
    page.evaluate("() => document.fonts.ready")
    shot = page.screenshot(full_page=True, animations="disabled", caret="hide")
    context.close()
    return Image.open(io.BytesIO(shot))


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", SIZES)
@pytest.mark.parametrize("edition", ["fa", "en"])
def test_the_page_looks_as_before(
    browser: Browser,
    base: str,
    edition: str,
    width: int,
    theme: str,
    request: pytest.FixtureRequest,
) -> None:
    folder = "en/" if edition == "en" else ""
    picture = take(browser, f"{base}/{folder}everything.html", width, theme)
    stored = STORED / f"{edition}-{width}-{theme}.webp"
    if os.environ.get("STORE_PICTURES"):
        STORED.mkdir(exist_ok=True)
        picture.save(stored, quality=60, method=6)
    with Image.open(stored) as before:
        share = difference(picture, before)
    assert share <= SHARE, f"{share:.1%} of {stored.name} looks different"


@pytest.fixture(scope="module")
def base_as_written(fixture_as_written: Path) -> Iterator[str]:
    with served(fixture_as_written) as address:
        yield address


@pytest.mark.parametrize("width", SIZES)
def test_an_english_page_is_the_theme_s_own_to_the_pixel(
    browser: Browser, base: str, base_as_written: str, width: int
) -> None:
    for _ in range(3):  # a late font or formula makes two loads of the same page differ
        ours, theirs = (
            np.asarray(take(browser, f"{address}/en/everything.html", width, "light"), int)
            for address in (base, base_as_written)
        )
        if ours.shape == theirs.shape and np.abs(ours - theirs).max() <= ROUNDED:
            break
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=ROUNDED)


def test_a_persian_page_needs_the_rewritten_styles(
    browser: Browser, base: str, base_as_written: str
) -> None:
    """Also the proof that the styles of the test above were really others."""
    ours, theirs = (
        take(browser, f"{address}/everything.html", 1366, "light")
        for address in (base, base_as_written)
    )
    assert difference(ours, theirs) > SHARE


def test_a_moved_bar_is_seen() -> None:
    """The measure sees what it must: a sidebar on the other side, a lost border."""
    page = Image.new("RGB", (1200, 600), "white")
    page.paste("navy", (0, 0, 240, 600))
    mirrored = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert difference(page, page) == 0.0
    assert difference(page, mirrored) > SHARE
