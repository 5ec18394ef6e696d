"""The book's terms: one file that feeds the glossary page, ``{term}`` links and the search.

``terms.yml``, beside the pages, is a list of::

    - id: kernel
      en: kernel
      fa: کرنل
      also: [هسته, ماسک]
      at: page-that-explains-it
      means:
        fa: آرایهٔ کوچکی از وزن‌ها که روی ورودی می‌لغزد.
        en: The small array of weights that slides over the input.
"""

from dataclasses import dataclass, field
from pathlib import Path

import yaml
from sphinx.errors import ExtensionError

from ..languages import Language

FILE = "terms.yml"


@dataclass(frozen=True)
class Term:
    """A term in both languages, its other names, its meaning, and the page that explains it."""

    id: str
    en: str
    fa: str
    also: list[str] = field(default_factory=list)
    at: str | None = None
    means: dict[str, str] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """Every name of the term, in either language."""
        return [self.fa, self.en, *self.also]

    def name(self, language: Language) -> str:
        """Return the name that the book uses."""
        return self.fa if language is Language.FA else self.en


def read_terms(folder: Path) -> list[Term]:
    """Read the terms of the book in `folder`; a book without the file has none."""
    path = folder / FILE
    if not path.exists():
        return []
    try:
        return [Term(**entry) for entry in yaml.safe_load(path.read_text("utf-8"))]
    except (TypeError, yaml.YAMLError) as error:
        raise ExtensionError(f"{path.name}: {error}") from error
