"""The way from each page to the same page in the other language."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from ..languages import Language, language_of

TEMPLATES = Path(__file__).parents[1] / "templates"
SWITCH = "language-switch.html"
# The first edition stands at the root of the site.
FOLDER = {Language.FA: "", Language.EN: "en/"}


def href(here: Language, there: Language, pagename: str, suffix: str) -> str:
    """Return the address of a page in another edition, relative to the page itself.

    >>> href(Language.EN, Language.FA, "part/page", ".html")
    '../../part/page.html'
    """
    up = "../" * (pagename.count("/") + FOLDER[here].count("/"))
    return f"{up}{FOLDER[there]}{pagename}{suffix}"


def address(config: Config, language: Language, name: str) -> str:
    """Return the address of a file of an edition; nothing where the book has no address."""
    base = str(config.html_baseurl).removesuffix("/").removesuffix(f"/{Language.EN.code}")
    return f"{base}/{FOLDER[language]}{name}" if base else ""


def offer_other_edition(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Tell the templates, and search engines, where the page's other editions are."""
    here = language_of(app.config)
    suffix = app.config.html_file_suffix or ".html"
    for there in Language:
        # Search engines take whole addresses alone.
        if whole := address(app.config, there, f"{pagename}{suffix}"):
            link = f'<link rel="alternate" hreflang="{there.code}" href="{whole}" />\n'
            context["metatags"] = context.get("metatags", "") + link
        if there is not here:
            context["other_edition"] = {
                "code": there.code,
                "direction": there.direction,
                "name": there.autonym,
                "href": href(here, there, pagename, suffix),
            }


def use_switch(app: Sphinx, config: Config) -> None:
    """Put the switch at the top of every page."""
    config["templates_path"] = [*config.templates_path, str(TEMPLATES)]
    options = config.html_theme_options
    options.setdefault("article_header_end", [SWITCH, "article-header-buttons.html"])
    # Left unset, pydata-sphinx-theme puts a second search above the book's (sphinx-book-theme#986).
    options.setdefault("navbar_persistent", [])
