"""The words that cells draw and show, in Persian: one table a page, `labels/<page>.yml`.

A cell runs once for both editions, in English. What it labels is translated here when the page is
read; `labels/common.yml` holds names that are the same on every page.
"""

import os
import re
from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from persian_book.digits import persian_digits
from persian_book.languages import Language, language_of

FOLDER = "labels"
COMMON = "common"
# Two letters make a word; "x", "S" and numbers stand as they are in either edition.
WORD = re.compile(r"[A-Za-z]{2}")
# The digits of "float32" are part of a name.
LONE_NUMBER = re.compile(r"(?<![A-Za-z0-9_.^])\d[\d,.]*(?![A-Za-z0-9_^])")


def labels_of(env: BuildEnvironment, page: str) -> "Labels":
    """Return the labels of a page that is read, which is read again once they change."""
    for path in filter(Path.exists, tables(Path(env.srcdir), page)):
        env.note_dependency(str(path))
    return Labels(Path(env.srcdir), page, language_of(env.config))


def pages_with_new_tables(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages whose labels stand in a file that was not there when they were read.

    Were they to depend on the missing file, Sphinx would read them at every build.
    """
    return [
        page
        for page in env.found_docs
        if any(
            path.exists() and str(path) not in env.dependencies[page]
            for path in tables(Path(env.srcdir), page)
        )
    ]


def tables(book: Path, page: str) -> list[Path]:
    """Return where the labels of a page stand, be there any or not."""
    return [book / FOLDER / f"{name}.yml" for name in (COMMON, page)]


class Labels:
    """The labels of a page in one edition, and those that it lacks."""

    def __init__(self, book: Path, page: str, language: Language) -> None:
        self.page = page
        self.is_persian = language is Language.FA
        self.table: dict[str, str] = {}
        self.missing: dict[str, str] = {}
        # The reader's own photos, instead of drawn cars: who names a folder says how it is written.
        photos = os.environ.get("CNNBOOK_CARS")
        self.names = {path.name for path in Path(photos).iterdir()} if photos else set()
        for path in tables(book, page):
            if path.exists():
                self.table |= yaml.safe_load(path.read_text("utf-8")) or {}

    def __call__(self, label: str, place: str) -> str:
        """Return a label in the edition's language; remember one without a translation."""
        plain = " ".join(label.split())
        if not self.is_persian or not WORD.search(plain) or plain in self.names:
            return label
        if plain not in self.table:
            self.missing.setdefault(plain, place)
            return label
        return str(self.table[plain])

    def stop_at_missing(self) -> None:
        """Stop the build if a label had no translation."""
        if self.missing:
            lines = (
                f"{self.page}: {place}: no Persian for the label {label!r}; "
                f"write it in {FOLDER}/{self.page}.yml"
                for label, place in self.missing.items()
            )
            raise ExtensionError("\n".join(lines))


def with_persian_numbers(text: str) -> str:
    """Write the numbers of a label in Persian, but not the digits of names.

    >>> with_persian_numbers("گام 2 با float32، 0.5")
    'گام ۲ با float32، ۰٫۵'
    """

    def number(match: re.Match[str]) -> str:
        return persian_digits(match[0]).replace(",", "٬").replace(".", "٫")

    return LONE_NUMBER.sub(number, text)
