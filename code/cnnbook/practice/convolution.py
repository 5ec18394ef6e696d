"""Problems for question 1: cross-correlation, the turn, borders and dtypes."""

from __future__ import annotations

import random
from typing import Any

import numpy as np

from cnnbook.convolution import convolve2d, correlate2d
from cnnbook.practice.matrices import not_equal_turned, whole_numbers
from cnnbook.practice.problem import Mistake, Problem, Text, sum_of_products

__all__ = ["MAKERS"]

_TURNED: Text = {
    "fa": "کرنل را چرخانده‌اید؛ همبستگی متقابل آن را همان‌طور که هست می‌گذارد.",
    "en": "You turned the kernel; cross-correlation lays it down as it is.",
}
_NOT_TURNED: Text = {
    "fa": "کرنل را نچرخانده‌اید؛ کانولوشن آن را نخست 180 درجه می‌چرخاند.",
    "en": "You did not turn the kernel; convolution first turns it by 180 degrees.",
}


def _window_step(place: tuple[int, int], image: Any, kernel: Any) -> Text:
    (i, j), (rows, columns) = place, kernel.shape
    window = image[i : i + rows, j : j + columns]
    formula = f"S({i}, {j}) = {sum_of_products(window.ravel().tolist(), kernel.ravel().tolist())}"
    return {"fa": f"`{formula}`", "en": f"`{formula}`"}


def _different(right: Any, wrong: Any, text: Text) -> tuple[Mistake, ...]:
    """Name a wrong answer, unless these numbers hide it."""
    return () if np.array_equal(right, wrong) else (Mistake(np.asarray(wrong).tolist(), text),)


def one_cell(rng: random.Random) -> Problem:
    """Ask for one entry of a cross-correlation.

    Examples
    --------
    >>> same, again, other = (one_cell(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    image, kernel = whole_numbers(rng, 4, 4, 0, 9), not_equal_turned(rng, 3, -3, 3)
    i, j = rng.randrange(2), rng.randrange(2)
    right, turned = (f(image, kernel, "valid")[i, j] for f in (correlate2d, convolve2d))
    lay: Text = {
        "fa": f"پنجره‌ای که از سطر {i} و ستون {j} آغاز می‌شود، درایه‌به‌درایه در کرنل ضرب می‌شود:",
        "en": f"The window that begins at row {i}, column {j} is multiplied entry by entry:",
    }
    return Problem(
        "convolution",
        1,
        "number",
        {
            "fa": "`S` همبستگی متقابلِ تصویر `I` و کرنل `K` با پنجره‌های کامل (`valid`) است؛ "
            f"`S({i}, {j})` چند است؟ (سطرها و ستون‌ها از 0 شمرده می‌شوند.)",
            "en": "`S` is the cross-correlation of the image `I` and the kernel `K` over whole "
            f"windows (`valid`). What is `S({i}, {j})`? (Rows and columns count from 0.)",
        },
        (lay, _window_step((i, j), image, kernel)),
        int(right),
        {"I": image.tolist(), "K": kernel.tolist()},
        {"place": (i, j)},
        _different(right, turned, _TURNED),
    )


def whole_output(rng: random.Random) -> Problem:
    """Ask for all of a small cross-correlation or convolution.

    Examples
    --------
    >>> same, again, other = (whole_output(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    flips = rng.random() < 0.5
    image, kernel = whole_numbers(rng, 3, 3, -4, 9), not_equal_turned(rng, 2, -3, 3)
    right, other = (
        f(image, kernel, "valid") for f in (convolve2d, correlate2d)[:: 1 if flips else -1]
    )
    laid = kernel[::-1, ::-1] if flips else kernel
    name: Text = {
        "fa": "کانولوشنِ (با چرخش کرنل)" if flips else "همبستگی متقابلِ",
        "en": "convolution (the kernel turned)" if flips else "cross-correlation",
    }
    turn: Text = {
        "fa": f"کرنلِ چرخیده: `{laid.tolist()}`".replace("-", "−"),
        "en": f"The turned kernel: `{laid.tolist()}`".replace("-", "−"),
    }
    return Problem(
        "convolution",
        2,
        "matrix",
        {
            "fa": f"{name['fa']} `I` و `K` را با پنجره‌های کامل (`valid`) بنویسید.",
            "en": f"Write the {name['en']} of `I` and `K` over whole windows (`valid`).",
        },
        ((turn,) if flips else ())
        + tuple(_window_step((i, j), image, laid) for i in range(2) for j in range(2)),
        right.tolist(),
        {"I": image.tolist(), "K": kernel.tolist()},
        {"flips": flips},
        _different(right, other, _NOT_TURNED if flips else _TURNED),
    )


def wrapped_corner(rng: random.Random) -> Problem:
    """Ask what is left of a negative sum on the border in an unsigned 8-bit array.

    Examples
    --------
    >>> same, again, other = (wrapped_corner(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    while True:
        image, kernel = whole_numbers(rng, 3, 3, 20, 90), not_equal_turned(rng, 3, -4, 4)
        i, j = rng.choice([(0, 0), (0, 2), (2, 0), (2, 2)])
        right = int(correlate2d(image, kernel)[i, j])
        if right < 0:
            break
    padded = np.pad(image, 1)
    window: Text = {
        "fa": f"گرداگرد تصویر صفر می‌گذاریم؛ پنجرهٔ خانهٔ `({i}, {j})` پنج صفر دارد:",
        "en": f"Zeros surround the image; the window of cell `({i}, {j})` holds five of them:",
    }
    kept = right % 256
    wrap: Text = {
        "fa": f"در `uint8` باقی‌ماندهٔ تقسیم بر 256 می‌ماند: `{right} mod 256 = {kept}`".replace(
            "-", "−"
        ),
        "en": f"`uint8` keeps the remainder modulo 256: `{right} mod 256 = {kept}`".replace(
            "-", "−"
        ),
    }
    return Problem(
        "convolution",
        3,
        "number",
        {
            "fa": "همبستگی متقابلِ `I` و `K` با حاشیهٔ صفر (`same`) در آرایه‌ای با نوع `uint8` ریخته "
            f"می‌شود، بی‌آن‌که برش بخورد. در خانهٔ `({i}, {j})` چه عددی می‌ماند؟",
            "en": "The cross-correlation of `I` and `K` with a border of zeros (`same`) is "
            "put into a "
            f"`uint8` array without clipping. Which number stands in cell `({i}, {j})`?",
        },
        (window, _window_step((i, j), padded, kernel), wrap),
        kept,
        {"I": image.tolist(), "K": kernel.tolist()},
        {"place": (i, j)},
        (
            Mistake(
                right,
                {
                    "fa": "حسابتان درست است، ولی عدد منفی در `uint8` جا ندارد.",
                    "en": "The sum is right, but `uint8` has no room for a negative number.",
                },
            ),
            Mistake(
                0,
                {
                    "fa": "این حاصلِ برش است؛ این‌جا عدد بدون برش ریخته شده است.",
                    "en": "That is what clipping leaves; here nothing was clipped.",
                },
            ),
        )[: 2 if kept else 1],
    )


MAKERS = {1: (one_cell,), 2: (whole_output,), 3: (wrapped_corner,)}
