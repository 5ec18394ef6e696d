"""A problem, and the way to its answer, as a notebook shows them, in either language."""

from __future__ import annotations

from cnnbook.practice.markup import MATRICES, problem_html, solution_html
from cnnbook.practice.problem import Problem
from cnnbook.shapes.words import Language

__all__ = ["Shown", "show_problem", "show_solution"]

# A notebook sets paragraphs and lists from the left, whatever their direction.
_STYLE = MATRICES + ".practice p { text-align: start } .practice .steps { padding: 0 2em }\n"


class Shown:
    """What a notebook displays of a problem, once, as the last line of a cell.

    Examples
    --------
    >>> from cnnbook.practice import problem
    >>> show_problem(problem("shapes", seed=1, difficulty=1), "fa")
    A problem.
    """

    def __init__(self, name: str, html: str, language: Language) -> None:
        self.name, self.html, self.language = name, html, language

    def __repr__(self) -> str:
        """Say what it is."""
        return self.name

    def _repr_html_(self) -> str:
        """Write it in the direction of its language."""
        direction = "rtl" if self.language == "fa" else "ltr"
        return (
            f'<div class="practice" lang="{self.language}" dir="{direction}">'
            f"<style>\n{_STYLE}</style>{self.html}</div>"
        )


def show_problem(one: Problem, language: Language = "en") -> Shown:
    """Return the question and what is given, for a notebook, and nothing of the answer.

    Examples
    --------
    >>> from cnnbook.practice import problem
    >>> show_problem(problem("gradients", seed=7, difficulty=1))
    A problem.
    """
    return Shown("A problem.", problem_html(one, language), language)


def show_solution(one: Problem, language: Language = "en") -> Shown:
    """Return the steps and the answer, for a notebook.

    Examples
    --------
    >>> from cnnbook.practice import problem
    >>> show_solution(problem("gradients", seed=7, difficulty=1))
    A solution.
    """
    return Shown("A solution.", solution_html(one, language), language)
