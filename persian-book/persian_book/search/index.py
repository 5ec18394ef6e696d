"""The search runs in the browser alone: it reads the texts of all pages, which `texts.py` writes.

Sphinx wants a search language; ours gives its script our spelling rules, and keeps nothing in
Sphinx's own index, which knows words of pages and neither places nor sections.
"""

import json
from pathlib import Path

from sphinx.search import SearchLanguage
from sphinx.search.en import english_stopwords, js_porter_stemmer

from ..digits import ARABIC, DIGITS, PERSIAN

HERE = Path(__file__).parent
# Letters and digits to fold; what to ignore (diacritics, tatweel, joiners, direction marks); the
# Persian letters; suffixes after a half-space, and joined ones with the letters left before them.
TABLES = json.loads((HERE / "search.json").read_text("utf-8"))
_FOLD = str.maketrans({**TABLES["fold"], **dict(zip(ARABIC, PERSIAN, strict=True))})
_PLURALS = {
    plural.translate(_FOLD): word.translate(_FOLD) for plural, word in TABLES["plurals"].items()
}
SCRIPT_TABLES = {**TABLES, "digits": DIGITS, "plurals": _PLURALS}


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

    def split(self, input: str) -> list[str]:
        """Keep no word in Sphinx's index."""
        return []


class SearchEnglish(SearchPersian):
    """The same for the English edition: Persian names find English pages there."""

    lang = "en"
    language_name = "English"
