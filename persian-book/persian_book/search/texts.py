"""What the search page shows of each page: its text as written.

Sphinx's own script fetches the pages found, which a browser refuses for a book opened from disk,
and looks in them for the stem rather than the word. Here the text of all pages is one script, which
the search page alone loads.
"""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from ..mathematics.titles import titles_in_words
from ..mathematics.words import with_words
from ..page.markup import Tag, rewrite
from ..source.terms import read_terms

SCRIPT = "persian-book-texts.js"
BLOCK = re.compile(r"(?:p|li|div|h\d|t[dhr]|d[dt]|section|pre|br|figure)$")
LEFT_OUT = {"headerlink", "eqno"}


def article_text(page: str) -> str:
    """Return the text of a page's article, its formulas on one line.

    >>> article_text("<nav>x</nav><article><h1>عنوان</h1><p>متن <b>پر</b>رنگ</p></article>")
    'عنوان متن پررنگ'
    """
    pieces: list[str] = []

    def shown(tag: Tag, parent: bool) -> bool:
        if tag.name == "article":
            return True
        return parent and not LEFT_OUT.intersection(tag.classes) and tag.name != "button"

    def see_tag(tag: Tag, kind: bool) -> Tag:
        if kind and BLOCK.match(tag.name):
            pieces.append(" ")
        return tag

    def see_text(text: str, kind: bool) -> str:
        if kind:
            pieces.append(text)
        return text

    rewrite(with_words(page), False, shown, see_tag, see_text)
    return " ".join(unescape("".join(pieces)).split())


def write_texts(app: Sphinx, error: Exception | None) -> None:
    """Write the texts of all pages, and the names of the terms, for the search page."""
    if error is not None or app.builder.name != "html":
        return
    texts = {
        docname: article_text((app.outdir / f"{docname}.html").read_text("utf-8"))
        for docname in sorted(app.env.found_docs)
    }
    data = {
        "texts": texts,
        "titles": titles_in_words(app),
        "synonyms": [term.names for term in read_terms(Path(app.srcdir))],
    }
    target = app.outdir / "_static" / SCRIPT
    target.write_text(f"var persianBookTexts = {json.dumps(data, ensure_ascii=False)};\n", "utf-8")


def load_on_search_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add the texts, and what shows them, to the search page."""
    if pagename == "search":
        app.add_js_file(SCRIPT, loading_method="defer")
        app.add_js_file("persian-book-search.js", loading_method="defer")


def fetch_nothing(app: Sphinx, config: Config) -> None:
    """Keep Sphinx's script from fetching pages for their summaries."""
    config["html_show_search_summary"] = False
