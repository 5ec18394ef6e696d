"""A term at its first use on a page: its definition on hover and focus, and a link to the glossary.

The terms are those of `terms.yml`. The first use is the first in prose: not in a title, in code, in
a link, in an exercise or under a figure. A word that is ordinary too is taken where it is strong.
"""

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from persian_book.languages import Language, language_of
from persian_book.source.terms import Term, read_terms

STATIC = Path(__file__).parent / "static"
GLOSSARY = "glossary"
WITHOUT = {GLOSSARY, "index", "references", "genindex"}
# Ordinary words, in one language or the other.
ORDINARY = {
    Language.FA: {
        "stride",
        "batch",
        "epoch",
        "accuracy",
        "head",
        "body",
        "view",
        "seed",
        "callback",
    },
    Language.EN: {"view", "head", "body", "seed", "filter", "training-set"},
}
CLOSED = (
    *(nodes.title, nodes.literal, nodes.literal_block, nodes.math, nodes.math_block, nodes.raw),
    *(nodes.reference, nodes.caption, nodes.table, nodes.Admonition, nodes.figure, nodes.image),
)
# Of extensions that need not be there.
CLOSED_NAMES = re.compile(r"(?:exercise|solution|self_check|practice|widget|pending)")


class first_use(nodes.Inline, nodes.TextElement):
    """A term, with `term`, its id, and `means`."""


def open_texts(node: nodes.Element) -> Iterator[nodes.Text]:
    """Yield the texts of the prose below a node, in their order."""
    for child in node.children:
        if isinstance(child, nodes.Text):
            yield child
        elif isinstance(child, nodes.Element) and not (
            isinstance(child, CLOSED)
            or CLOSED_NAMES.match(type(child).__name__)
            or child.get("nb_element")
        ):
            yield from open_texts(child)


def pattern(term: Term, language: Language) -> re.Pattern[str]:
    """Return what finds a term as a word of its own; in English its plural too.

    >>> kernel = Term("kernel", "kernel", "کرنل")
    >>> [bool(pattern(kernel, Language.FA).search(text)) for text in ("کرنل را", "کرنل‌ها")]
    [True, False]
    >>> pattern(kernel, Language.EN).search("Kernels slide.")[0]
    'Kernels'
    """
    first, rest = term.name(language)[0], re.escape(term.name(language)[1:])
    word = r"[\w\u200c-]"
    ending = "s?" if language is Language.EN else ""
    return re.compile(rf"(?<!{word})[{first.lower()}{first.upper()}]{rest}{ending}(?!{word})")


def mark(doctree: nodes.document, terms: list[Term], language: Language) -> None:
    """Mark the first use of every term; where one name holds another, the longer is taken."""
    for term in sorted(terms, key=lambda term: -len(term.name(language))):
        search = pattern(term, language)
        for text in open_texts(doctree):
            parent = text.parent
            if isinstance(parent, first_use):
                continue
            if term.id in ORDINARY[language] and not isinstance(parent, nodes.strong):
                continue
            found = search.search(str(text))
            if found:
                means = term.means.get(language.code, "")
                use = first_use("", found[0], term=term.id, means=means)
                pieces = [nodes.Text(str(text)[: found.start()]), use]
                parent.replace(text, [*pieces, nodes.Text(str(text)[found.end() :])])
                break


def mark_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark a page of the book, if the book has a glossary to lead to."""
    if app.builder.format != "html" or GLOSSARY not in app.env.found_docs or docname in WITHOUT:
        return
    mark(doctree, read_terms(Path(app.srcdir)), language_of(app.config))
    for node in doctree.findall(first_use):
        node["refuri"] = f"{app.builder.get_relative_uri(docname, GLOSSARY)}#term-{node['term']}"


def visit(self: Any, node: first_use) -> None:
    """Open the link; the definition is an attribute, so that no search finds it on every page."""
    link, means = escape(node["refuri"]), escape(node["means"])
    self.body.append(f'<a class="first-use" href="{link}" data-means="{means}">')


def depart(self: Any, node: first_use) -> None:
    """Close it."""
    self.body.append("</a>")


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def add_files(
    app: Sphinx, pagename: str, templatename: str, context: Mapping[str, Any], doctree: Any
) -> None:
    """Bring the style and the script to the pages that have terms."""
    if doctree and next(doctree.findall(first_use), None):
        app.add_css_file("first-use/first-use.css")
        app.add_js_file("first-use/first-use.js", loading_method="defer")


def setup(app: Sphinx) -> dict[str, bool]:
    """Mark a page last of all, when the notebooks are written."""
    app.add_node(first_use, html=(visit, depart))
    app.connect("config-inited", add_static)
    app.connect("doctree-resolved", mark_page, priority=960)
    app.connect("html-page-context", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
