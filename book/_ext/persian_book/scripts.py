"""Scripts, styles and fonts: served by the site itself, and only where a page needs them."""

import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

STATIC = Path(__file__).parent / "static"
# The loader brings in what these name; what "autoload" names comes when a formula uses it.
MATHJAX = {
    "loader": {
        "load": [
            "core",
            "input/tex-base",
            "[tex]/ams",
            "[tex]/newcommand",
            "[tex]/configmacros",
            "[tex]/textmacros",
            "[tex]/autoload",
            "output/chtml",
            "a11y/assistive-mml",
        ]
    },
    "tex": {"packages": {"[+]": ["ams", "newcommand", "configmacros", "textmacros", "autoload"]}},
    # MathJax sets each letter of \text by itself, which leaves Persian unjoined and reversed;
    # in the page's font it is one run of text (mathjax/MathJax#3590).
    "chtml": {"mtextInheritFont": True},
}
MATHJAX_PATH = "mathjax/startup.js"

SCRIPT = r"<script\b[^>]*\bsrc=\"[^\"]*{}[^\"]*\"[^>]*>\s*</script>"
INLINE_SCRIPT = r"<script\b[^>]*>[^<]*{}[^<]*</script>"
EVERYWHERE = re.compile(
    "|".join(
        [
            # Draws again, from 1.5 MB of paths, the icons that the web font draws
            # (pydata-sphinx-theme#2379).
            SCRIPT.format(r"scripts/fontawesome\.js"),
            # Live code is off, but its loader comes with every page, twice, and throws.
            SCRIPT.format(r"sphinx-thebe\.js"),
            INLINE_SCRIPT.format("(?:THEBE_JS_URL|thebe_selector|bootstrap_theme)"),
            r"<link\b[^>]*sphinx-thebe\.css[^>]*>",
            r"<link\b[^>]*rel=\"preload\"[^>]*>",
        ]
    )
)
SEARCH = re.compile(SCRIPT.format(r"(?:searchtools|language_data|searchindex)\.js"))
MATH = re.compile(
    SCRIPT.format(re.escape(MATHJAX_PATH)) + "|" + INLINE_SCRIPT.format(r"window\.MathJax\s*=")
)
HAS_MATH = re.compile(r"class=\"(?:[^\"]*\s)?math\b")


def without_needless_scripts(page: str, pagename: str) -> str:
    """Drop from a page the scripts that it does not use."""
    page = EVERYWHERE.sub("", page)
    if pagename != "search":
        page = SEARCH.sub("", page)
    return page if HAS_MATH.search(page) else MATH.sub("", page)


def serve_mathjax(app: Sphinx, config: Config) -> None:
    """Point Sphinx to our own MathJax."""
    config["mathjax_path"] = MATHJAX_PATH
    config["mathjax3_config"] = {**MATHJAX, **(config.mathjax3_config or {})}


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]
    # Without a mode the theme's script writes an error into the console of every page.
    config["html_context"] = {"default_mode": "auto", **config.html_context}


def setup(app: Sphinx) -> None:
    """Register styles and scripts, after those of the theme and the extensions."""
    app.connect("config-inited", serve_mathjax, priority=100)
    app.connect("config-inited", add_static)
    app.add_css_file("persian-book.css", priority=900)
    app.add_js_file("persian-book-words.js", priority=900)
    app.add_js_file("persian-book.js", priority=901)
