"""A program to complete: a cell of code that the notebook, and the page where it is live, can run.

::

    ```{code-exercise} correlate
    ```

The skeleton and the tests are those of `cnnbook.practice.tasks`.
"""

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from cnnbook.practice import TASKS

CELL = """\
import numpy as np

from cnnbook.practice import check_program


{skeleton}


check_program({name}, "{language}")"""

HINT = {
    "fa": "این سلول در دفترچهٔ همین فصل (دکمهٔ دریافت در بالای صفحه) اجرا می‌شود، یا همین‌جا اگر "
    "کتاب با `make live` باز شده باشد.",
    "en": "This cell runs in the notebook of this chapter (the download button above), or here "
    "where the book is served by `make live`.",
}


class where_to_run(nodes.General, nodes.TextElement):
    """Where the cell can be run; a notebook need not say it."""


class Program(SphinxDirective):
    """Puts the cell there."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Make the nodes that myst-nb makes of a cell."""
        name = self.arguments[0]
        if name not in TASKS:
            raise self.error(f"{name!r} is no program; there are {', '.join(TASKS)}.")
        skeleton = TASKS[name].skeleton
        text = CELL.format(skeleton=skeleton, name=name, language=self.config.language)
        block = nodes.literal_block(text, text, language="ipython3")
        source = nodes.container("", block, nb_element="cell_code_source", classes=["cell_input"])
        cell = nodes.container("", source, nb_element="cell_code", classes=["cell"])
        cell["cell_metadata"] = {}
        cell["cell_index"] = self.lineno  # it is in no list of cells
        before, command, after = HINT[self.config.language].split("`")
        where = where_to_run("", before, nodes.literal("", command), nodes.Text(after))
        return [where, cell]


def visit_where_to_run(self: Any, node: where_to_run) -> None:
    """Open a paragraph."""
    self.body.append('<p class="program-hint">')


def depart_where_to_run(self: Any, node: where_to_run) -> None:
    """Close it."""
    self.body.append("</p>")


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_node(where_to_run, html=(visit_where_to_run, depart_where_to_run))
    app.add_directive("code-exercise", Program)
