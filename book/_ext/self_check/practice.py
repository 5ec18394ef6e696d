"""Practice without end: a problem of `cnnbook.practice` in the page, and more of them at a click.

::

    ```{practice} convolution
    ```

The package works out every problem while the book is built; the page only picks. The pool of a
topic is a script, since browsers fetch nothing from disk, and comes when the reader asks for it.
"""

import json
from functools import cache
from html import escape
from itertools import islice
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from cnnbook.practice import DIFFICULTIES, TOPICS, Problem, different_problems
from cnnbook.practice.markup import problem_html, solution_html, text_html
from cnnbook.shapes.words import Language

from .answers import POINTS

SEED = "page"
POOL = 20  # problems of each difficulty
SOLUTION = {"fa": "راه حل", "en": "Solution"}


class practice(nodes.General, nodes.Element):
    """The box of one ``topic``, with its first problem as HTML in ``shown``."""


class Practice(SphinxDirective):
    """``{practice} TOPIC``."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Show the first problem; the script brings the others."""
        topic = self.arguments[0]
        if topic not in TOPICS:
            raise self.error(f"there is no topic {topic!r}; there are {', '.join(TOPICS)}.")
        language: Language = "fa" if self.config.language == "fa" else "en"
        first = pool(topic)[DIFFICULTIES[0]][0]
        shown = (
            f'<div class="problem">{problem_html(first, language)}</div>'
            f'<details class="steps-of-it"><summary>{SOLUTION[language]}</summary>'
            f'<div class="solution-of-it">{solution_html(first, language)}</div></details>'
        )
        return [practice(topic=topic, shown=shown)]


@cache
def pool(topic: str) -> dict[int, list[Problem]]:
    """Return the problems of a topic that the page picks from, by difficulty."""
    return {d: list(islice(different_problems(topic, SEED, d), POOL)) for d in DIFFICULTIES}


def at(coefficients: Any, h: int) -> float:
    """Return the value of a polynomial, its constant coming first.

    >>> at([5, 1574], 2)
    3153
    """
    value: float = sum(c * h**power for power, c in enumerate(coefficients))
    return value


def check(one: Problem) -> dict[str, Any]:
    """Return what the page compares with, in the form of a self-check."""

    def value(answer: Any) -> Any:
        return [at(answer, h) for h in POINTS] if one.kind == "polynomial" else answer

    slips = [value(mistake.answer) for mistake in one.mistakes]
    kind = "shape" if one.kind == "list" else one.kind
    made = {"kind": kind, "answer": value(one.answer), "slips": slips}
    return {**made, "points": list(POINTS)} if one.kind == "polynomial" else made


def script(topic: str, language: Language) -> str:
    """Write the pool of a topic as a script."""
    problems = {
        difficulty: [
            {
                "shown": problem_html(one, language),
                "solution": solution_html(one, language),
                "check": check(one),
                "mistakes": [text_html(m.text[language], language) for m in one.mistakes],
            }
            for one in listed
        ]
        for difficulty, listed in pool(topic).items()
    }
    data = json.dumps(problems, ensure_ascii=False, separators=(",", ":"))
    return f"(globalThis.PracticePools ??= {{}}).{topic} = {data};\n"


def write_pools(app: Sphinx, error: Exception | None) -> None:
    """Write the pools beside the script that picks from them."""
    if error or app.builder.format != "html":
        return
    language: Language = "fa" if app.config.language == "fa" else "en"
    folder = Path(app.outdir) / "_static" / "self-check" / language
    folder.mkdir(parents=True, exist_ok=True)
    for topic in TOPICS:
        (folder / f"{topic}.js").write_text(script(topic, language), "utf-8")


def visit_practice(self: Any, node: practice) -> None:
    """Write the box."""
    first = escape(json.dumps(check(pool(node["topic"])[DIFFICULTIES[0]][0])))
    self.body.append(
        f'<div class="practice" id="practice-{node["topic"]}" data-topic="{node["topic"]}" '
        f'data-first="{first}">{node["shown"]}</div>'
    )
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register the directive, its node, and the writing of the pools."""
    app.add_node(practice, html=(visit_practice, None))
    app.add_directive("practice", Practice)
    app.connect("build-finished", write_pools, priority=60)  # before the editions share files
