"""Problems for question 2: 1×1 convolutions, their cost, and bottlenecks."""

from __future__ import annotations

import random

import numpy as np

from cnnbook.convolution import conv2d
from cnnbook.practice.matrices import whole_numbers
from cnnbook.practice.problem import Mistake, Problem, Text, entry, sum_of_products

__all__ = ["MAKERS"]


def one_pixel(rng: random.Random) -> Problem:
    """Ask what a 1×1 layer with bias and ReLU makes of one pixel.

    Examples
    --------
    >>> same, again, other = (one_pixel(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    while True:
        pixel, weights = whole_numbers(rng, 1, 3, -3, 5), whole_numbers(rng, 3, 2, -3, 3)
        bias = whole_numbers(rng, 1, 2, -3, 3)
        before = conv2d(pixel[None, None], weights[None, None])[0, 0] + bias
        if before.min() < 0 < before.max():  # so that ReLU is seen to act, and not on all
            break
    after = np.maximum(before, 0)
    sums = [
        sum_of_products([*pixel[0].tolist(), 1], [*column, b])
        for column, b in zip(weights.T.tolist(), bias[0].tolist(), strict=True)
    ]
    outcome = ", ".join(entry(value) for value in after[0].tolist())
    steps: list[Text] = [
        {
            "fa": f"کانال {k} (جملهٔ آخر بایاس است): `{line}`",
            "en": f"Channel {k} (the last term is the bias): `{line}`",
        }
        for k, line in enumerate(sums)
    ]
    steps.append({"fa": f"پس از ReLU: `{outcome}`", "en": f"After ReLU: `{outcome}`"})
    return Problem(
        "pointwise",
        1,
        "matrix",
        {
            "fa": "پیکسلی سه کانال `x` دارد. کانولوشن 1×1 با وزن‌های `w` (سطر: کانال ورودی، ستون: "
            "کانال خروجی) و بایاس `b` و سپس ReLU از آن چه می‌سازد؟",
            "en": "A pixel has the three channels `x`. What does a 1×1 convolution with "
            "weights `w` "
            "(rows: input channels, columns: output channels) and bias `b`, then ReLU, make of it?",
        },
        tuple(steps),
        after.tolist(),
        {"x": pixel.tolist(), "w": weights.tolist(), "b": bias.tolist()},
        {},
        (
            Mistake(
                before.tolist(),
                {
                    "fa": "ReLU فراموش شده است: عدد منفی صفر می‌شود.",
                    "en": "ReLU is missing: a negative number becomes zero.",
                },
            ),
        ),
    )


def bottleneck_cost(rng: random.Random) -> Problem:
    """Ask for the weights of a bottleneck of three layers.

    Examples
    --------
    >>> same, again, other = (bottleneck_cost(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    channels, narrow = 4 * rng.randint(12, 128), rng.randint(4, 48)
    parts = (channels * narrow, 9 * narrow**2, narrow * channels)
    biases = 2 * narrow + channels
    products = f"{channels}·{narrow} + 3·3·{narrow}·{narrow} + {narrow}·{channels}"
    total = sum(parts) + biases
    return Problem(
        "pointwise",
        2,
        "number",
        {
            "fa": f"ورودی {channels} کانال دارد. گلوگاه از سه لایه ساخته شده است: 1×1 با {narrow} "
            f"فیلتر، 3×3 با {narrow} فیلتر و 1×1 با {channels} فیلتر، هر سه با بایاس. "
            "روی هم چند پارامتر دارند؟",
            "en": f"The input has {channels} channels. A bottleneck has three layers: 1×1 with "
            f"{narrow} filters, 3×3 with {narrow} filters and 1×1 with {channels} filters, all "
            "with biases. How many parameters have they together?",
        },
        (
            {
                "fa": f"وزن‌ها: `{products} = {sum(parts)}`",
                "en": f"Weights: `{products} = {sum(parts)}`",
            },
            {
                "fa": f"بایاس‌ها: `{narrow} + {narrow} + {channels} = {biases}`",
                "en": f"Biases: `{narrow} + {narrow} + {channels} = {biases}`",
            },
            {
                "fa": f"روی هم: `{sum(parts)} + {biases} = {total}`",
                "en": f"Together: `{sum(parts)} + {biases} = {total}`",
            },
        ),
        total,
        {},
        {"channels": channels, "narrow": narrow},
        (
            Mistake(
                sum(parts),
                {
                    "fa": "بایاس‌ها را نشمرده‌اید؛ هر فیلتر یکی دارد.",
                    "en": "You did not count the biases; each filter has one.",
                },
            ),
        ),
    )


def widest_bottleneck(rng: random.Random) -> Problem:
    """Ask how wide a bottleneck may be before it saves nothing.

    Examples
    --------
    >>> same, again, other = (widest_bottleneck(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    channels = rng.randint(20, 800)

    def saves(narrow: int) -> bool:
        return 2 * channels * narrow + 9 * narrow**2 < 9 * channels**2

    widest = max(narrow for narrow in range(1, channels) if saves(narrow))
    costs = [2 * channels * b + 9 * b**2 for b in (widest, widest + 1)]
    direct = 9 * channels**2
    line = f"2·{channels}·B + 9·B² < 9·{channels}² = {direct}"
    return Problem(
        "pointwise",
        3,
        "number",
        {
            "fa": f"ورودی و خروجی {channels} کانال دارند. گلوگاه (1×1 با `B` فیلتر، 3×3 با `B` "
            f"فیلتر، 1×1 با {channels} فیلتر، بدون بایاس) جای یک لایهٔ 3×3 را می‌گیرد. بزرگ‌ترین "
            "`B` که با آن وزن‌ها کمتر می‌شوند چند است؟",
            "en": f"Input and output have {channels} channels. A bottleneck (1×1 with `B` filters, "
            f"3×3 with `B` filters, 1×1 with {channels} filters, no biases) replaces one 3×3 "
            "layer. "
            "What is the largest `B` with which there are fewer weights?",
        },
        (
            {"fa": f"باید `{line}` باشد.", "en": f"We need `{line}`."},
            {
                "fa": f"با `B = {widest}` تعداد وزن‌ها `{costs[0]}` است و با `B = {widest + 1}` "
                f"برابر `{costs[1]}`.",
                "en": f"With `B = {widest}` there are `{costs[0]}` weights; with `B = "
                f"{widest + 1}` there are `{costs[1]}`.",
            },
        ),
        widest,
        {},
        {"channels": channels},
    )


MAKERS = {1: (one_pixel,), 2: (bottleneck_cost,), 3: (widest_bottleneck,)}
