"""Finished pages with their formulas set, each with a style sheet of its own, and the fonts."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.ext.mathjax import html_visit_displaymath, html_visit_math

from .engine import Engine
from .fonts import faces, glyphs, write_font
from .setting import Setting

FOLDER = "_static/mathematics"
FONTS = "fonts"
ALL_FONTS = f"{FOLDER}/{FONTS}"
RENDERER = "typeset"


def add_renderer(app: Sphinx) -> None:
    """Have formulas written as for MathJax in the browser, without its scripts."""
    app.add_html_math_renderer(RENDERER, (html_visit_math, None), (html_visit_displaymath, None))


def use_renderer(app: Sphinx, config: Config) -> None:
    """Have Sphinx take our renderer."""
    config["html_math_renderer"] = RENDERER


@cache
def engine_of(process: int) -> Engine:
    """Return the engine of a process; V8 does not outlive a fork."""
    return Engine(FONTS)


def with_formulas(page: str, pagename: str, config: Config, site: Path) -> str:
    """Set the formulas of a page, and write its style sheet into the site."""
    engine = engine_of(os.getpid())
    setting = Setting(engine, macros_of(config))
    text = setting.page(page)
    if not setting.is_used:
        return page
    sheet = site / FOLDER / f"{pagename}.css"
    sheet.parent.mkdir(parents=True, exist_ok=True)
    sheet.write_text(setting.sheet().replace('.woff") format("woff")', '.woff2") format("woff2")'))
    address = "../" * pagename.count("/") + f"{FOLDER}/{pagename}.css"
    return text.replace("</head>", f'<link rel="stylesheet" href="{address}" />\n</head>', 1)


def macros_of(config: Config) -> dict[str, Any]:
    """Return the macros that the book defines, where MathJax's settings have them."""
    macros: dict[str, Any] = (config.mathjax3_config or {}).get("tex", {}).get("macros", {})
    return macros


def write_fonts(app: Sphinx, error: Exception | None) -> None:
    """Write the fonts of the built site."""
    if error is None and app.builder.format == "html":
        write_fonts_of(app.outdir)


def write_fonts_of(site: Path) -> None:
    """Write the fonts that the sheets of a site name, with the glyphs that they use."""
    wanted: dict[str, set[int]] = {}
    families: dict[str, str] = {}
    for path in (site / FOLDER).rglob("*.css"):
        sheet = path.read_text("utf-8")
        families |= faces(sheet)
        for family, signs in glyphs(sheet).items():
            wanted.setdefault(family, set()).update(signs)
    for name, family in sorted(families.items()):
        (site / ALL_FONTS).mkdir(exist_ok=True)
        write_font(name, wanted.get(family, set()), site / ALL_FONTS / f"{name}.woff2")
