"""Islands of the other direction inside a text."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole
from sphinx.writers.html5 import HTML5Translator

from .languages import Language


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


def setup(app: Sphinx) -> None:
    """Register the roles and their node."""
    app.add_node(foreign, html=(visit_foreign, depart_foreign))
    for language in Language:
        app.add_role(language.direction, Foreign())
