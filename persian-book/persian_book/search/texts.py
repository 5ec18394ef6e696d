"""What the search reads and shows: the text of every section of every page, as written.

The texts of all pages are one script, which the search page alone loads; a browser refuses to fetch
the pages themselves for a book opened from disk.
"""

import json
import re
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from ..mathematics.words import with_words
from ..page.markup import Tag, rewrite
from ..source.terms import read_terms

SCRIPT = "persian-book-texts.js"
BLOCK = re.compile(r"(?:p|li|div|h\d|t[dhr]|d[dt]|section|pre|br|figure)$")
HEADING = re.compile(r"h[1-6]$")
LEFT_OUT = {"headerlink", "eqno"}


@dataclass
class Section:
    """A place that a hit may lead to: a section, a documented name, or a term of the glossary."""

    anchor: str
    kind: str
    title: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def written(self) -> list[str]:
        """Return anchor, kind, title and text."""
        return [self.anchor, self.kind, joined(self.title), joined(self.text)]


@dataclass(frozen=True)
class Place:
    """Where a piece of text stands: in which section, and whether in its title."""

    section: Section
    in_title: bool = False


def joined(pieces: list[str]) -> str:
    """Return pieces of HTML text as one text."""
    return " ".join(unescape("".join(pieces)).split())


def sections_of(page: str) -> list[list[str]]:
    """Return anchor, kind, title and text of every section of a page's article.

    >>> sections_of("<nav>x</nav><article><section id='a'><h1>عنوان</h1><p>متن <b>پر</b>رنگ</p>")
    [['', 'page', 'عنوان', 'متن پررنگ']]
    """
    found = [Section("", "page")]

    def begin(tag: Tag, kind: str) -> Section:
        # The first section of a page is the page.
        if kind == "section" and len(found) == 1 and not found[0].title:
            return found[0]
        found.append(Section(tag.value("id"), kind))
        return found[-1]

    def place_of(tag: Tag, parent: Place | None) -> Place | None:
        if tag.name == "article":
            return Place(found[0])
        if parent is None or LEFT_OUT.intersection(tag.classes) or tag.name == "button":
            return None
        if tag.name == "section" and tag.value("id"):
            return Place(begin(tag, "section"))
        if tag.name == "dt" and "sig" in tag.classes and tag.value("id"):
            return Place(begin(tag, "name"), in_title=True)
        if tag.name == "dd" and found[-1].kind == "name" and not joined(found[-1].text):
            return Place(found[-1])
        if tag.name == "tr" and tag.value("id").startswith("term-"):
            return Place(begin(tag, "term"))
        in_title = parent.in_title or HEADING.match(tag.name) is not None
        if tag.name == "strong" and parent.section.kind == "term":
            in_title = True
        return Place(parent.section, in_title)

    def see_tag(tag: Tag, place: Place | None) -> Tag:
        if place and BLOCK.match(tag.name):
            place.section.text.append(" ")
        return tag

    def see_text(text: str, place: Place | None) -> str:
        if place:
            (place.section.title if place.in_title else place.section.text).append(text)
        return text

    rewrite(with_words(page), None, place_of, see_tag, see_text)
    written: list[list[str]] = []
    for section in found:
        anchor, kind, title, text = section.written()
        if written and kind == "section" and not title:  # the body of an exercise
            written[-1][3] += f" {text}"
        elif title or text:
            written.append([anchor, kind, title, text])
    return written


def write_texts(app: Sphinx, error: Exception | None) -> None:
    """Write the texts of all pages, and the names of the terms, for the search page."""
    if error is not None or app.builder.name != "html":
        return
    pages = {
        docname: sections_of((app.outdir / f"{docname}.html").read_text("utf-8"))
        for docname in sorted(app.env.found_docs)
    }
    data = {
        "pages": pages,
        # What is numbered is a chapter, and comes before what is not.
        "chapters": sorted(app.env.toc_secnumbers),
        "terms": [{"names": term.names, "at": term.at} for term in read_terms(Path(app.srcdir))],
    }
    target = app.outdir / "_static" / SCRIPT
    target.write_text(f"var persianBookTexts = {json.dumps(data, ensure_ascii=False)};\n", "utf-8")


def load_on_search_page(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Add the texts, and what shows them, to the search page."""
    if pagename == "search":
        for script in (SCRIPT, "persian-book-ranking.js", "persian-book-search.js"):
            app.add_js_file(script, loading_method="defer")


def fetch_nothing(app: Sphinx, config: Config) -> None:
    """Keep Sphinx's script from fetching pages for their summaries."""
    config["html_show_search_summary"] = False
