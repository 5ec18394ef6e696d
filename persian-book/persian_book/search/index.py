"""Search that finds a word however it is spelt, and by its name in either language.

Sphinx builds an index of stems in Python and reads a query in JavaScript; both halves must agree.
The rules stand here; ``search.js`` applies them in the browser with the same tables.

- Letters: Arabic and Persian forms, hamza and madda, and the four sets of digits are one.
- Half-space: a compound is indexed by its parts and joined, so that it is found written with a
  half-space, with a space, or joined. A suffix after a half-space is dropped. Two words that the
  book elsewhere writes as one compound are indexed joined too.
- Suffixes: plural and possessive ones are dropped from joined words too.
- Terms: where a text has one name of a term, the page is indexed under all its names.
"""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import snowballstemmer
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.search import SearchLanguage
from sphinx.search.en import english_stopwords, js_porter_stemmer

from ..digits import ARABIC, DIGITS, PERSIAN, latin_digits, persian_digits
from ..source.terms import read_terms

HERE = Path(__file__).parent
# Letters and digits to fold; what to ignore (diacritics, tatweel, joiners, direction marks); the
# Persian letters; suffixes after a half-space, and joined ones with the letters left before them.
TABLES = json.loads((HERE / "search.json").read_text("utf-8"))
HALF_SPACE = "\u200c"
WORD = re.compile(rf"[{TABLES['persian']}{HALF_SPACE}]+|[^\W{TABLES['persian']}]+")
_IGNORED = re.compile(f"[{TABLES['ignored']}]")
_FOLD = str.maketrans({**TABLES["fold"], **dict(zip(ARABIC, PERSIAN, strict=True))})
_PLURALS = {
    plural.translate(_FOLD): word.translate(_FOLD) for plural, word in TABLES["plurals"].items()
}
# "3×3", written with a letter or a sign, with spaces or without, is one word.
_TIMES = re.compile(r"(?<=[0-9۰-۹])\s*×\s*(?=[0-9۰-۹])")
# What the browser's half gets.
SCRIPT_TABLES = {**TABLES, "digits": DIGITS, "plurals": _PLURALS}
_porter = snowballstemmer.stemmer("porter")


def words(text: str) -> list[list[str]]:
    """Split a text into words, each a list of its parts, in one spelling.

    >>> words("پیش‌بینیِ لایه‌های Conv2D، 1998، ۳ × ۳")
    [['پیش', 'بینی'], ['لایه'], ['Conv2D'], ['۱۹۹۸'], ['3x3']]
    """
    folded = _TIMES.sub("x", _IGNORED.sub("", text.translate(_FOLD)))
    found = (parts(word) for word in WORD.findall(folded))
    return [word for word in found if word]


def parts(word: str) -> list[str]:
    """Split a word at its half-spaces, without suffixes."""
    if word[0].isascii() or HALF_SPACE not in word:
        return [one_set_of_digits(word)]
    pieces = [piece for piece in word.split(HALF_SPACE) if piece]
    while len(pieces) > 1 and pieces[-1] in TABLES["afterHalfSpace"]:
        pieces.pop()
    return pieces


def one_set_of_digits(word: str) -> str:
    """Write a number in Persian digits, and digits among letters in Latin.

    Sphinx's script throws a word of Latin digits away.
    """
    latin = latin_digits(word)
    return persian_digits(latin) if latin.isdigit() and latin.isascii() else latin


def stem(word: str) -> str:
    """Return the stem of a word.

    >>> [stem(word) for word in ("شبکهها", "پارامترهای", "layers")]
    ['شبکه', 'پارام', 'layer']
    """
    word = word.lower()
    if not word[:1].isascii():
        return persian_stem(word)
    # Sphinx's script leaves words of two letters alone.
    return _porter.stemWord(word) if len(word) > 2 else word


def persian_stem(word: str) -> str:
    """Drop suffixes until none is left, so that a word and its plurals end alike.

    >>> persian_stem("تصاویری")
    'تصویر'
    """
    word = _PLURALS.get(word, word)
    for suffix, left in TABLES["joined"]:
        if word.endswith(suffix) and len(word) - len(suffix) >= left:
            return persian_stem(word.removesuffix(suffix))
    return word


class Synonyms:
    """The names of terms, found in a text by their stems."""

    def __init__(self, terms: Iterable[Iterable[str]]) -> None:
        self.by_first: dict[str, list[tuple[list[str], list[str]]]] = {}
        for names in map(list, terms):
            for name in names:
                stems = stems_of(name)
                others = [
                    part for other in names if other != name for part in index_words(words(other))
                ]
                if stems:
                    self.by_first.setdefault(stems[0], []).append((stems, others))

    def of(self, stems: list[str]) -> Iterator[str]:
        """Yield the words of the other names of the terms that stand in a text."""
        for at, first in enumerate(stems):
            for name, others in self.by_first.get(first, ()):
                if stems[at : at + len(name)] == name:
                    yield from others


def stems_of(text: str) -> list[str]:
    """Return the stems of a text's words, part by part."""
    return [stem(part) for word in words(text) for part in word]


def index_words(found: list[list[str]]) -> list[str]:
    """Return what words are indexed under: their parts, and a compound joined too."""
    indexed = [part for word in found for part in word]
    return indexed + ["".join(word) for word in found if len(word) > 1]


class SearchPersian(SearchLanguage):
    """Persian and English words, for the Persian edition."""

    lang = "fa"
    language_name = "Persian"
    stopwords = english_stopwords.union(TABLES["stop"])
    js_splitter_code = (
        (HERE / "search.js").read_text("utf-8").replace("TABLES", json.dumps(SCRIPT_TABLES), 1)
    )
    # A function declaration is hoisted above the splitter, so the wrapper must be a variable too.
    js_stemmer_code = js_porter_stemmer + "var EnglishStemmer = Stemmer;\nStemmer = BookStemmer;\n"

    def init(self, options: dict[str, str]) -> None:
        """Take the terms' names."""
        self.synonyms = Synonyms(options.get("synonyms", ()))
        self.compounds = frozenset(options.get("compounds", ()))

    def split(self, input: str) -> list[str]:
        """Split a text into the words to index, with those of its terms' other names."""
        found = words(input)
        stems = [stem(part) for word in found for part in word]
        pairs = ("".join(first + second) for first, second in pairwise(found))
        compounds = [joined for joined in pairs if joined in self.compounds]
        return [*index_words(found), *compounds, *self.synonyms.of(stems)]

    def stem(self, word: str) -> str:
        """Return the stem of a word."""
        return stem(word)

    def word_filter(self, word: str) -> bool:
        """Say whether a word is worth indexing."""
        return bool(word) and word not in self.stopwords


class SearchEnglish(SearchPersian):
    """The same for the English edition: Persian names find English pages there."""

    lang = "en"
    language_name = "English"


def compounds_of(text: str) -> set[str]:
    """Return the compounds that a text writes with a half-space, joined.

    >>> compounds_of("پیش‌بینی و پیش بینی")
    {'پیشبینی'}
    """
    return {"".join(word) for word in words(text) if len(word) > 1}


def give_words(app: Sphinx, config: Config) -> None:
    """Hand the terms and the book's compounds to the search.

    A change in them makes Sphinx write the pages anew.
    """
    book = Path(app.srcdir)
    compounds = set().union(*(compounds_of(p.read_text("utf-8")) for p in book.glob("**/*.md")))
    config["html_search_options"] = {
        **config.html_search_options,
        "synonyms": [term.names for term in read_terms(book)],
        "compounds": sorted(compounds),
    }
