"""Inline pairs: ``{fa}`متن`{en}`text```.

In Markdown they are resolved before parsing. The options of a code cell are different: they are
part of the key under which its outputs are stored, and must be the same in both editions, or
every cell would run twice. There the pair stays, and is resolved in the parsed page: as a role in
a caption, and as plain text in a picture's alternative text.
"""

import re
from types import SimpleNamespace
from typing import cast

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxRole

from .languages import Language, language_of

# A code span may hold anything that looks like one of ours; it is matched first and left alone.
INLINE = re.compile(
    r"\{(?P<language>fa|en)\}(?P<ticks>`+)(?P<text>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?<![`}])(?P<span>`+)(?!`).+?(?<!`)(?P=span)(?!`)"
)


def choose(text: str, language: str) -> str:
    """Keep the inline texts of one language.

    >>> choose("{fa}`کرنل`{en}`kernel` and ``{fa}`code` ``", "en")
    'kernel and ``{fa}`code` ``'
    """

    def kept(match: re.Match[str]) -> str:
        if not match["language"]:
            return match[0]
        return match["text"] if match["language"] == language else ""

    return INLINE.sub(kept, text)


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


def setup(app: Sphinx) -> None:
    """Register the two roles and the hook."""
    for language in Language:
        # sphinx-design has a role `fa` too, for FontAwesome; its `fas` does the same.
        app.add_role(language.code, InlineText(), override=True)
    app.connect("doctree-read", choose_alt, priority=100)
