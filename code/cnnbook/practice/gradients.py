"""Problems for question 4: the gradients of a convolution, alone and behind ReLU and a mean."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cnnbook.convolution import convolve2d, correlate2d
from cnnbook.practice.matrices import not_equal_turned, whole_numbers
from cnnbook.practice.problem import Mistake, Problem, Text, entry, sum_of_products

__all__ = ["MAKERS"]


def _written(matrix: Any) -> str:
    rows = ["[" + ", ".join(map(entry, row)) + "]" for row in np.asarray(matrix).tolist()]
    return "[" + ", ".join(rows) + "]"


def _both(formula: str) -> Text:
    return {"fa": f"`{formula}`", "en": f"`{formula}`"}


def _entries(name: str, image: Any, kernel: Any) -> tuple[Text, ...]:
    """Write each window of a cross-correlation out."""
    rows, columns = kernel.shape
    places = np.ndindex(image.shape[0] - rows + 1, image.shape[1] - columns + 1)
    return tuple(
        _both(
            f"{name}({i}, {j}) = "
            + sum_of_products(
                image[i : i + rows, j : j + columns].ravel().tolist(), kernel.ravel().tolist()
            )
        )
        for i, j in places
    )


def _three(rng: random.Random) -> tuple[Any, Any, Any]:
    """Draw an image, a kernel and an upstream gradient, of which a turn changes the last two."""
    image = whole_numbers(rng, 3, 3, -3, 5)
    return image, not_equal_turned(rng, 2, -3, 3), not_equal_turned(rng, 2, -3, 3)


def _with_upstream(
    difficulty: int,
    wanted: str,
    given: tuple[Any, Any, Any],
    steps: tuple[Text, ...],
    right: Any,
    wrong: Any,
    slip: Text,
) -> Problem:
    """Ask for one of the two gradients, with a given upstream gradient."""
    return Problem(
        "gradients",
        difficulty,
        "matrix",
        {
            "fa": "`O` همبستگی متقابلِ `X` و `F` با پنجره‌های کامل است و `∂L/∂O = G`. "
            f"`∂L/∂{wanted}` را بیابید.",
            "en": "`O` is the cross-correlation of `X` and `F` over whole windows, and "
            f"`∂L/∂O = G`. Find `∂L/∂{wanted}`.",
        },
        steps,
        right.tolist(),
        {name: matrix.tolist() for name, matrix in zip("XFG", given, strict=True)},
        {"wanted": wanted},
        () if np.array_equal(right, wrong) else (Mistake(wrong.tolist(), slip),),
    )


def of_the_kernel(rng: random.Random) -> Problem:
    """Ask for ∂L/∂F with a given upstream gradient.

    Examples
    --------
    >>> same, again, other = (of_the_kernel(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    x, f, g = _three(rng)
    right, turned = correlate2d(x, g, "valid"), convolve2d(x, g, "valid")
    text: Text = {
        "fa": "`G` را چرخانده‌اید؛ گرادیان کرنل همبستگی متقابلِ `X` و `G` است، بدون چرخش.",
        "en": "You turned `G`; the kernel's gradient is the cross-correlation of `X` and `G`, "
        "unturned.",
    }
    rule: Text = {
        "fa": "`F(a, b)` در هر خروجی `O(i, j)` در `X(i + a, j + b)` ضرب می‌شود؛ پس `∂L/∂F` همبستگی "
        "متقابلِ `X` و `G` است:",
        "en": "`F(a, b)` multiplies `X(i + a, j + b)` in every `O(i, j)`; so `∂L/∂F` is the "
        "cross-correlation of `X` and `G`:",
    }
    steps = (rule, *_entries("∂L/∂F", x, g))
    return _with_upstream(1, "F", (x, f, g), steps, right, turned, text)


def of_the_input(rng: random.Random) -> Problem:
    """Ask for ∂L/∂X, where the kernel turns.

    Examples
    --------
    >>> same, again, other = (of_the_input(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    x, f, g = _three(rng)
    padded = np.pad(g, 1)
    right, unturned = convolve2d(padded, f, "valid"), correlate2d(padded, f, "valid")
    text: Text = {
        "fa": "چرخش فراموش شده است: `G` با `F`ِ چرخیده همبسته می‌شود.",
        "en": "The turn is missing: `G` is correlated with the turned `F`.",
    }
    rule: Text = {
        "fa": f"یک حاشیهٔ صفر گرد `G` می‌گذاریم و آن را با `F`ِ چرخیده، `{_written(f[::-1, ::-1])}`، "
        "همبسته می‌کنیم:",
        "en": f"Put a border of zeros around `G` and correlate it with the turned `F`, "
        f"`{_written(f[::-1, ::-1])}`:",
    }
    steps = (rule, *_entries("∂L/∂X", padded, f[::-1, ::-1]))
    return _with_upstream(2, "X", (x, f, g), steps, right, unturned, text)


def behind_relu_and_mean(rng: random.Random) -> Problem:
    """Ask for ∂L/∂F of the mean of the rectified output.

    Examples
    --------
    >>> same, again, other = (behind_relu_and_mean(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    while True:
        x, f = whole_numbers(rng, 3, 3, -3, 5), not_equal_turned(rng, 2, -3, 3)
        out = correlate2d(x, f, "valid")
        if (out != 0).all() and 1 <= (out > 0).sum() <= 3:  # no corner, and ReLU acts
            break
    mask = (out > 0).astype(int)
    right = correlate2d(x, mask, "valid") / 4
    slips = (
        (
            correlate2d(x, np.ones((2, 2), int), "valid") / 4,
            {
                "fa": "ReLU فراموش شده است: گرادیان جایی که `O` منفی است نمی‌گذرد.",
                "en": "ReLU is missing: no gradient passes where `O` is negative.",
            },
        ),
        (
            correlate2d(x, mask, "valid"),
            {
                "fa": "تقسیم بر 4 فراموش شده است: `L` میانگین است، نه جمع.",
                "en": "The division by 4 is missing: `L` is the mean, not the sum.",
            },
        ),
    )
    outs = _written(out)
    return Problem(
        "gradients",
        3,
        "matrix",
        {
            "fa": "`O` همبستگی متقابلِ `X` و `F` با پنجره‌های کامل و `L` میانگینِ `ReLU(O)` است. "
            "`∂L/∂F` را بیابید.",
            "en": "`O` is the cross-correlation of `X` and `F` over whole windows, and `L` the "
            "mean of `ReLU(O)`. Find `∂L/∂F`.",
        },
        (
            _both(f"O = {outs}"),
            {
                "fa": f"گرادیان بالادست جایی که `O` مثبت است `1/4` و در بقیه صفر است: "
                f"`G = {_written(mask)} / 4`",
                "en": f"The upstream gradient is `1/4` where `O` is positive, zero elsewhere: "
                f"`G = {_written(mask)} / 4`",
            },
            *_entries("4·∂L/∂F", x, mask),
        ),
        right.tolist(),
        {"X": x.tolist(), "F": f.tolist()},
        {"wanted": "F"},
        tuple(
            Mistake(wrong.tolist(), text)
            for wrong, text in slips
            if not np.array_equal(wrong, right)
        ),
    )


MAKERS = {1: (of_the_kernel,), 2: (of_the_input,), 3: (behind_relu_and_mean,)}
