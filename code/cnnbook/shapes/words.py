"""The words of an explained shape, in Persian and English.

Every line is a template whose placeholders are formulas. In Persian their digits are Persian and
each is wrapped in Unicode's left-to-right isolate, so that it reads in its own direction within the
sentence; names of layers and settings are code and are never touched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from cnnbook.shapes.formulas import by, number, sum_of_products, text
from cnnbook.shapes.rules import BorderRule, ProductRule, Rule, TransposedRule, WindowRule
from cnnbook.shapes.steps import Step

Language = Literal["fa", "en"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "valid": "window {window}, stride {stride}, padding {name}: whole windows only, no zeros",
        "same": "window {window}, stride {stride}, padding {name}: {rule} outputs and as many "
        "zeros as they need",
        "dilation": "dilation {dilation}",
        "transposed": "each input adds its multiple of the kernel to the output",
        "zeros": "zeros around the image",
        "cut": "a border of the image is cut off",
        "repeat": "each pixel is repeated",
        "flatten": "all numbers in one row: {size}",
        "mean": "the mean of {size} numbers a channel",
        "max": "the largest of {size} numbers a channel",
        "height": "height: {size}",
        "width": "width: {size}",
        "both": "height and width: {size}",
        "added": "zeros {before} before, {after} after",
        "odd": "the extra zero is last, as in TensorFlow",
        "unread": "{count} of {size} inputs never read",
        "parameters": "weights {shapes}: {sum} parameters",
        "untrained": "{count} of them not trained",
        "shared": "weights shared with an earlier layer are not counted again",
        "weights": "the weights are Keras' own; multiply-adds are not counted",
        "shape and weights": "no rule here: shape and weights are Keras' own; multiply-adds are "
        "not counted",
        "macs": "{product} multiply-adds",
        "field": "receptive field {size}, moving {stride} from {offset}",
        "total": "total: {params} parameters, {trainable} of them trained, {macs} multiply-adds",
        "uncounted": "multiply-adds not counted in {count} of the layers",
        "semicolon": "; ",
    },
    "fa": {
        "valid": "پنجرهٔ {window}، گام {stride}، حاشیه‌گذاری {name}: فقط پنجره‌های کامل، بدون صفر",
        "same": "پنجرهٔ {window}، گام {stride}، حاشیه‌گذاری {name}: {rule} خروجی، با هر تعداد صفر "
        "که لازم شود",
        "dilation": "اتساع {dilation}",
        "transposed": "هر ورودی مضربی از کرنل را به خروجی می‌افزاید",
        "zeros": "صفر در پیرامون تصویر",
        "cut": "حاشیهٔ تصویر بریده می‌شود",
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
        "shared": "وزن‌هایی که با لایه‌ای پیشین مشترک‌اند دوباره شمرده نمی‌شوند",
        "weights": "وزن‌ها از خود Keras گرفته شده است؛ ضرب‌وجمع شمرده نشده است",
        "shape and weights": "این‌جا قاعده‌ای نیست: شکل و وزن‌ها از خود Keras گرفته شده است؛ "
        "ضرب‌وجمع شمرده نشده است",
        "macs": "{product} ضرب‌وجمع",
        "field": "میدان دریافت {size}، با گام {stride} از {offset}",
        "total": "در مجموع: {params} پارامتر، {trainable} پارامتر آموزش‌پذیر، {macs} ضرب‌وجمع",
        "uncounted": "ضرب‌وجمع در {count} لایه شمرده نشده است",
        "semicolon": "؛ ",
    },
}
_PERSIAN_SIGNS = str.maketrans("0123456789,-", "۰۱۲۳۴۵۶۷۸۹،−")


def explain(step: Step, language: Language = "en") -> str:
    """Explain one step in a few lines of English ("en") or Persian ("fa").

    Raises
    ------
    ValueError
        For another language.

    Examples
    --------
    >>> from cnnbook.shapes import MaxPooling2D
    >>> print(explain(MaxPooling2D(2).step((14, 14, 32)), "en"))
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


def explain_all(steps: Sequence[Step], language: Language = "en") -> str:
    """Explain steps, numbered, and what they add up to.

    Examples
    --------
    >>> from cnnbook.shapes import Dense
    >>> print(explain_all([Dense(5).step((64,))], "en"))
    1. Dense: 64 → 5
      weights 64×5, 5: 64·5 + 5 = 325 parameters
      64·5 = 320 multiply-adds
    total: 325 parameters, 325 of them trained, 320 multiply-adds
    """
    numbered = [
        f"{in_language(f'{i}.', language)} {explain(step, language)}"
        for i, step in enumerate(steps, 1)
    ]
    total = say(
        language,
        "total",
        params=number(sum(step.params for step in steps)),
        trainable=number(sum(step.trainable_params for step in steps)),
        macs=number(sum(step.macs for step in steps)),
    )
    told = sum(step.told != "nothing" for step in steps)
    if told:
        total += words(language)["semicolon"] + say(language, "uncounted", count=told)
    return "\n".join([*numbered, total])


def words(language: Language) -> dict[str, str]:
    """Return the lines of one language.

    Examples
    --------
    >>> words("de")
    Traceback (most recent call last):
    ...
    ValueError: there is no 'de' here; language must be one of 'en', 'fa'
    """
    if language not in WORDS:
        known = ", ".join(map(repr, WORDS))
        raise ValueError(f"there is no {language!r} here; language must be one of {known}")
    return WORDS[language]


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
    return words(language)[line].format(**written)


def in_language(formula: object, language: Language) -> str:
    r"""Write a formula as a sentence in that language holds it.

    Examples
    --------
    >>> in_language("4·(3, 0) = 1,568", "fa")
    '\u2066۴·(۳،\xa0۰) = ۱٬۵۶۸\u2069'
    """
    if language != "fa":
        return str(formula)
    separated = re.sub(r"(?<=\d),(?=\d)", "٬", str(formula)).replace(", ", ",\u00a0")
    return f"\u2066{separated.translate(_PERSIAN_SIGNS)}\u2069"


def _rule_lines(rules: Sequence[Rule], language: Language) -> list[str]:
    """Say what the layer does, and each axis with its numbers; one line when they are equal."""
    if not rules:
        return []
    if len(rules) == 1:
        return [say(language, _kind(rules), size=text(rules[0]))]
    line = say(language, _kind(rules), **_window(rules))
    axes = [rule.axis for rule in rules if isinstance(rule, WindowRule | TransposedRule)]
    if any(axis.dilation > 1 for axis in axes):
        dilation = say(language, "dilation", dilation=by([axis.dilation for axis in axes]))
        line += words(language)["semicolon"] + dilation
    height, width = rules
    if height == width:
        return [line, _axis_line("both", height, language)]
    return [line, _axis_line("height", height, language), _axis_line("width", width, language)]


def _kind(rules: Sequence[Rule]) -> str:
    """Find the line of `WORDS` that says what rules of one kind do."""
    match rules[0]:
        case WindowRule(_, padding):
            return padding
        case ProductRule(kind, _):
            return kind
        case TransposedRule():
            return "transposed"
        case BorderRule():
            cut = any(isinstance(r, BorderRule) and r.axis.count < r.axis.size for r in rules)
            return "cut" if cut else "zeros"


def _window(rules: Sequence[Rule]) -> dict[str, str]:
    axes = [rule.axis for rule in rules if isinstance(rule, WindowRule)]
    window, stride = by([axis.kernel for axis in axes]), by([axis.stride for axis in axes])
    return {"window": window, "stride": stride, "rule": "⌈n/s⌉", "name": _kind(rules)}


def _axis_line(name: str, rule: Rule, language: Language) -> str:
    parts = [say(language, name, size=text(rule))]
    if isinstance(rule, WindowRule):
        axis = rule.axis
        if rule.padding == "same":
            parts.append(say(language, "added", before=axis.before, after=axis.after))
            if axis.before != axis.after:
                parts.append(words(language)["odd"])
        if axis.unread:
            parts.append(say(language, "unread", count=len(axis.unread), size=axis.size))
    return words(language)["semicolon"].join(parts)


def _count_lines(step: Step, language: Language) -> list[str]:
    lines = []
    if step.weight_shapes:
        shapes = ", ".join(by(shape) for shape in step.weight_shapes)
        total = sum_of_products(step.weight_shapes)
        line = say(language, "parameters", shapes=shapes, sum=total)
        if step.untrained:
            untrained = say(language, "untrained", count=number(step.untrained))
            line += words(language)["semicolon"] + untrained
        lines.append(line)
    if step.shared:
        lines.append(words(language)["shared"])
    if step.told != "nothing":
        lines.append(words(language)[step.told])
    if step.mac_terms:
        lines.append(say(language, "macs", product=sum_of_products(step.mac_terms)))
    return lines
