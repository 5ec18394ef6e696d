"""A question that the page itself marks.

::

    :::{self-check}
    :answer: 14x14x32 | (14, 14, 32)
    What is the shape of the output?

    - 28x28x32: "same" keeps the size at stride 1 only.
    :::

The first lines are the question; the list names common wrong answers and what went wrong in each.
Without JavaScript the question stays and the input is hidden: the folded solution below it serves.
Its words are translated by whatever catalogue Sphinx has for the book.
"""

from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util.docutils import SphinxDirective


class self_check(nodes.General, nodes.Element):
    """The question, with the accepted answers in ``answers``."""


class mistake(nodes.General, nodes.Element):
    """What to say of one wrong answer, ``value``."""


class SelfCheck(SphinxDirective):
    """The directive; see the module's text for its form."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {"answer": directives.unchanged_required}

    def run(self) -> list[nodes.Node]:
        """Parse the question, and turn the list of mistakes into nodes of their own."""
        if "answer" not in self.options:
            raise self.error("self-check needs an :answer:.")
        answers = [answer.strip() for answer in self.options["answer"].split("|")]
        node = self_check(answers=answers)
        self.state.nested_parse(self.content, self.content_offset, node)
        for bullets in list(node.findall(nodes.bullet_list)):
            bullets.replace_self([self.named_mistake(item) for item in bullets])
        return [node]

    def named_mistake(self, item: nodes.Node) -> mistake:
        """Split ``VALUE: message`` and keep the message's markup."""
        paragraph = next(iter(item.findall(nodes.paragraph)))
        value, colon, message = paragraph[0].astext().partition(":")
        if not colon:
            raise self.error(f"A mistake reads 'VALUE: message'; got {paragraph.astext()!r}.")
        paragraph.replace(paragraph[0], nodes.Text(message.lstrip()))
        return mistake("", paragraph, value=value.strip())


def visit_self_check(self: Any, node: self_check) -> None:
    """Open the block."""
    self.body.append(f'<div class="self-check" data-answers="{escape("|".join(node["answers"]))}">')


def depart_self_check(self: Any, node: self_check) -> None:
    """Add the input, the verdict, which is read aloud when it changes, and close the block."""
    label, check, right, wrong = (
        escape(str(word))
        for word in (
            _("Your answer"),
            _("Check"),
            _("Correct."),
            _("Not yet; try again or open the solution."),
        )
    )
    self.body.append(
        f'<form hidden><label>{label} <input type="text" dir="ltr" autocomplete="off"></label> '
        f'<button type="submit" class="btn btn-sm">{check}</button></form>'
        f'<div class="verdict" role="status" data-right="{right}" data-wrong="{wrong}"></div></div>'
    )


def visit_mistake(self: Any, node: mistake) -> None:
    """Hide the message until its answer is given."""
    self.body.append(f'<div class="mistake" data-value="{escape(node["value"])}" hidden>')


def depart_mistake(self: Any, node: mistake) -> None:
    """Close the message."""
    self.body.append("</div>")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and its two nodes."""
    app.add_node(self_check, html=(visit_self_check, depart_self_check))
    app.add_node(mistake, html=(visit_mistake, depart_mistake))
    app.add_directive("self-check", SelfCheck)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
