"""The words of an explained shape, in Persian and English.

Every line is a template whose placeholders are formulas. In Persian their digits are Persian and
each is wrapped in Unicode's left-to-right isolate, so that it reads in its own direction within the
sentence; names of layers and settings are code and are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from cnnbook.shapes.rules import Rule, number

if TYPE_CHECKING:
    from cnnbook.shapes.layers import Step

Language = Literal["fa", "en"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "valid": "window {window}, stride {stride}, padding {name}: whole windows only, no zeros",
        "same": "window {window}, stride {stride}, padding {name}: {rule} outputs and as many "
        "zeros as they need",
        "dilation": "dilation {dilation}",
        "transposed": "each input adds its multiple of the kernel to the output",
        "zeros": "zeros around the image",
        "repeat": "each pixel is repeated",
        "flatten": "all numbers in one row: {size}",
        "mean": "the mean of {size} numbers a channel",
        "max": "the largest of {size} numbers a channel",
        "height": "height: {size}",
        "width": "width: {size}",
        "both": "height and width: {size}",
        "added": "zeros {before} before, {after} after",
        "odd": "the odd zero comes last, as in TensorFlow",
        "unread": "{count} of {size} inputs never read",
        "parameters": "weights {shapes}: {sum} parameters",
        "untrained": "{count} of them not trained",
        "macs": "{product} multiply-adds",
        "field": "receptive field {size}, moving {stride} from {offset}",
        "total": "total: {params} parameters, {trainable} of them trained, {macs} multiply-adds",
        "semicolon": "; ",
    },
    "fa": {
        "valid": "پنجرهٔ {window}، گام {stride}، حاشیه‌گذاری {name}: تنها پنجره‌های کامل، بدون صفر",
        "same": "پنجرهٔ {window}، گام {stride}، حاشیه‌گذاری {name}: {rule} خروجی، با هر تعداد صفر "
        "که لازم شود",
        "dilation": "اتساع {dilation}",
        "transposed": "هر ورودی مضربی از کرنل را به خروجی می‌افزاید",
        "zeros": "صفر در پیرامون تصویر",
        "repeat": "تکرار هر پیکسل",
        "flatten": "همهٔ عددها در یک ردیف: {size}",
        "mean": "میانگین {size} عدد در هر کانال",
        "max": "بزرگ‌ترین {size} عدد در هر کانال",
        "height": "ارتفاع: {size}",
        "width": "عرض: {size}",
        "both": "ارتفاع و عرض: {size}",
        "added": "{before} صفر پیش از ورودی و {after} صفر پس از آن",
        "odd": "صفر اضافی، مانند TensorFlow، در پایان می‌آید",
        "unread": "{count} ورودی از {size} ورودی هرگز خوانده نمی‌شود",
        "parameters": "وزن‌ها {shapes}: {sum} پارامتر",
        "untrained": "{count} پارامتر آموزش نمی‌بیند",
        "macs": "{product} ضرب‌وجمع",
        "field": "میدان دریافت {size}، با گام {stride} از {offset}",
        "total": "در مجموع: {params} پارامتر، {trainable} پارامتر آموزش‌پذیر، {macs} ضرب‌وجمع",
        "semicolon": "؛ ",
    },
}
_PERSIAN_DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def say(language: Language, line: str, **formulas: object) -> str:
    r"""Put formulas into a line of `WORDS`.

    Examples
    --------
    >>> say("en", "height", size="⌈28/2⌉ = 14")
    'height: ⌈28/2⌉ = 14'
    >>> say("fa", "height", size="⌈28/2⌉ = 14")
    'ارتفاع: \u2066⌈۲۸/۲⌉ = ۱۴\u2069'
    """
    written = {name: in_language(formula, language) for name, formula in formulas.items()}
    return WORDS[language][line].format(**written)


def in_language(formula: object, language: Language) -> str:
    r"""Write a formula as a sentence in that language holds it.

    Examples
    --------
    >>> in_language("4·(3, 0) = 1,568", "fa")
    '\u2066۴·(۳, ۰) = ۱٬۵۶۸\u2069'
    """
    if language == "en":
        return str(formula)
    separated = re.sub(r"(?<=\d),(?=\d)", "٬", str(formula))
    return f"\u2066{separated.translate(_PERSIAN_DIGITS)}\u2069"


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
    left = " + ".join(times.join(map(str, factors)) for factors in terms)
    total = number(sum(prod(factors) for factors in terms))
    return left if left == total else f"{left} = {total}"


def explain_step(step: Step, language: Language) -> str:
    """Explain one layer in a few lines.

    Examples
    --------
    >>> from cnnbook.shapes import MaxPooling2D
    >>> print(explain_step(MaxPooling2D(2).step((14, 14, 32)), "en"))
    MaxPooling2D: 14×14×32 → 7×7×32
      window 2×2, stride 2×2, padding valid: whole windows only, no zeros
      height and width: ⌊(14-2)/2⌋+1 = 7
    """
    inputs = " , ".join(by(shape) for shape in step.input_shapes)
    arrow = in_language(f"{inputs} → {by(step.shape)}", language)
    lines = [
        f"{step.layer.name}: {arrow}",
        *_rule_lines(step.rules, language),
        *_count_lines(step, language),
    ]
    field = step.receptive_field
    if field and step.axes:
        size, stride, offset = by(field.size), by(field.stride), field.offset
        lines.append(say(language, "field", size=size, stride=stride, offset=offset))
    return "\n  ".join(lines)


def latex_step(step: Step) -> str:
    r"""Write one layer's size, parameters and multiply-adds as aligned equations.

    Examples
    --------
    >>> from cnnbook.shapes import Dense
    >>> print(latex_step(Dense(5).step((64,))))
    \begin{aligned}
    \text{parameters} &= 64 \cdot 5 + 5 = 325 \\
    \text{multiply-adds} &= 64 \cdot 5 = 320
    \end{aligned}
    """
    equations = [
        rf"\text{{{name}}} &= {rule.latex}"
        for name, rule in zip(_sides(step.rules), step.rules, strict=True)
    ]
    for name, terms in (("parameters", step.weight_shapes), ("multiply-adds", step.mac_terms)):
        if terms:
            value = sum_of_products(terms, times=r" \cdot ").replace(",", "{,}")
            equations.append(rf"\text{{{name}}} &= {value}")
    return "\n".join((r"\begin{aligned}", " \\\\\n".join(equations), r"\end{aligned}"))


def _sides(rules: Sequence[Rule]) -> tuple[str, ...]:
    return ("height", "width")[: len(rules)] if len(rules) != 1 else ("size",)


def _rule_lines(rules: Sequence[Rule], language: Language) -> list[str]:
    """Say what the layer does, and each axis with its numbers; one line when they are equal."""
    if not rules:
        return []
    kind, axes = rules[0].kind, [rule.axis for rule in rules if rule.axis]
    if len(rules) == 1:
        return [say(language, kind, size=rules[0].text)]
    window, stride, dilation = (
        by([getattr(axis, name) for axis in axes]) for name in ("kernel", "stride", "dilation")
    )
    line = say(language, kind, window=window, stride=stride, rule="⌈n/s⌉", name=kind)
    if any(axis.dilation > 1 for axis in axes):
        line += WORDS[language]["semicolon"] + say(language, "dilation", dilation=dilation)
    height, width = rules
    if height == width:
        return [line, _axis_line("both", height, language)]
    return [line, _axis_line("height", height, language), _axis_line("width", width, language)]


def _axis_line(name: str, rule: Rule, language: Language) -> str:
    parts = [say(language, name, size=rule.text)]
    axis = rule.axis
    if axis and rule.kind == "same":
        parts.append(say(language, "added", before=axis.before, after=axis.after))
        if axis.before != axis.after:
            parts.append(WORDS[language]["odd"])
    if axis and axis.unread:
        parts.append(say(language, "unread", count=len(axis.unread), size=axis.size))
    return WORDS[language]["semicolon"].join(parts)


def _count_lines(step: Step, language: Language) -> list[str]:
    lines = []
    if step.weight_shapes:
        shapes = ", ".join(by(shape) for shape in step.weight_shapes)
        total = sum_of_products(step.weight_shapes)
        line = say(language, "parameters", shapes=shapes, sum=total)
        if step.untrained:
            untrained = say(language, "untrained", count=number(step.untrained))
            line += WORDS[language]["semicolon"] + untrained
        lines.append(line)
    if step.mac_terms:
        lines.append(say(language, "macs", product=sum_of_products(step.mac_terms)))
    return lines
