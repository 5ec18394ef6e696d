"""Rules, weights and multiply-adds written down with their numbers, as text and as LaTeX."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

from cnnbook.geometry import TransposedAxis
from cnnbook.shapes.rules import BorderRule, ProductRule, Rule, TransposedRule, WindowRule
from cnnbook.shapes.steps import Step


def text(rule: Rule) -> str:
    """Write a size rule with its numbers.

    Examples
    --------
    >>> from cnnbook.geometry import Axis, TransposedAxis
    >>> text(WindowRule(Axis(28, 3, stride=2, after=1), "same"))
    '⌈28/2⌉ = 14'
    >>> text(WindowRule(Axis(7, 3, dilation=2), "valid"))
    '2·(3-1)+1 = 5, ⌊(7-5)/1⌋+1 = 3'
    >>> text(TransposedRule(TransposedAxis(5, 3, stride=2, padding="same", output_padding=0)))
    '(5-1)·2 + 3 - 2·1 + 0 = 9'
    >>> text(BorderRule(Axis(28, 1, before=1, after=2)))
    '1 + 28 + 2 = 31'
    >>> text(ProductRule("flatten", (7, 7, 32)))
    '7·7·32 = 1,568'
    """
    match rule:
        case WindowRule(axis, padding):
            n, k, s, d = axis.size, axis.kernel, axis.stride, axis.dilation
            if padding == "same":
                return f"⌈{n}/{s}⌉ = {rule.size}"
            extent = f"{d}·({k}-1)+1 = {axis.extent}, " if d > 1 else ""
            return f"{extent}⌊({n}-{axis.extent})/{s}⌋+1 = {rule.size}"
        case BorderRule(axis):
            if axis.before < 0 or axis.after < 0:
                return f"{axis.size} - {-axis.before} - {-axis.after} = {rule.size}"
            return f"{axis.before} + {axis.size} + {axis.after} = {rule.size}"
        case TransposedRule(axis):
            return f"{_transposed(axis)} = {rule.size}"
        case ProductRule(_, factors):
            return sum_of_products([factors])


def latex(rule: Rule) -> str:
    r"""Write a size rule with its numbers as LaTeX.

    Examples
    --------
    >>> from cnnbook.geometry import Axis
    >>> print(latex(WindowRule(Axis(14, 2, stride=2), "valid")))
    \left\lfloor \tfrac{14-2}{2} \right\rfloor + 1 = 7
    """
    match rule:
        case WindowRule(axis, padding):
            n, k, s, d = axis.size, axis.kernel, axis.stride, axis.dilation
            if padding == "same":
                return rf"\left\lceil \tfrac{{{n}}}{{{s}}} \right\rceil = {rule.size}"
            extent = rf"{d}({k}-1)+1 = {axis.extent},\quad " if d > 1 else ""
            fraction = rf"\tfrac{{{n}-{axis.extent}}}{{{s}}}"
            return rf"{extent}\left\lfloor {fraction} \right\rfloor + 1 = {rule.size}"
        case _:
            written = text(rule).replace("·", r" \cdot ").replace("max", r"\max")
            return written.replace(",", "{,}") if isinstance(rule, ProductRule) else written


def step_latex(step: Step) -> str:
    r"""Write one layer's size, parameters and multiply-adds as aligned equations.

    Examples
    --------
    >>> from cnnbook.shapes import Dense
    >>> print(step_latex(Dense(5).step((64,))))
    \begin{aligned}
    \text{parameters} &= 64 \cdot 5 + 5 = 325 \\
    \text{multiply-adds} &= 64 \cdot 5 = 320
    \end{aligned}
    """
    sides = ("height", "width") if len(step.rules) == 2 else ("size",) * len(step.rules)
    equations = [
        rf"\text{{{side}}} &= {latex(rule)}" for side, rule in zip(sides, step.rules, strict=True)
    ]
    for name, terms in (("parameters", step.weight_shapes), ("multiply-adds", step.mac_terms)):
        if terms:
            value = sum_of_products(terms, times=r" \cdot ").replace(",", "{,}")
            equations.append(rf"\text{{{name}}} &= {value}")
    return "\n".join((r"\begin{aligned}", " \\\\\n".join(equations), r"\end{aligned}"))


def number(value: Any) -> str:
    """Write a number with separators of thousands; a symbol as it is.

    Examples
    --------
    >>> number(100741)
    '100,741'
    """
    return f"{value:,}" if isinstance(value, int) else str(value)


def by(numbers: Sequence[object]) -> str:
    """Write a shape.

    Examples
    --------
    >>> by((28, 28, 1))
    '28×28×1'
    """
    return "×".join(map(str, numbers))


def sum_of_products(terms: Sequence[Sequence[Any]], times: str = "·") -> str:
    """Write a sum of products with its value.

    Examples
    --------
    >>> sum_of_products([(3, 3, 1, 32), (32,)])
    '3·3·1·32 + 32 = 320'
    """
    total = number(sum(prod(factors) for factors in terms))
    if len(terms) == 1 and len(terms[0]) < 2:
        return total
    left = " + ".join(times.join(map(str, factors)) or "1" for factors in terms)
    return f"{left} = {total}"


def _transposed(axis: TransposedAxis) -> str:
    n, s, e = axis.size, axis.stride, axis.extent
    if axis.output_padding is not None:
        return f"({n}-1)·{s} + {e} - 2·{axis.cut // 2} + {axis.output_padding}"
    return f"{n}·{s}" if axis.padding == "same" else f"{n}·{s} + max({e}-{s}, 0)"
