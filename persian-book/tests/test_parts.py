"""Heading ids, addresses, scripts, texts and terms."""

import doctest
import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sphinx.errors import ExtensionError

import persian_book
from persian_book.languages import Language
from persian_book.page.switch import href
from persian_book.search.texts import sections_of
from persian_book.site.pictures import make_light
from persian_book.site.scripts import without_needless_scripts
from persian_book.source.terms import read_terms
from persian_book.tree.ids import slug

MODULES = [
    module.name
    for module in pkgutil.walk_packages(persian_book.__path__, "persian_book.")
    if module.name != "persian_book.__main__"
]


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_the_docstrings_run(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("فرمول اصلی", "فرمول-اصلی"),
        ("لایه‌های Conv2D", "لایه-های-conv2d"),
        ("«قاعدهٔ زنجیری» چیست؟", "قاعده-زنجیری-چیست"),
    ],
)
def test_slugs(title: str, expected: str) -> None:
    assert slug(title) == expected


def test_each_edition_leads_to_the_same_page_of_the_other() -> None:
    assert href(Language.FA, Language.EN, "q1", ".html") == "en/q1.html"
    assert href(Language.EN, Language.FA, "q1", ".html") == "../q1.html"
    assert href(Language.FA, Language.EN, "a/b", ".html") == "../en/a/b.html"


STOCK = (
    '<script defer src="_static/scripts/fontawesome.js?d=1"></script>'
    '<script>const THEBE_JS_URL = "https://unpkg.com/x"</script>'
    '<script async="async" src="_static/sphinx-thebe.js?v=1"></script>'
    '<script src="_static/searchtools.js"></script><script src="searchindex.js"></script>'
)


def test_a_page_loads_only_the_scripts_it_uses() -> None:
    assert without_needless_scripts(STOCK, "q1") == ""
    assert "searchindex" in without_needless_scripts(STOCK, "search")


def test_the_text_of_a_page_is_what_a_reader_sees() -> None:
    page = (
        "<nav>منو</nav><article><h1>عنوان<a class='headerlink'>#</a></h1><script>x()</script>"
        "<ul><li>یک&amp;دو</li><li>س<b>ه</b> با "
        "<mjx-container><mjx-c></mjx-c><math><msup><mi>x</mi><mn>2</mn></msup></math>"
        "</mjx-container>.</li></ul></article>پا"
    )
    assert sections_of(page) == [["", "page", "عنوان", "یک&دو سه با x^2."]]


def saved(path: Path, pixels: np.ndarray) -> Image.Image:
    Image.fromarray(pixels).save(path)
    before = path.stat().st_size
    make_light(path)
    with Image.open(path) as picture:
        picture.load()
    assert (path.stat().st_size < before) == (picture.mode == "P")
    return picture


def test_plots_get_a_palette_and_stay_as_they_look(tmp_path: Path) -> None:
    plot = np.full((200, 300, 4), 255, np.uint8)
    plot[50:150, :, :3] = (np.arange(300) // 4)[None, :, None]
    light = saved(tmp_path / "plot.png", plot)
    assert light.mode == "P"
    assert np.abs(np.asarray(light.convert("RGBA"), int) - plot).max() <= 2
    assert list(tmp_path.iterdir()) == [tmp_path / "plot.png"]


def test_photos_and_transparent_pictures_keep_their_colours(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    assert (np.asarray(saved(tmp_path / "photo.png", noise)) == noise).all()
    clear = np.zeros((8, 8, 4), np.uint8)
    assert saved(tmp_path / "clear.png", clear).mode == "RGBA"


def test_terms_are_read_and_a_wrong_key_is_named(tmp_path: Path) -> None:
    assert read_terms(tmp_path) == []
    (tmp_path / "terms.yml").write_text(
        "- {id: kernel, en: kernel, fa: کرنل, also: [هسته]}", "utf-8"
    )
    assert read_terms(tmp_path)[0].names == ["کرنل", "kernel", "هسته"]
    (tmp_path / "terms.yml").write_text("- {id: kernel, english: kernel}", "utf-8")
    with pytest.raises(ExtensionError, match="english"):
        read_terms(tmp_path)
