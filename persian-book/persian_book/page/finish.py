"""What is done to the HTML of every page: its direction, numbers, words and names.

It works on finished pages because their text comes from many hands (the prose, Sphinx's numbering,
the theme's templates, other extensions) and the reader sees one page.
"""

import re
from enum import Enum, auto
from html import unescape

from ..digits import persian_digits
from ..languages import Language
from ..letters import is_english
from .heads import head_cells
from .isolate import english_text, persian_text, plain_persian_text
from .markup import Tag, rewrite
from .words import Words


class Kind(Enum):
    """What the text of an element is."""

    CHROME = auto()  # the theme's own: sidebars, buttons
    PROSE = auto()
    CODE = auto()  # code, output, mathematics: left to right, and not touched
    ENGLISH = auto()  # English in either edition: docstrings, bibliography
    LEVELS = auto()  # "2.1" of a heading, a figure or an equation
    PLAIN = auto()  # text that cannot hold markup


CODE_ELEMENTS = {"code", "pre", "kbd", "samp", "svg", "math"}
CODE_CLASS = re.compile(r"(?:highlight|highlight-\S+|cell_input|math|dataframe)$")
BLOCKS = {"dl", "div", "p", "blockquote"}
LEVEL_CLASSES = {"section-number", "caption-number", "std-numref", "eqno"}
# Docstrings, bibliographies, and paragraphs found to be English.
ENGLISH_CLASSES = {"py", "citation", "english"}
# The switch that myst-nb puts on a folded cell; the names of a function's fields; the index.
CHROME_CLASSES = {"collapsed", "expanded", "field-odd", "field-even", "indextable"}
CHROME_TAGS = {"p", "dt", "table"}
PROMPTS = {"collapsed", "expanded"}
# A caption goes on after its number: "شکل ۱.۱: ورودی".
NUMBERED = re.compile(r'(class="caption-number">[^<]*\d)(?= </span><span class="caption-text">)')
# Short code stays in one line: (1, 28, 28, 3) whole, of a longer one its words, as --batch-size.
SHORT = 18
CODE = re.compile(r'(?<=<code class="docutils literal notranslate)(">)(.+?)(?=</code>)', re.S)
HYPHENED = re.compile(rf'(?<=<span class="pre)(?=">(?=[^<]*-)[^<]{{1,{SHORT}}}</span>)')
# Attributes that readers see or hear.
NAMES = ("title", "aria-label", "placeholder", "data-bs-title")


def kind_of(tag: Tag, parent: Kind) -> Kind:
    """Tell what the text of an element is."""
    classes = set(tag.classes)
    if classes & LEVEL_CLASSES:
        return Kind.LEVELS
    if tag.name in CODE_ELEMENTS or "output" in classes or any(map(CODE_CLASS.match, classes)):
        return Kind.CODE
    if parent is Kind.CODE:
        return Kind.CODE
    if tag.name in ("title", "option"):
        return Kind.PLAIN
    if "dir" in tag.attributes and tag.name != "html":
        return Kind.CODE
    if classes & ENGLISH_CLASSES and tag.name in BLOCKS:
        return Kind.ENGLISH
    if tag.name == "article":
        return Kind.PROSE
    return Kind.CHROME if classes & CHROME_CLASSES and tag.name in CHROME_TAGS else parent


class Finish:
    """The rules of one edition."""

    def __init__(self, language: Language, words: Words) -> None:
        self.language = language
        self.words = words

    def page(self, page: str) -> str:
        """Finish a page."""
        if self.language is Language.FA:
            page = NUMBERED.sub(r"\1:", page)
        page = CODE.sub(unbroken, page)
        return rewrite(head_cells(page), Kind.CHROME, kind_of, self.tag, self.text)

    def tag(self, tag: Tag, kind: Kind) -> Tag:
        """Finish a start tag."""
        if tag.name == "html":
            # Without JavaScript no rule is for "auto": links would be black, tints gone.
            return tag.having("dir", self.language.direction).setting("data-theme", "light")
        tag = accessible(tag, kind, self.words)
        for name in NAMES:
            translated = self.words.translate(tag.value(name))
            if translated != tag.value(name):
                tag = tag.setting(name, translated)
        if self.language is Language.FA:
            tag = directed(tag, kind)
        return tag

    def text(self, text: str, kind: Kind) -> str:
        """Finish a text."""
        if kind is Kind.CODE or not text.strip():
            return text
        if kind is Kind.CHROME:
            text = self.words.translate(text)
        if self.language is Language.EN or kind is Kind.ENGLISH:
            return text if kind is Kind.PLAIN else english_text(text)
        if kind is Kind.LEVELS:
            return persian_digits(text)
        return plain_persian_text(text) if kind is Kind.PLAIN else persian_text(text)


def unbroken(code: re.Match[str]) -> str:
    """Keep code, or the words of it that have hyphens, from ending a line half-way."""
    words = unescape(re.sub("<[^>]*>", "", code[2]))
    if len(words) > SHORT:
        return code[1] + HYPHENED.sub(" unbroken", code[2])
    return f" unbroken{code[0]}" if re.search(r"[\s-]", words) else code[0]


def directed(tag: Tag, kind: Kind) -> Tag:
    """Say in the markup, not only in the style, that code and English run left to right."""
    if tag.name == "a" and is_english(tag.value("title")):
        return tag.having("lang", "en")  # a citation, with its entry for a tooltip
    if kind is Kind.ENGLISH and not ENGLISH_CLASSES.isdisjoint(tag.classes):
        return tag.having("dir", "ltr").having("lang", "en")
    # A word of code in code, of which a page has thousands, takes the direction of its block.
    is_block = tag.name in ("code", "pre", "kbd", "samp", "div", "table")
    is_formula = tag.name == "span" and any(map(CODE_CLASS.match, tag.classes))
    if kind is Kind.CODE and tag.classes and (is_block or is_formula):
        return tag.having("dir", "ltr")
    return tag


def accessible(tag: Tag, kind: Kind, words: Words) -> Tag:
    """Mend what axe-core reports of the theme's pages."""
    if tag.name == "summary":
        # A name that says other words than the text shown (label-content-name-mismatch); the
        # sidebar's switches have no text at all (summary-name).
        tag = tag.lacking("aria-label")
        return (
            tag.having("aria-label", words.translate("Subsections")) if kind is Kind.CHROME else tag
        )
    if "search-button-field" in tag.classes:
        return tag.lacking("aria-label")
    if tag.name == "p" and PROMPTS.intersection(tag.classes):
        return tag.named("span")  # a summary may hold no paragraph
    if tag.value("id") in ("exercise-content", "solution-content"):
        return tag.lacking("id")  # sphinx-exercise gives all of them the same
    if tag.value("role") == "doc-biblioentry":
        # Deprecated, and not what a list may hold (aria-required-children).
        return tag.setting("role", "listitem")
    if tag.value("id") == "pst-primary-sidebar":
        return tag.having("role", "region").having("aria-label", words.translate("Book contents"))
    return tag
