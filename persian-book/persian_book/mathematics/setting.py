"""The formulas of finished pages, set; and the style sheet of each page."""

import re
from enum import Enum, auto
from hashlib import sha256
from html import unescape
from typing import Any

from ..page.markup import Tag, rewrite
from .engine import Engine
from .words import with_words

FORMULA = re.compile(r"\\\((?P<inline>.+?)\\\)|\\\[(?P<display>.+?)\\\]", re.S)
# A notebook sets these in HTML that a cell showed. The last dollar of "$5-$6" precedes a digit.
BETWEEN_DOLLARS = re.compile(
    r"\$\$(?P<display>[^$]+)\$\$|(?<![\\$\w])\$(?P<inline>(?!\s)[^$\n]*[^$\s\\])\$(?!\d)"
)
# What a notebook sets no formulas in, nor could a page hold them there.
VERBATIM = {"code", "pre", "svg", "select", "button"}
# Nothing can be measured here; the text knows its width.
MEASURED = re.compile(r"\s*width:[^;]*;")
ENVIRONMENT = re.compile(r"\s*\\begin\{")


class Kind(Enum):
    """What the text of an element may hold."""

    OTHER = auto()
    FORMULAS = auto()
    PLAIN = auto()  # formulas, but no markup
    SHOWN = auto()  # formulas between dollars: what a cell showed as HTML


def kind_of(tag: Tag, parent: Kind) -> Kind:
    """Tell where Sphinx, MyST and outputs of cells put formulas."""
    if tag.name == "title":
        return Kind.PLAIN
    if "eqno" in tag.classes or (parent is Kind.SHOWN and tag.name in VERBATIM):
        return Kind.OTHER
    if "text_html" in tag.classes:
        return Kind.SHOWN
    return Kind.FORMULAS if "math" in tag.classes else parent


class Setting:
    """The formulas of one page."""

    def __init__(self, engine: Engine, macros: dict[str, Any]) -> None:
        self.engine = engine
        self.engine.begin(macros)
        self.styles: dict[str, str] = {}
        self.is_used = False

    def page(self, page: str) -> str:
        """Set every formula of a page."""
        return rewrite(page, Kind.OTHER, kind_of, lambda tag, kind: tag, self.text)

    def sheet(self) -> str:
        """Return the styles of what was set on the page, and of nothing else."""
        own = "".join(f".{name}.{name}{{{style}}}" for name, style in sorted(self.styles.items()))
        return re.sub(r"\n\s*", "", self.engine.styles()) + own + "\n"

    def text(self, text: str, kind: Kind) -> str:
        """Set the formulas of a text."""
        if kind is Kind.OTHER:
            return text
        if kind is Kind.FORMULAS and ENVIRONMENT.match(text):
            return self.formula(text, display=True)
        if kind is Kind.SHOWN:
            return BETWEEN_DOLLARS.sub(self.match, text)
        found = FORMULA.sub(self.match, text)
        return with_words(found) if kind is Kind.PLAIN else found

    def match(self, match: re.Match[str]) -> str:
        """Set a formula with its signs around it."""
        return self.formula(match["inline"] or match["display"], match["inline"] is None)

    def formula(self, source: str, display: bool) -> str:
        """Set a formula as it stands in HTML."""
        self.is_used = True
        html = self.engine.typeset(unescape(source), display)
        return rewrite(html, None, lambda tag, kind: None, self.styled, lambda text, kind: text)

    def styled(self, tag: Tag, kind: None) -> Tag:
        """Move the style of a tag into the sheet: a strict policy takes none in the page."""
        style = tag.value("style")
        if not style:
            return tag
        if tag.name == "mjx-utext":
            style = MEASURED.sub("", style)
        name = f"mjs-{sha256(style.encode()).hexdigest()[:6]}"
        self.styles[name] = style
        return tag.lacking("style").setting("class", f"{tag.value('class')} {name}".strip())
