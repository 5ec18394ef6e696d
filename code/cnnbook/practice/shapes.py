"""Problems for question 3: sizes, zeros of "same", parameters, polynomials in H."""

from __future__ import annotations

import random
from collections.abc import Sequence
from itertools import chain
from typing import Literal

from cnnbook.geometry import window_axes
from cnnbook.practice.problem import Mistake, Problem, Text
from cnnbook.shapes import Conv2D, Flatten, Layer, MaxPooling2D, Trace, explain, output_shape

__all__ = ["MAKERS"]

Padding = Literal["valid", "same"]
_SAME: Text = {
    "fa": "با حاشیهٔ `same` حساب کرده‌اید؛ این‌جا `valid` است.",
    "en": "You computed with `same` padding; here it is `valid`.",
}
_VALID: Text = {
    "fa": "بدون حاشیه (`valid`) حساب کرده‌اید؛ این‌جا `same` است.",
    "en": "You computed without padding (`valid`); here it is `same`.",
}
_CHANNELS_FIRST: Text = {
    "fa": "کانال را پیش از ارتفاع و عرض گذاشته‌اید؛ این ترتیب PyTorch است.",
    "en": "You put the channel before height and width; that is PyTorch's order.",
}


def _explained(trace: Trace) -> tuple[Text, ...]:
    """Take the lines that explain each step of a trace, which are there in both languages."""
    lines = (
        zip(explain(step, "fa").splitlines(), explain(step, "en").splitlines(), strict=True)
        for step in trace.steps
    )
    return tuple({"fa": fa.strip(), "en": en.strip()} for fa, en in chain.from_iterable(lines))


def _image(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))


def one_layer(rng: random.Random) -> Problem:
    """Ask for the shape behind one convolution.

    Examples
    --------
    >>> same, again, other = (one_layer(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    padding: Padding = rng.choice(("valid", "same"))
    other: Padding = "same" if padding == "valid" else "valid"
    size, kernel, stride = rng.randint(12, 64), rng.choice((3, 5, 7)), rng.choice((2, 2, 3))
    channels, filters = rng.choice((1, 3)), 8 * rng.randint(1, 8)
    image = (size, size + rng.randint(0, 9), channels)
    right, wrong = (
        output_shape(image, [Conv2D(filters, kernel, strides=stride, padding=p)])
        for p in (padding, other)
    )
    h, w, c = right.shape
    mistakes = [Mistake([c, h, w], _CHANNELS_FIRST)] if (c, h, w) != (h, w, c) else []
    if wrong.shape != right.shape:
        mistakes.append(Mistake(list(wrong.shape), _SAME if padding == "valid" else _VALID))
    return Problem(
        "shapes",
        1,
        "list",
        {
            "fa": f"تصویر {_image(image)} از `Conv2D({filters}, {kernel}, strides={stride}, "
            f'padding="{padding}")` می‌گذرد. شکل خروجی (ارتفاع، عرض، کانال) چیست؟',
            "en": f"An image of {_image(image)} passes `Conv2D({filters}, {kernel}, "
            f'strides={stride}, padding="{padding}")`. What is the shape of the output (height, '
            "width, channels)?",
        },
        _explained(right),
        [h, w, c],
        {},
        {
            "image": image,
            "filters": filters,
            "kernel": kernel,
            "stride": stride,
            "padding": padding,
        },
        tuple(mistakes),
    )


def zeros_of_same(rng: random.Random) -> Problem:
    """Ask where TensorFlow puts the zeros of "same".

    Examples
    --------
    >>> same, again, other = (zeros_of_same(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    kernel, stride = rng.choice((3, 4, 5, 6, 7)), rng.choice((1, 2, 3))
    size = rng.randint(8, 120)
    axis = window_axes((size, size), (kernel, kernel), stride=stride, padding="same")[0]
    reach = (axis.count - 1) * stride + kernel
    total = axis.before + axis.after
    mistakes = []
    if axis.before != axis.after:
        swapped: Text = {
            "fa": "صفر اضافی در TensorFlow به پایان می‌رود، نه به آغاز.",
            "en": "TensorFlow puts the extra zero at the end, not at the beginning.",
        }
        mistakes.append(Mistake([axis.after, axis.before], swapped))
    return Problem(
        "shapes",
        2,
        "list",
        {
            "fa": f"محوری به طول {size}، کرنلی به طول {kernel}، گام {stride} و حاشیهٔ `same` به "
            "قاعدهٔ TensorFlow. چند صفر پیش از محور و چند صفر پس از آن می‌آید؟",
            "en": f"An axis of length {size}, a kernel of length {kernel}, stride {stride} and "
            "`same` padding by TensorFlow's rule. How many zeros come before the axis, and how "
            "many after it?",
        },
        (
            {
                "fa": f"تعداد خروجی: `⌈{size}/{stride}⌉ = {axis.count}`",
                "en": f"Outputs: `⌈{size}/{stride}⌉ = {axis.count}`",
            },
            {
                "fa": f"این پنجره‌ها `({axis.count} − 1)·{stride} + {kernel} = {reach}` خانه را "
                f"می‌پوشانند، پس `max({reach} − {size}, 0) = {total}` صفر لازم است.",
                "en": f"These windows cover `({axis.count} − 1)·{stride} + {kernel} = {reach}` "
                f"cells, so `max({reach} − {size}, 0) = {total}` zeros are needed.",
            },
            {
                "fa": f"نیمهٔ پایین در آغاز: `⌊{total}/2⌋ = {axis.before}`؛ بقیه در پایان: "
                f"`{axis.after}`",
                "en": f"The lower half comes first: `⌊{total}/2⌋ = {axis.before}`; the rest at the "
                f"end: `{axis.after}`",
            },
        ),
        [axis.before, axis.after],
        {},
        {"size": size, "kernel": kernel, "stride": stride},
        tuple(mistakes),
    )


def in_terms_of_h(rng: random.Random) -> Problem:
    """Ask for the parameters of a small network in terms of H.

    Examples
    --------
    >>> same, again, other = (in_terms_of_h(random.Random(seed)) for seed in (0, 0, 1))
    >>> same == again != other
    True
    """
    image = (rng.randrange(16, 33, 2), rng.randrange(16, 33, 2), rng.choice((1, 3)))
    filters, classes = 4 * rng.randint(1, 8), rng.randint(2, 10)
    body: list[Layer] = [Conv2D(filters, 3, padding="same"), MaxPooling2D(2), Flatten()]
    trace = output_shape(image, body)
    (length,) = trace.shape
    first = 9 * image[2] * filters + filters
    constant, slope = first + classes, length + 1 + classes
    return Problem(
        "shapes",
        3,
        "polynomial",
        {
            "fa": f'تصویر {_image(image)} از `Conv2D({filters}, 3, padding="same")`، '
            f"`MaxPooling2D(2)`، `Flatten()`، `Dense(H)` و `Dense({classes})` می‌گذرد. شبکه بر حسب "
            "`H` چند پارامتر دارد؟",
            "en": f'An image of {_image(image)} passes `Conv2D({filters}, 3, padding="same")`, '
            f"`MaxPooling2D(2)`, `Flatten()`, `Dense(H)` and `Dense({classes})`. How many "
            "parameters has the network in terms of `H`?",
        },
        (
            *_explained(trace),
            {
                "fa": f"لایهٔ اول: `{length}·H + H`، لایهٔ دوم: `{classes}·H + {classes}`",
                "en": f"First dense layer: `{length}·H + H`, second: `{classes}·H + {classes}`",
            },
            {
                "fa": f"روی هم: `{slope}H + {constant}`",
                "en": f"Together: `{slope}H + {constant}`",
            },
        ),
        [constant, slope],
        {},
        {"image": image, "filters": filters, "classes": classes},
        (
            Mistake(
                [9 * image[2] * filters, length + classes],
                {
                    "fa": "بایاس‌ها را نشمرده‌اید.",
                    "en": "You did not count the biases.",
                },
            ),
        ),
    )


MAKERS = {1: (one_layer,), 2: (zeros_of_same,), 3: (in_terms_of_h,)}
