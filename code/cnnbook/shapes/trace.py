"""A stack followed from its input to its output, in numbers, words, equations and tables."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from cnnbook.shapes.formulas import by, number, step_latex
from cnnbook.shapes.receptive_field import ReceptiveField
from cnnbook.shapes.steps import Shape, Step
from cnnbook.shapes.words import Language, explain_all

_MARKED = re.compile(r"[\\`*_|<&~$\[\]]")  # what Markdown would not show as it is
_HEAD = ("layer", "output", "weights", "parameters", "multiply-adds")


@dataclass(frozen=True)
class Trace:
    """The steps of a stack and what they add up to; a notebook shows them as a table.

    Attributes
    ----------
    input_shape, shape : tuple of int
        Of the first input and of the output.
    steps : tuple of Step
        In running order.
    receptive_field : ReceptiveField or None
        Pixels that an output cell depends on; None when it has no place in the image.

    Examples
    --------
    >>> from cnnbook.shapes import Dense, Flatten, output_shape
    >>> trace = output_shape((7, 7, 32), [Flatten(), Dense(64), Dense(5)])
    >>> trace.shape, trace.params, trace.macs, len(trace.steps)
    ((5,), 100741, 100672, 3)
    """

    input_shape: Shape
    steps: tuple[Step, ...]
    shape: Shape
    receptive_field: ReceptiveField | None

    @property
    def params(self) -> int:
        """Number of weights."""
        return sum(step.params for step in self.steps)

    @property
    def trainable_params(self) -> int:
        """Number of weights that training changes."""
        return sum(step.trainable_params for step in self.steps)

    @property
    def macs(self) -> int:
        """Multiply-adds for one image, of every step that has a rule (see `Step.told`)."""
        return sum(step.macs for step in self.steps)

    def explain(self, language: Language = "en") -> str:
        """Explain every step and the totals, in English ("en") or Persian ("fa")."""
        return explain_all(self.steps, language)

    def latex(self) -> str:
        """Write every step that has numbers as a block of aligned equations."""
        counted = (step for step in self.steps if step.rules or step.weight_shapes)
        return "\n\n".join(map(step_latex, counted))

    def _rows(self) -> list[tuple[str, ...]]:
        steps = [
            (
                step.layer.name,
                by(step.shape),
                ", ".join(map(by, step.weight_shapes)),
                number(step.params),
                number(step.macs) if step.told == "nothing" else "?",
            )
            for step in self.steps
        ]
        total = (number(self.params), number(self.macs))
        return [("input", by(self.input_shape), "", "", ""), *steps, ("total", "", "", *total)]

    def _repr_markdown_(self) -> str:
        rule = ("---", "---", "---", "---:", "---:")
        rows = [[_MARKED.sub(r"\\\g<0>", cell) for cell in row] for row in self._rows()]
        return "\n".join(f"| {' | '.join(row)} |" for row in (_HEAD, rule, *rows))

    def _repr_html_(self) -> str:
        rows = [f"<td>{'</td><td>'.join(map(escape, row))}</td>" for row in self._rows()]
        body = "".join(f"<tr>{row}</tr>\n" for row in rows)
        head = f"<tr><th>{'</th><th>'.join(_HEAD)}</th></tr>"
        return f'<table dir="ltr">\n<thead>{head}</thead>\n<tbody>\n{body}</tbody>\n</table>'
