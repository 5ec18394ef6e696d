"""The words around the prose: buttons, titles, labels, in the language of the edition.

Sphinx and its extensions ask gettext for some of them; others are written in English in a template
or in JavaScript. One catalogue, ``locale/fa.po``, serves all three ways.
"""

import json
from gettext import GNUTranslations, translation
from io import BytesIO
from pathlib import Path

import sphinx.locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from sphinx.application import Sphinx

from ..digits import DIGITS
from ..languages import Language, language_of

CATALOGUES = Path(__file__).parents[1] / "locale"
# The names under which Sphinx, the theme and the extensions ask.
DOMAINS = ("sphinx", "booktheme", "exercise", "togglebutton", "sphinx-proof")
SCRIPT = "persian-book-words.js"
# What reads a number that was typed.
LATIN_DIGITS = """\
persianBookWords.latinDigits = (text) =>
  Object.values(persianBookWords.digits).reduce(
    (rest, set) => rest.replace(new RegExp(`[${set}]`, "g"), (digit) => set.indexOf(digit)), text);
"""


class Words:
    """What the reader of one edition sees instead of the English words."""

    def __init__(self, words: dict[str, str]) -> None:
        self.words = words

    def translate(self, text: str) -> str:
        """Translate a text that is one of the words, keeping the white space around it.

        >>> Words({"Search": "جست‌وجو"}).translate(" Search ")
        ' جست‌وجو '
        """
        word = text.strip()
        return text.replace(word, self.words[word], 1) if word in self.words else text


def read_catalogue(language: Language) -> Catalog:
    """Read the catalogue of a language; English, the language of the sources, has none."""
    path = CATALOGUES / f"{language.code}.po"
    if not path.exists():
        return Catalog(language.code)
    with path.open("rb") as file:
        return read_po(file, language.code)


def words_of(language: Language) -> Words:
    """Return the words of an edition.

    Sphinx's own extensions are loaded before ours and have asked for some words by then, so its
    translation of a word is translated too.
    """
    ours = {str(m.id): str(m.string) for m in read_catalogue(language) if m.id and m.string}
    folder = Path(sphinx.locale.__file__).parent
    theirs = translation("sphinx", folder, [language.code], fallback=True)
    return Words({**{theirs.gettext(word): other for word, other in ours.items()}, **ours})


def put_first(app: Sphinx) -> None:
    """Have gettext look into our catalogue before those of Sphinx and the extensions."""
    catalogue = read_catalogue(language_of(app.config))
    if not len(catalogue):
        return
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    for domain in DOMAINS:
        compiled.seek(0)
        ours = GNUTranslations(compiled)
        theirs = sphinx.locale.translators.get(("general", domain))
        if isinstance(theirs, GNUTranslations):
            ours.add_fallback(theirs)
        sphinx.locale.translators["general", domain] = ours
    app.translator = sphinx.locale.translators["general", "sphinx"]


def script(words: Words) -> str:
    """Write the words and the digits for the scripts of the pages."""
    copy = {
        "copy": "Copy",
        "copy_to_clipboard": "Copy to clipboard",
        "copy_success": "Copied!",
        "copy_failure": "Failed to copy",
    }
    data = {
        "messages": words.words,
        "copy": {key: words.translate(word) for key, word in copy.items()},
        "digits": DIGITS,
    }
    return f"var persianBookWords = {json.dumps(data, ensure_ascii=False)};\n{LATIN_DIGITS}"


def write_script(app: Sphinx, error: Exception | None) -> None:
    """Write the words beside the scripts that read them."""
    if error is None and app.builder.format == "html":
        target = app.outdir / "_static" / SCRIPT
        target.write_text(script(words_of(language_of(app.config))), "utf-8")
