"""Pictures of one fixed page beside stored ones, so that no side breaks unseen.

After a change that is meant, store new pictures and look at them:
``STORE_PICTURES=1 python -m pytest tests/browser/test_looks.py``.
"""

import io
import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

import docutils
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Route

from browser.visits import SIZES, THEMES, served
from persian_book.site.logical import to_logical
from persian_book.site.styles import MARK

STORED = Path(__file__).parent / "pictures"
# Letters of code come from the system, and differ from one machine to the next.
SAME_LETTERS = "pre, code, kbd, samp { font-family: Vazirmatn !important }"
BLOCK = 12
# A block of the picture differs when its mean colour does, by more than this of 255 levels.
LEVELS = 24
SHARE = 0.004


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


def take(
    browser: Browser,
    address: str,
    width: int,
    theme: str,
    styles: Mapping[str, str] = MappingProxyType({}),
) -> Image.Image:
    """Take a picture of a whole page; ``styles`` replaces style sheets by their file's name."""
    context = browser.new_context(
        viewport={"width": width, "height": SIZES[width]},
        reduced_motion="reduce",
        bypass_csp=True,  # for the styles that the pictures want
    )
    context.add_init_script(f"localStorage.mode = localStorage.theme = '{theme}'")
    page = context.new_page()
    for name, css in styles.items():
        answer = partial(Route.fulfill, body=css, content_type="text/css")
        page.route(re.compile(rf"/{re.escape(name)}(\?|$)"), answer)
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
    share = difference(picture, Image.open(stored))
    assert share <= SHARE, f"{share:.1%} of {stored.name} looks different"


def untouched(site: Path) -> dict[str, str]:
    """Return the rewritten style sheets of a site as their authors wrote them, by name."""
    packages = Path(docutils.__file__).parents[1]
    found = {}
    for path in (site / "_static").rglob("*.css"):
        served = path.read_text("utf-8")
        for original in packages.glob(f"*/**/static/**/{path.name}"):
            css = original.read_text("utf-8")
            if css != served.removeprefix(MARK) and MARK + to_logical(css) == served:
                found[path.name] = css
    return found


@pytest.mark.parametrize("width", SIZES)
def test_an_english_page_is_the_theme_s_own_to_the_pixel(
    browser: Browser, base: str, fixture_site: Path, width: int
) -> None:
    originals = untouched(fixture_site)
    assert {"sphinx-book-theme.css", "pydata-sphinx-theme.css"} <= set(originals)
    address = f"{base}/en/everything.html"
    for _ in range(3):  # a late font or formula makes two loads of the same page differ
        ours = np.asarray(take(browser, address, width, "light"))
        theirs = np.asarray(take(browser, address, width, "light", originals))
        if np.array_equal(ours, theirs):
            break
    np.testing.assert_array_equal(ours, theirs)


def test_a_persian_page_needs_the_rewritten_styles(
    browser: Browser, base: str, fixture_site: Path
) -> None:
    """Also the proof that the styles were really exchanged in the test above."""
    address = f"{base}/everything.html"
    theirs = take(browser, address, 1366, "light", untouched(fixture_site))
    assert difference(take(browser, address, 1366, "light"), theirs) > SHARE


def test_a_moved_bar_is_seen() -> None:
    """The measure sees what it must: a sidebar on the other side, a lost border."""
    page = Image.new("RGB", (1200, 600), "white")
    page.paste("navy", (0, 0, 240, 600))
    mirrored = page.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    assert difference(page, page) == 0.0
    assert difference(page, mirrored) > SHARE
