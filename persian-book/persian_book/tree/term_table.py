"""The glossary: the book's terms as a table, each row a target of ``{term}``."""

from pathlib import Path
from typing import Any, cast

from docutils import nodes
from sphinx.domains.std import StandardDomain
from sphinx.util.docutils import SphinxDirective

from ..languages import Language, language_of
from ..source.terms import FILE, Term, read_terms

HEADS = {
    Language.FA: ("واژه", "انگلیسی", "معنا", "نام‌های دیگر"),
    Language.EN: ("Term", "Persian", "Meaning", "Also called"),
}
WIDTHS = (18, 20, 44, 18)


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
