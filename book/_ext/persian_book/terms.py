"""The book's terms: one file that feeds the glossary page, ``{term}`` links and the search.

``terms.yml``, beside the pages, is a list of::

    - id: kernel
      en: kernel
      fa: کرنل
      also: [هسته, ماسک]
      means:
        fa: آرایهٔ کوچکی از وزن‌ها که روی ورودی می‌لغزد.
        en: The small array of weights that slides over the input.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from .languages import Language, language_of

FILE = "terms.yml"
HEADS = {
    Language.FA: ("واژه", "انگلیسی", "معنا", "نام‌های دیگر"),
    Language.EN: ("Term", "Persian", "Meaning", "Also called"),
}
WIDTHS = (18, 20, 44, 18)


@dataclass(frozen=True)
class Term:
    """A term in both languages, what it means, and what else readers call it."""

    id: str
    en: str
    fa: str
    also: list[str] = field(default_factory=list)
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


def is_persian(name: str) -> bool:
    """Say whether a name is written in Persian letters."""
    return any("\u0600" <= letter <= "\u06ff" for letter in name)


class TermTable(SphinxDirective):
    """``{term-table}``: every term in a table, each row a target of ``{term}``."""

    def run(self) -> list[nodes.Node]:
        """Build the table in the alphabetical order of the edition."""
        self.env.note_dependency(str(Path(self.env.srcdir, FILE)))
        language = language_of(self.config)
        terms = sorted(
            read_terms(Path(self.env.srcdir)), key=lambda term: term.name(language).casefold()
        )
        group = nodes.tgroup("", cols=len(WIDTHS))
        group += [nodes.colspec("", colwidth=width) for width in WIDTHS]
        group += nodes.thead("", table_row(nodes.Text(head) for head in HEADS[language]))
        group += nodes.tbody("", *(self.term_row(term, language) for term in terms))
        return [nodes.table("", group, classes=["term-table"])]

    def term_row(self, term: Term, language: Language) -> nodes.row:
        """Write a term's row and make it a target under both of its names."""
        other = Language.EN if language is Language.FA else Language.FA
        own, foreign = term.name(language), term.name(other)
        means, _ = self.parse_inline(term.means.get(language.code, ""))
        row = table_row(
            [
                nodes.strong("", own),
                nodes.Text(foreign),
                nodes.inline("", "", *means),
                nodes.Text(("، " if language is Language.FA else ", ").join(term.also)),
            ]
        )
        label = f"term-{term.id}"
        row["ids"].append(label)
        domain = cast(StandardDomain, self.env.get_domain("std"))
        for name in {own, foreign}:
            domain.note_object("term", name, label, location=row)
        return row


def table_row(cells: Any) -> nodes.row:
    """Return a row of one paragraph a cell."""
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", cell)) for cell in cells))


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("term-table", TermTable)
