"""Islands of the other direction inside a text."""

import re

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from ..languages import Language, language_of
from ..letters import is_english

ENGLISH = "english"


class foreign(nodes.inline):
    """Words of another language, of which ``language`` tells."""


class Foreign(SphinxRole):
    """The role ``{ltr}`` (English words) or ``{rtl}`` (Persian words)."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Wrap the text."""
        language = next(lang for lang in Language if lang.direction == self.name)
        return [foreign(self.rawtext, self.text, language=language.code)], []


def visit_foreign(self: HTML5Translator, node: foreign) -> None:
    """Open an isolated span with its language and direction."""
    language = next(lang for lang in Language if lang.code == node["language"])
    self.body.append(f'<bdi lang="{language.code}" dir="{language.direction}">')


def depart_foreign(self: HTML5Translator, node: foreign) -> None:
    """Close the span."""
    self.body.append("</bdi>")


def mark_english(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark whole English paragraphs in the Persian edition, such as docstrings."""
    if language_of(app.config) is not Language.FA:
        return
    blocks: list[nodes.Element] = [
        *doctree.findall(nodes.paragraph),
        *doctree.findall(nodes.block_quote),
    ]
    for block in blocks:
        words = " ".join(text for text in map(prose, block.findall(nodes.Text)) if text)
        if is_english(words) and len(re.findall("[A-Za-z]{2,}", words)) > 2:
            block["classes"].append(ENGLISH)


def prose(text: nodes.Text) -> str:
    """Return a text, or nothing if it is code or mathematics."""
    return "" if isinstance(text.parent, nodes.literal | nodes.math) else text.astext()
