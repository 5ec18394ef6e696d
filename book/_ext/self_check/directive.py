"""A question that the page itself marks, and the names that questions use.

::

    ```{givens}
    line = np.zeros((5, 5), int)
    line[:, 2] = 10
    ```

    :::{self-check} number
    :answer: correlate2d(line, LAPLACIAN_8)[4, 3]
    What is $S(4,3)$?

    - `correlate2d(line, LAPLACIAN_8)[3, 3]`: That is the cell above.
    :::

The kinds are ``number`` (if none is named), ``list``, ``shape`` (a list whose numbers may stand
between ×), ``matrix``, ``polynomial`` (in H), ``choice`` and ``order``. The answer is an
expression over NumPy, `cnnbook.convolution`, `cnnbook.shapes` and the page's givens, worked out by
the package while the book is built; the known slips are worked out from it (`slips`) and
recognised. The list names further wrong answers: an expression, a colon, and what went wrong. In a
choice it is the list of all options, the paragraphs that follow one being what is said of it; in
an order it is the list of what to put in order, and the answer the list of their keys.

The first paragraphs are the question. Without JavaScript they stay, and nothing is asked: the
folded solution below serves. Options are YAML: an expression that begins with a quotation mark or
holds a colon and a space belongs to the givens, under a name.
"""

import json
from html import escape
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from .answers import POINTS, Question
from .slips import said

KINDS = ("number", "list", "shape", "matrix", "polynomial", "choice", "order")


class self_check(nodes.General, nodes.Element):
    """The question, with what the script compares in ``check``."""


class mistake(nodes.General, nodes.Element):
    """What to say of one wrong answer; in the order of the check's ``slips``."""


class offers(nodes.General, nodes.Element):
    """What to choose from or to put in order."""


class offer(nodes.General, nodes.Element):
    """One of them, ``value``."""


class Givens(SphinxDirective):
    """Names for the answers of this page's questions; shows nothing."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Keep the code for the questions that follow."""
        self.env.temp_data["self-check-givens"] = "\n".join(self.content)
        return []


class SelfCheck(SphinxDirective):
    """The directive; see the module's text for its form."""

    has_content = True
    optional_arguments = 1
    option_spec: ClassVar[dict[str, Any]] = {
        "answer": directives.unchanged_required,
        "tolerance": float,
    }

    def run(self) -> list[nodes.Node]:
        """Parse the question, work the answers out, and turn the list into nodes of their own."""
        kind = self.arguments[0] if self.arguments else "number"
        if kind not in KINDS:
            raise self.error(f"{kind!r} is no kind of question; there are {', '.join(KINDS)}.")
        if "answer" not in self.options:
            raise self.error("self-check needs an :answer:.")
        self.question = Question(
            kind, self.env.temp_data.get("self-check-givens", ""), self.options["answer"]
        )
        node = self_check()
        self.state.nested_parse(self.content, self.content_offset, node)
        answer = self.work_out(self.question.expression)
        if kind == "choice":
            answer = str(answer)
        self.check: dict[str, Any] = {"kind": kind, "answer": answer, "slips": []}
        if kind == "polynomial":
            self.check["points"] = list(POINTS)
        if "tolerance" in self.options:
            self.check["tolerance"] = self.options["tolerance"]
        for bullets in list(node.findall(nodes.bullet_list)):
            bullets.replace_self(self.read_list(list(bullets), kind))
        if kind not in ("choice", "order"):
            node += self.known_slips()
        node["check"] = self.check
        return [node]

    def work_out(self, expression: str) -> Any:
        """Evaluate an expression of the page; a fault in it names the line."""
        try:
            return self.question.value(expression, {})
        except Exception as error:
            raise self.error(f"{expression}: {type(error).__name__}: {error}") from error

    def read_list(self, items: list[nodes.Node], kind: str) -> list[nodes.Node]:
        """Read the items as mistakes, or as the options of a choice or an order."""
        if kind not in ("choice", "order"):
            return [self.named_mistake(item) for item in items]
        listed = offers(ordered=kind == "order")
        mistakes = []
        keys = []
        for item in items:
            key, first, rest = self.split(item)
            if not has_words(first):
                raise self.error(f"{key} is a formula alone; say in words too what is chosen.")
            keys.append(key)
            listed += offer("", first, value=key)
            if rest:
                self.check["slips"].append(key)
                mistakes.append(mistake("", *rest))
        wanted = self.check["answer"] if kind == "order" else [self.check["answer"]]
        if not set(wanted) <= set(keys) or (kind == "order" and len(wanted) != len(keys)):
            raise self.error(f"The answer is {wanted}, the list offers {keys}.")
        return [listed, *mistakes]

    def split(self, item: nodes.Node) -> tuple[str, nodes.Element, list[nodes.Node]]:
        """Split ``KEY: text`` at the first paragraph of an item; the key may stand in backticks."""
        first, *rest = item.children
        assert isinstance(first, nodes.Element)
        head = first.children[0]
        if isinstance(head, nodes.literal):
            key = head.astext()
            first.remove(head)
            colon, text = first.children[0].astext()[:1], first.children[0].astext()[1:]
        else:
            key, colon, text = head.astext().partition(":")
        if colon != ":":
            raise self.error(f"An item reads 'VALUE: text'; got {item.astext()!r}.")
        first.replace(first.children[0], nodes.Text(text.lstrip()))
        return key.strip(), first, rest

    def named_mistake(self, item: nodes.Node) -> mistake:
        """Work out the wrong answer of an item, and keep what it says."""
        key, first, rest = self.split(item)
        value = self.work_out(key)
        if value == self.check["answer"]:
            raise self.error(f"{key} is the right answer, {value}, not a mistake.")
        self.check["slips"].append(value)
        return mistake("", first, *rest)

    def known_slips(self) -> list[mistake]:
        """Add the slips of `slips` that no item names already."""
        says = said(self.config.language)
        found = []
        for name, value in self.question.slips():
            if value not in self.check["slips"]:
                self.check["slips"].append(value)
                message = mistake(slip=name)
                text = StringList([says[name]], source=__file__)
                self.state.nested_parse(text, self.content_offset, message)
                found.append(message)
        return found


def has_words(paragraph: nodes.Element) -> bool:
    """Tell whether a screen reader is told something: of a formula it is told nothing here.

    >>> has_words(nodes.paragraph("", "", nodes.math("x", "x")))
    False
    """
    texts = paragraph.findall(nodes.Text)
    return any(text.strip() for text in texts if not isinstance(text.parent, nodes.math))


def visit_self_check(self: Any, node: self_check) -> None:
    """Open the block."""
    check = escape(json.dumps(node["check"], separators=(",", ":")))
    self.body.append(f'<div class="self-check" data-check="{check}">')


def visit_mistake(self: Any, node: mistake) -> None:
    """Hide the message until its answer is given."""
    self.body.append('<div class="mistake" hidden>')


def visit_offers(self: Any, node: offers) -> None:
    """Open the list."""
    self.body.append('<ol class="order">' if node["ordered"] else '<ul class="choices">')


def depart_offers(self: Any, node: offers) -> None:
    """Close the list."""
    self.body.append("</ol>" if node["ordered"] else "</ul>")


def visit_offer(self: Any, node: offer) -> None:
    """Open one of the options."""
    self.body.append(f'<li data-value="{escape(node["value"])}">')


def depart_offer(self: Any, node: offer) -> None:
    """Close it."""
    self.body.append("</li>")


def depart_block(self: Any, node: nodes.Element) -> None:
    """Close a block."""
    self.body.append("</div>")


def setup(app: Sphinx) -> None:
    """Register the directives and their nodes."""
    app.add_node(self_check, html=(visit_self_check, depart_block))
    app.add_node(mistake, html=(visit_mistake, depart_block))
    app.add_node(offers, html=(visit_offers, depart_offers))
    app.add_node(offer, html=(visit_offer, depart_offer))
    app.add_directive("givens", Givens)
    app.add_directive("self-check", SelfCheck)
