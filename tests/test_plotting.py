"""What a cell draws: live text in panels of their own, whoever gave the names."""

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from PIL import Image

from cnnbook import plotting

NAME = r"a$\frac{_$"  # a broken formula to matplotlib
FIGURES = {
    "matrix": lambda: plotting.show_matrix([[1]], title=NAME),
    "images": lambda: plotting.show_images(np.zeros((1, 4, 4)), [NAME]).figure(),
    "confusion": lambda: plotting.show_confusion([[1, 0], [0, 1]], [NAME, "b"]),
    "curves": lambda: plotting.show_curves({NAME: [1.0], f"val_{NAME}": [2.0]}),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_a_dollar_in_a_name_is_no_formula(figure):
    drawn = FIGURES[figure]()
    svg = io.StringIO()
    drawn.savefig(svg, format="svg")
    drawn.savefig(io.BytesIO(), format="png")
    assert any(text.get_text() == NAME for text in drawn.findobj(lambda a: hasattr(a, "get_text")))
    assert NAME in svg.getvalue()  # matplotlib notes each text before its glyphs


def panels(drawing):
    """Return the texts of each panel, in the order of the page."""
    svgs = re.findall("<svg.*?</svg>", drawing.html(), re.S)
    return [["".join(t.itertext()) for t in texts(svg)] for svg in svgs]


def texts(svg):
    return ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")


def test_each_matrix_is_a_panel_of_its_own_with_its_numbers():
    drawing = plotting.show_matrices({"x": [[1, 2]], "two words": [[-70]]})
    assert [sorted(panel) for panel in panels(drawing)] == [["1", "2", "x"], ["-70", "two words"]]


def test_a_drawing_is_the_same_each_time_and_can_still_be_saved():
    drawing = plotting.show_matrices({"x": [[1, 2]], "y": [[-70]]})
    before = drawing.get_layout_engine()
    assert drawing.html() == drawing.html()
    assert drawing.get_layout_engine() is before
    assert all(ax.get_visible() for ax in drawing.axes)


def test_panels_stand_in_the_rows_of_the_figure():
    drawing = plotting.Drawing()
    for name, ax in zip("abcd", drawing.subplots(2, 2).flat, strict=True):
        ax.set(title=name, xticks=[], yticks=[])
    rows = drawing.html().split('<div class="row"')[1:]
    assert [re.findall(r">(\w)</text>", row) for row in rows] == [["a", "b"], ["c", "d"]]


def test_a_subfigure_is_one_panel():
    drawing = plotting.Drawing(figsize=(6, 3))
    for name, part in zip("ab", drawing.subfigures(1, 2), strict=True):
        for ax in part.subplots(2, 1):
            ax.set(title=name, xticks=[], yticks=[])
    assert panels(drawing) == [["a", "a"], ["b", "b"]]


def test_a_panel_is_as_wide_as_what_is_drawn_in_it():
    (svg,) = re.findall("<svg.*?</svg>", plotting.show_matrix(np.zeros((2, 5))).html(), re.S)
    width, height = (
        float(re.search(rf'{side}="([\d.]+)pt"', svg)[1]) for side in ("width", "height")
    )
    assert width / height == pytest.approx(5 / 2, rel=0.1)


def pictures_in(shown):
    found = re.findall(r'width="(\d+)" height="(\d+)".*?base64,([^"]+)"', shown._repr_html_())
    return [
        (int(w), int(h), Image.open(io.BytesIO(base64.b64decode(text)))) for w, h, text in found
    ]


def test_pictures_keep_their_pixels():
    pixels = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    ((width, height, picture),) = pictures_in(plotting.show_images([pixels]))
    assert (width, height, picture.size) == (7, 5, (7, 5))
    np.testing.assert_array_equal(np.asarray(picture.convert("RGB")), pixels)


def test_floats_are_shares_of_white():
    ((_, _, picture),) = pictures_in(plotting.show_images([[[0.0, 0.5, 1.0]]]))
    assert [r for r, _, _ in picture.convert("RGB").get_flattened_data()] == [0, 128, 255]


def test_a_title_is_no_markup():
    assert "<b>" not in plotting.show_images(np.zeros((1, 2, 2)), ["<b>"])._repr_html_()


def test_white_is_zero_and_the_sign_a_colour():
    coloured = plotting.signed_picture([[-9, -1, 0, 1, 9]], limit=1).astype(int)[0]
    assert coloured[2].min() > 240
    np.testing.assert_array_equal(coloured[0], coloured[1])  # beyond the limit: as the limit
    assert coloured[1][2] > coloured[1][0] and coloured[3][0] > coloured[3][2]


@pytest.mark.parametrize("shape", [(3,), (2, 2, 3, 1)])
def test_what_is_no_image_is_refused_by_its_shape(shape):
    with pytest.raises(ValueError, match=re.escape(str(shape))):
        plotting.show_images([np.zeros(shape)])
