"""What a widget is on paper and without JavaScript: tables of numbers that the package computes."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cnnbook.convolution import LAPLACIAN_8, conv2d, conv2d_backward, correlate2d
from cnnbook.geometry import Axis, window_axes
from cnnbook.shapes import Conv2D, Dense, Flatten, MaxPooling2D, Step, output_shape
from persian_book.digits import persian_digits

from . import static_car

Words = dict[str, str]
Marks = dict[tuple[int, int], str]


@dataclass(frozen=True)
class Figure:
    """The title of a widget, and what draws its static figure in a language."""

    title: Words
    draw: Callable[[str], str]


def number(value: Any) -> str:
    """Write a number of an array, with a real minus.

    >>> number(-70), number(0.5)
    ('−70', '0.5')
    """
    return f"{float(value):g}".replace("-", "−")


def matrix(values: Any, caption: str, first: int = 0, marks: Marks | None = None) -> str:
    """Write a matrix as a table with its row and column numbers from `first` on.

    >>> print(matrix([[-1]], "k", marks={(0, 0): "under"}))
    <div class="holder"><table class="matrix" dir="ltr" aria-label="k"><thead><tr><td></td>\
<th scope="col">0</th></tr></thead><tbody><tr><th scope="row">0</th><td class="under">−1</td></tr>\
</tbody></table><div class="caption">k</div></div>
    """
    array = np.atleast_2d(np.asarray(values))
    marks = marks or {}
    columns = "".join(f'<th scope="col">{number(j + first)}</th>' for j in range(array.shape[1]))
    rows = "".join(
        f'<tr><th scope="row">{number(i + first)}</th>'
        + "".join(_cell(value, marks.get((i + first, j + first))) for j, value in enumerate(row))
        + "</tr>"
        for i, row in enumerate(array)
    )
    inner = f"<thead><tr><td></td>{columns}</tr></thead><tbody>{rows}</tbody>"
    table = f'<table class="matrix" dir="ltr" aria-label="{caption}">{inner}</table>'
    return f'<div class="holder">{table}<div class="caption">{caption}</div></div>'


def _cell(value: Any, mark: str | None) -> str:
    kind = f' class="{mark}"' if mark else ""
    return f"<td{kind}>{number(value)}</td>"


def board(*parts: str) -> str:
    """Set matrices beside each other."""
    return f'<div class="board">{"".join(parts)}</div>'


def left_to_right(text: str) -> str:
    """Write a sum as it is read, in either language."""
    return f'<div class="sum" dir="ltr" lang="en">{text}</div>'


def stepper(language: str) -> str:
    """Draw the window of cell (0, 2), on the border, where the sum is -70."""
    words = {
        "fa": ("ورودی با حاشیهٔ صفر", "کرنل", "خروجی"),
        "en": ("Input with its border of zeros", "Kernel", "Output"),
    }[language]
    image = np.zeros((5, 5), int)
    image[:, 2] = 10
    output = correlate2d(image, LAPLACIAN_8)
    padded = np.pad(image, 1)
    products = (padded[0:3, 2:5] * LAPLACIAN_8).ravel()
    outside = {(i - 1, j - 1): "outside" for i, j in np.ndindex(7, 7) if {i, j} & {0, 6}}
    window = {(i, j) for i in (-1, 0, 1) for j in (1, 2, 3)}
    marks = outside | {cell: f"{outside.get(cell, '')} under".strip() for cell in window}
    terms = " + ".join(
        f"({number(weight)})·{number(value)}" if weight < 0 else f"{number(weight)}·{number(value)}"
        for weight, value in zip(LAPLACIAN_8.ravel(), padded[0:3, 2:5].ravel(), strict=True)
    )
    return board(
        matrix(padded, words[0], first=-1, marks=marks),
        matrix(LAPLACIAN_8, words[1]),
        matrix(output, words[2], marks={(0, 2): "current"}),
    ) + left_to_right(f"S(0, 2) = {terms} = {number(products.sum())}")


def pointwise(language: str) -> str:
    """Show the four pixels before and after the layer that separates XOR."""
    words = {
        "fa": ("دو کانال ورودی", "پس از ۱×۱ و ReLU"),
        "en": ("The two input channels", "After 1×1 and ReLU"),
    }[language]
    pixels = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
    weights = np.array([[1, -1], [-1, 1]])
    moved = np.maximum(conv2d(pixels[None, None], weights[None, None])[0, 0], 0)
    return board(matrix(pixels, words[0]), matrix(weights, "w"), matrix(moved, words[1]))


def alignment(language: str) -> str:
    """Show the windows of n = 8, k = 3, s = 2 as both libraries lay them."""
    tensorflow, _ = window_axes((8, 8), (3, 3), stride=2, padding="same")
    pytorch, _ = window_axes((8, 8), (3, 3), stride=2, padding=1)
    comma = {"fa": "،", "en": ","}[language]
    return _strip(f"TensorFlow{comma} padding=same", tensorflow, language) + _strip(
        f"PyTorch{comma} padding=1", pytorch, language
    )


def _strip(name: str, axis: Axis, language: str) -> str:
    """Draw one axis and, below it, what each of its windows reads."""
    places = range(-axis.before, axis.size + axis.after)

    def row(head: str, cells: Iterable[str]) -> str:
        return f'<tr><th scope="row" dir="auto">{head}</th>{"".join(cells)}</tr>'

    def window(o: int) -> str:
        start = o * axis.stride - axis.before
        return row(
            {"fa": f"پنجرهٔ {persian_digits(str(o))}", "en": f"window {o}"}[language],
            (
                '<td class="under">×</td>' if 0 <= i - start < axis.kernel else "<td></td>"
                for i in places
            ),
        )

    numbers = "".join(f'<th scope="col">{number(i)}</th>' for i in places)
    cells = ("<td>●</td>" if 0 <= i < axis.size else '<td class="outside">0</td>' for i in places)
    body = row({"fa": "ورودی", "en": "input"}[language], cells)
    body += "".join(map(window, range(axis.count)))
    table = f"<thead><tr><td></td>{numbers}</tr></thead><tbody>{body}</tbody>"
    return (
        f'<div class="holder"><table class="matrix strip" dir="ltr" aria-label="{name}">{table}'
        f'</table><div class="caption"><bdi dir="ltr">{name}</bdi></div></div>'
    )


def layers(language: str) -> str:
    """List the chapter's network: shape, weights, parameters and receptive field of each layer."""
    heads = {
        "fa": ("لایه", "شکل", "وزن‌ها", "پارامتر", "میدان دریافت"),
        "en": ("Layer", "Shape", "Weights", "Parameters", "Receptive field"),
    }[language]
    stack = [Conv2D(32, 3, strides=2, padding="same"), MaxPooling2D(2), Flatten()]
    trace = output_shape((28, 28, 1), [*stack, Dense(64), Dense(5)])
    columns = "".join(f'<th scope="col" dir="auto">{head}</th>' for head in heads)
    rows = "".join(map(_layer, trace.steps))
    table = f"<thead><tr>{columns}</tr></thead><tbody>{rows}</tbody>"
    name = FIGURES["layers"].title[language]
    return (
        f'<div class="holder" role="group" tabindex="0" aria-label="{name}">'
        f'<table class="table" dir="ltr">{table}</table></div>'
    )


def _layer(step: Step) -> str:
    field = step.receptive_field
    cells = (
        _sizes(step.shape),
        ", ".join(map(_sizes, step.weight_shapes)) or "–",
        f"{step.params:,}",
        _sizes(field.size) if field else "–",
    )
    listed = "".join(f"<td>{cell}</td>" for cell in cells)
    return f'<tr><th scope="row"><code>{step.layer.name}</code></th>{listed}</tr>'


def _sizes(shape: Iterable[int]) -> str:
    return "×".join(map(str, shape))


def gradient_lens(language: str) -> str:
    """Show the matrices of the chapter with an uneven upstream gradient."""
    x = np.array([[2, 3, 4], [3, 1, 5], [4, -1, -2]])
    f = np.array([[0, 3], [1, -2]])
    g = np.array([[1, 2], [3, 4]])
    dx, df = conv2d_backward(g[None, :, :, None], x[None, :, :, None], f[:, :, None, None])
    return board(matrix(x, "X"), matrix(f, "F"), matrix(g, "G")) + board(
        matrix(correlate2d(x, f, "valid"), "O"),
        matrix(df[:, :, 0, 0], "∂L/∂F"),
        matrix(dx[0, :, :, 0], "∂L/∂X"),
    )


FIGURES = {
    "stepper": Figure(
        {"fa": "گام‌نما: پنجره را خودتان جابه‌جا کنید", "en": "Stepper: move the window yourself"},
        stepper,
    ),
    "pointwise": Figure(
        {"fa": "کانولوشن ۱×۱ در نقش دسته‌بند", "en": "A 1×1 convolution as a classifier"}, pointwise
    ),
    "alignment": Figure(
        {"fa": "پنجره‌ها کجا می‌نشینند؟", "en": "Where do the windows lie?"}, alignment
    ),
    "layers": Figure({"fa": "ماشین‌حساب شکل‌ها", "en": "A calculator of shapes"}, layers),
    "counterfactual": Figure(
        {
            "fa": "خودروی دگرگون: کدام قطعه برچسب را برمی‌گرداند؟",
            "en": "The changed car: which part turns the label?",
        },
        static_car.draw,
    ),
    "gradient-lens": Figure({"fa": "ذره‌بین گرادیان", "en": "The gradient lens"}, gradient_lens),
}
