"""Pairs in the options of a code cell.

They are part of the key under which the cell's outputs are stored, and must be the same in both
editions, or every cell would run twice. So they stay in the source, and are resolved in the parsed
page: as a role in a caption, and as plain text in a picture's alternative text.
"""

from types import SimpleNamespace
from typing import cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from ..languages import language_of
from ..source.inline import choose


class InlineText(SphinxRole):
    """The role ``{fa}`` or ``{en}``: its content, or nothing in the other edition."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Parse the content as Markdown."""
        if self.name != language_of(self.config).code:
            return [], []
        memo = cast(SimpleNamespace, self.inliner)  # MyST asks nothing of it
        return self.inliner.parse(self.text, self.lineno, memo, self.inliner.parent)


def choose_alt(app: Sphinx, doctree: nodes.document) -> None:
    """Resolve the pairs in the alternative texts of pictures."""
    language = language_of(app.config).code
    for image in doctree.findall(nodes.image):
        if "alt" in image:
            image["alt"] = choose(image["alt"], language)
