"""Scripts, styles and fonts: served by the site itself, and only where a page needs them."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from ..page.markup import Tag, without

STATIC = Path(__file__).parents[1] / "static"
# Live code is off, but its loader comes with every page, twice, and throws. `fontawesome.js` draws
# again, from 1.5 MB of paths, the icons that the web font draws (pydata-sphinx-theme#2379).
# `translations.js` makes a function of a text, and our words hold all of its own.
NEEDLESS = re.compile(r"scripts/fontawesome\.js|sphinx-thebe\.(?:js|css)|translations\.js")
NEEDLESS_TEXT = re.compile(
    "THEBE_JS_URL|thebe_selector|bootstrap_theme|requestKernel|kernelName|OPTIONS.pagename"
)
# The theme's first script leaves the colours open, and its last, when the page is there, sets them:
# every element is styled twice.
COLOURS = re.compile(r"(\.dataset\.theme =) [^;]*;")
CHOSEN = """{ auto: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" }[
      document.documentElement.dataset.mode] ?? document.documentElement.dataset.mode;"""
SEARCH = re.compile(r"(?:^|/)(?:searchtools|language_data|searchindex)\.js")


def without_needless_scripts(page: str, pagename: str) -> str:
    """Drop from a page the scripts that it does not use."""

    def is_needless(tag: Tag, text: str) -> bool:
        address = tag.value("src") or tag.value("href")
        if tag.name == "link":
            return tag.value("rel") == "preload" or NEEDLESS.search(address) is not None
        if tag.name != "script":
            return False
        if NEEDLESS.search(address) or NEEDLESS_TEXT.search(text):
            return True
        return pagename != "search" and SEARCH.search(address) is not None

    return without(page, is_needless)


def with_colours(script: str) -> str:
    """Have the script that runs before the first painting choose the colours of the page.

    >>> with_colours("html.dataset.theme = localStorage.getItem('theme') || '';")[:24]
    'html.dataset.theme = { a'
    """
    return COLOURS.sub(rf"\1 {CHOSEN}", script)


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]
    # Without a mode the theme's script writes an error into the console of every page.
    config["html_context"] = {"default_mode": "auto", **config.html_context}


def add_files(app: Sphinx) -> None:
    """Add our style and scripts, after those of the theme and the extensions."""
    app.add_css_file("persian-book.css", priority=900)
    app.add_js_file("persian-book-words.js", priority=900)
    app.add_js_file("persian-book.js", priority=901)
