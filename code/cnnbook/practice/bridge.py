"""Problems for the bridge: softmax with cross-entropy, a step with momentum, normalisation."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np

from cnnbook.network import cross_entropy_backward
from cnnbook.practice.matrices import whole_numbers
from cnnbook.practice.problem import Mistake, Problem, Text, entry

__all__ = ["MAKERS"]

# Deviations from a mean of zero whose standard deviation is whole, so that hands can divide.
_PATTERNS = ((1, 1, -1, -1), (7, 1, -1, -7), (2, -2, 2, -2), (-7, -1, 1, 7))


def logits(rng: random.Random) -> Problem:
    """Ask for the gradient of cross-entropy behind softmax, with logits that are logarithms.

    Examples
    --------
    >>> same, again, other = (logits(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    powers = [rng.randint(1, 9) for _ in range(3)]
    label, total = rng.randrange(3), sum(powers)
    upstream = cross_entropy_backward(np.log([powers]), [label])
    shares = [Fraction(a, total) for a in powers]
    shown = ", ".join(f"{a}/{total}" for a in powers)
    sign: Text = {
        "fa": "علامت برعکس است: گرادیان `p − y` است.",
        "en": "The sign is the wrong way round: the gradient is `p − y`.",
    }
    only: Text = {
        "fa": "این خودِ احتمال‌هاست؛ از برچسب باید 1 کم شود.",
        "en": "Those are the probabilities; the label's loses 1.",
    }
    scores = ", ".join(f"ln {a}" for a in powers)
    return Problem(
        "bridge",
        1,
        "matrix",
        {
            "fa": f"لاجیت‌های یک تصویر `z = ({scores})` و برچسبش کلاس {label} است (کلاس‌ها از "
            "0 شمرده "
            "می‌شوند). گرادیان آنتروپی متقاطع نسبت به `z` چیست؟ کسر هم پذیرفته است.",
            "en": f"The logits of a picture are `z = ({scores})`, its label is class {label} "
            "(classes count from 0). What is the gradient of the cross-entropy with respect to "
            "`z`? Fractions are welcome.",
        },
        (
            {
                "fa": f"سافت‌مکس: `exp(ln a) = a`، پس `p = ({shown})`",
                "en": f"Softmax: `exp(ln a) = a`, so `p = ({shown})`",
            },
            {
                "fa": f"گرادیان `p − y` است و `y` فقط در کلاس {label} برابر 1 است.",
                "en": f"The gradient is `p − y`, and `y` is 1 in class {label} only.",
            },
        ),
        upstream.tolist(),
        {},
        {"powers": powers, "label": label},
        (
            Mistake((-upstream).tolist(), sign),
            Mistake([[float(share) for share in shares]], only),
        ),
    )


def momentum(rng: random.Random) -> Problem:
    """Ask for a weight after two steps with momentum.

    Examples
    --------
    >>> same, again, other = (momentum(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    weight, rate = rng.randint(-5, 9), Fraction(1, 10)
    first, second = (rng.choice((-1, 1)) * rng.randint(1, 9) for _ in range(2))
    keep = Fraction(9, 10)
    speed = -rate * first
    after_one = weight + speed
    faster = keep * speed - rate * second
    after = after_one + faster
    forgotten = after_one - rate * second
    return Problem(
        "bridge",
        2,
        "number",
        {
            "fa": f"وزنی `w = {entry(weight)}` است. دو گام SGD با نرخ یادگیری `0.1` و تکانهٔ "
            "`0.9` "
            "برمی‌داریم (`v ← 0.9·v − 0.1·g` و `w ← w + v`، با `v = 0` در آغاز). گرادیان در "
            "گام اول "
            f"`{entry(first)}` و در گام دوم `{entry(second)}` است. `w` چند می‌شود؟",
            "en": f"A weight is `w = {entry(weight)}`. We take two steps of SGD with learning rate "
            "`0.1` and momentum `0.9` (`v ← 0.9·v − 0.1·g` and `w ← w + v`, from `v = 0`). The "
            f"gradient is `{entry(first)}` in the first step and `{entry(second)}` in the second. "
            "What is `w` then?",
        },
        (
            {
                "fa": f"گام اول: `v = {entry(float(speed))}`، `w = {entry(float(after_one))}`",
                "en": f"First step: `v = {entry(float(speed))}`, `w = {entry(float(after_one))}`",
            },
            {
                "fa": f"گام دوم: `v = 0.9·({entry(float(speed))}) − 0.1·({entry(second)}) = "
                f"{entry(float(faster))}`، `w = {entry(float(after))}`",
                "en": f"Second step: `v = 0.9·({entry(float(speed))}) − 0.1·({entry(second)}) = "
                f"{entry(float(faster))}`, `w = {entry(float(after))}`",
            },
        ),
        float(after),
        {},
        {"weight": weight, "gradients": (first, second)},
        (
            Mistake(
                float(forgotten),
                {
                    "fa": "تکانه فراموش شده است: گام دوم بخشی از گام اول را نگه می‌دارد.",
                    "en": "Momentum is missing: the second step keeps part of the first.",
                },
            ),
        ),
    )


def normalisation(rng: random.Random) -> Problem:
    """Ask what batch normalisation makes of four values.

    Examples
    --------
    >>> same, again, other = (normalisation(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    pattern, mean, spread = rng.choice(_PATTERNS), rng.randint(-4, 9), rng.choice((1, 2, 3))
    values = [mean + spread * p for p in pattern]
    deviation = round(float(np.std(values)))
    gamma, beta = rng.choice((2, 3, 5)), rng.randint(-3, 3)
    normal = [(value - mean) / deviation for value in values]
    right = [gamma * value + beta for value in normal]
    sample = float(np.std(values, ddof=1))
    listed = ", ".join(map(entry, values))
    return Problem(
        "bridge",
        2,
        "matrix",
        {
            "fa": f"یک کانال در دسته‌ای چهارتایی مقدارهای `({listed})` دارد. نرمال‌سازی دسته‌ای در "
            f"آموزش، با `γ = {gamma}`، `β = {entry(beta)}` و `ε = 0`، از آن‌ها چه می‌سازد؟",
            "en": f"One channel of a batch of four has the values `({listed})`. What does batch "
            f"normalisation, in training, with `γ = {gamma}`, `β = {entry(beta)}` and `ε = 0`, "
            "make of them?",
        },
        (
            {
                "fa": f"میانگین `{entry(mean)}` و واریانس (تقسیم بر 4) `{deviation**2}` است؛ "
                "انحراف "
                f"معیار `{deviation}`",
                "en": f"The mean is `{entry(mean)}`, the variance (over 4) `{deviation**2}`, its "
                f"root `{deviation}`",
            },
            {
                "fa": f"`(x − {entry(mean)}) / {deviation}`: `{', '.join(map(entry, normal))}`",
                "en": f"`(x − {entry(mean)}) / {deviation}`: `{', '.join(map(entry, normal))}`",
            },
            {
                "fa": f"ضرب در `γ` و جمع با `β`: `{', '.join(map(entry, right))}`",
                "en": f"Times `γ`, plus `β`: `{', '.join(map(entry, right))}`",
            },
        ),
        [right],
        {},
        {"values": values, "gamma": gamma, "beta": beta},
        (
            Mistake(
                [[gamma * (value - mean) / sample + beta for value in values]],
                {
                    "fa": "بر 3 تقسیم کرده‌اید؛ نرمال‌سازی دسته‌ای واریانس را بر تعداد (4) "
                    "تقسیم می‌کند.",
                    "en": "You divided by 3; batch normalisation divides the variance by the "
                    "count, 4.",
                },
            ),
        ),
    )


def dense_weights(rng: random.Random) -> Problem:
    """Ask for the gradient of a dense layer's weights.

    Examples
    --------
    >>> same, again, other = (dense_weights(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    powers = [rng.randint(1, 6) for _ in range(3)]
    label, total = rng.randrange(3), sum(powers)
    inputs = whole_numbers(rng, 1, 2, 1, 6)
    upstream = cross_entropy_backward(np.log([powers]), [label])
    right = inputs.T @ upstream
    shown = ", ".join(f"{a - total * (k == label)}/{total}" for k, a in enumerate(powers))
    shown = shown.replace("-", "−")
    odds = ", ".join(f"{a}/{total}" for a in powers)
    return Problem(
        "bridge",
        3,
        "matrix",
        {
            "fa": f"لایهٔ متراکم `z = x·W` با ورودی `x` احتمال‌های `p = ({odds})` داده و برچسب کلاس "
            f"{label} است (از 0). گرادیان آنتروپی متقاطع نسبت به `W` (2×3) چیست؟ کسر هم "
            "پذیرفته است.",
            "en": f"A dense layer `z = x·W` gave, for the input `x`, the probabilities "
            f"`p = ({odds})`; the label is class {label} (from 0). What is the gradient of the "
            "cross-entropy with respect to `W` (2×3)? Fractions are welcome.",
        },
        (
            {"fa": f"`p − y = ({shown})`", "en": f"`p − y = ({shown})`"},
            {
                "fa": "`∂L/∂W` حاصل‌ضرب `xᵀ` در این سطر است: هر سطر، یک درایهٔ `x` ضرب در آن.",
                "en": "`∂L/∂W` is `xᵀ` times this row: each row is one entry of `x` times it.",
            },
        ),
        right.tolist(),
        {"x": inputs.tolist()},
        {"powers": powers, "label": label},
        (
            Mistake(
                (-right).tolist(),
                {
                    "fa": "علامت برعکس است: از `p − y` آغاز کنید.",
                    "en": "The sign is the wrong way round: begin with `p − y`.",
                },
            ),
        ),
    )


MAKERS = {1: (logits,), 2: (momentum, normalisation), 3: (dense_weights,)}
