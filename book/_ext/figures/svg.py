"""SVG of matplotlib, made ready for a page: light, in its colours, and in its language.

Black becomes the colour of the text around; every other colour means something and stays, in the
dark as well: white is zero. Texts take the typeface of the page.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import count

from cell_results.labels import Labels, with_persian_numbers

Element = ElementTree.Element
SVG = re.compile(r"<svg.*?</svg>", re.S)
ROW = '<div class="row"'
DECIMAL = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
BLACK = "#000000"
DEFAULTS = {
    *(("stroke-linejoin", "round"), ("stroke-linecap", "butt"), ("font-weight", "normal")),
    *(("text-anchor", "start"), ("stroke-width", "1")),
}
DROPPED = {"font-family", "font-stretch", "font-style", "font-variant"}
PERSIAN = re.compile("[\u0620-\u064a\u067e-\u06d3]")  # a letter
LATIN = re.compile("[A-Za-z]")
# A power of ten is mathematics, and keeps its digits, as does a label in Latin letters only.
POWER = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉]")
MINUS = re.compile(r"(?<![\w)])[-−](?=[\d.])")
SIGNED = re.compile(r"(?<![\w)])[−+]\d[\d.,٫٬]*")
# As in code: the place of a cell, a shape, and words in Latin letters.
CODE = re.compile(r"(\(\d+(?:, \d+)+\)|[A-Za-z][\w=]+(?: [A-Za-z][\w=]+)*)")
RIGHT_TO_LEFT, LEFT_TO_RIGHT, END = "\u2067", "\u2066", "\u2069"
VALUE = "value"  # what `cnnbook.plotting` calls the numbers in the cells of a matrix
NOT_DRAWN = {"metadata", "style"}


class Faulty(Exception):
    """What is wrong with a figure, in words for its author."""


def edition_svgs(text: str, labels: Labels, place: str, prefix: str) -> list[list[str]]:
    """Return the drawings of a cell, row by row, for one edition.

    Parameters
    ----------
    text : str
        What `cnnbook.plotting.Drawing` has written.
    labels : Labels
        The words of the page.
    place : str
        Where the figure stands, for a message.
    prefix : str
        What the ids begin with, lest two figures of a page share one.
    """
    number = count(1)

    def word(label: str, is_value: bool) -> str:
        found = label if is_value else labels(label, place)
        return in_persian(found) if labels.is_persian and not is_value else MINUS.sub("−", found)

    def ready(match: re.Match[str]) -> str:
        return finished(match[0], word, f"{prefix}{next(number)}-")

    rows = text.split(ROW)[1:]
    return [[ready(match) for match in SVG.finditer(row)] for row in rows]


def in_persian(label: str) -> str:
    """Write the numbers of a label, and have each part of it run in its own direction.

    The drawing runs from left to right, a Persian text in it from right to left, and a number with
    its sign in that again from left to right.

    >>> in_persian("-0.5"), in_persian("m = -1")
    ('−۰٫۵', 'm = −1')
    >>> in_persian("تا -70") == f"{RIGHT_TO_LEFT}تا {LEFT_TO_RIGHT}−۷۰{END}{END}"
    True
    >>> in_persian("same: 4 تا") == f"{RIGHT_TO_LEFT}{LEFT_TO_RIGHT}same{END}: ۴ تا{END}"
    True
    >>> in_persian("خانهٔ (0, 2)") == f"{RIGHT_TO_LEFT}خانهٔ {LEFT_TO_RIGHT}(0, 2){END}{END}"
    True
    """
    if POWER.search(label) or (LATIN.search(label) and not PERSIAN.search(label)):
        return MINUS.sub("−", label)
    pieces = [
        part if CODE.fullmatch(part) else with_persian_numbers(MINUS.sub("−", part))
        for part in CODE.split(label)
    ]
    if not PERSIAN.search(label):
        return "".join(pieces).replace("%", "٪")
    return f"{RIGHT_TO_LEFT}{''.join(map(isolated, pieces))}{END}"


def isolated(part: str) -> str:
    """Isolate what runs from left to right in a Persian text: code, a number with its sign."""
    whole = CODE.fullmatch(part)
    return (re.compile(".+") if whole else SIGNED).sub(
        lambda found: f"{LEFT_TO_RIGHT}{found[0]}{END}", part
    )


def finished(source: str, word: Callable[[str, bool], str], prefix: str) -> str:
    """Return one SVG of matplotlib as it stands in a page."""
    root = ElementTree.fromstring(source)
    tidy(root)
    translate(root, word, is_value=False)
    rename(root, prefix)
    unwrap(root)
    box = [float(side) for side in root.attrib["viewBox"].split()]
    # A point is a third of a pixel more than one.
    width, height = (round(4 / 3 * side) for side in box[2:])
    root.attrib = {
        "viewBox": " ".join(f"{side:.4g}" for side in box),
        "width": str(width),
        "height": str(height),
        "fill": "currentColor",
        "stroke-linejoin": "round",
    }
    text = ElementTree.tostring(root, "unicode")
    return re.sub(r">\s*\n\s*<", "><", text)


def tidy(element: Element) -> None:
    """Take out what nothing draws, and write styles as attributes, in the page's colours."""
    element.tag = element.tag.rpartition("}")[2]
    if element.tag == "image":
        raise Faulty("a bitmap within a drawing; show it with show_images")
    attributes: dict[str, str] = {}
    for key, value in element.attrib.items():
        if key == "style":
            pairs = (part.split(":", 1) for part in value.split(";") if ":" in part)
            attributes |= {name.strip(): setting.strip() for name, setting in pairs}
        elif not (key == "transform" and value.startswith("rotate(-0 ")):
            attributes[key.rpartition("}")[2]] = value
    element.attrib = {
        key: "currentColor" if value == BLACK else " ".join(DECIMAL.sub(rounded, value).split())
        for key, value in attributes.items()
        if key not in DROPPED and (key, value) not in DEFAULTS
    }
    if "font-size" in element.attrib:
        element.set("font-size", element.attrib["font-size"].removesuffix("px"))
    for child in list(element):
        tidy(child)
        if child.tag in NOT_DRAWN or is_invisible(child):
            element.remove(child)


def rounded(number: re.Match[str]) -> str:
    """Write a length with two decimals at most.

    >>> DECIMAL.sub(rounded, "M 2.880001 -16.5")
    'M 2.88 -16.5'
    """
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def is_invisible(element: Element) -> bool:
    """Say whether an element draws nothing: an empty group, a path without line and area."""
    if element.tag == "path" and "id" not in element.attrib:
        return element.get("fill") == "none" and "stroke" not in element.attrib
    return element.tag in ("g", "defs") and not len(element)


def translate(element: Element, word: Callable[[str, bool], str], is_value: bool) -> None:
    """Write every text in the edition's words; the numbers of a matrix stay those of an array."""
    is_value = is_value or element.get("id", "") == VALUE
    if element.tag == "text":
        label = " ".join("".join(element.itertext()).split())
        for child in list(element):
            element.remove(child)
        element.text = word(label, is_value)
    for child in element:
        translate(child, word, is_value)


def rename(root: Element, prefix: str) -> None:
    """Give the ids that are referred to names of their own on the page, and drop the others."""
    used: dict[str, str] = {}
    for element in root.iter():
        for value in element.attrib.values():
            for name in REFERENCE.findall(value):
                used.setdefault(name, f"{prefix}{len(used) + 1}")
        if element.get("href", "").startswith("#"):
            used.setdefault(element.attrib["href"][1:], f"{prefix}{len(used) + 1}")
    for element in root.iter():
        if (name := element.attrib.pop("id", "")) in used:
            element.set("id", used[name])
        for key, value in element.attrib.items():
            if key == "href":
                element.set(key, f"#{used[value[1:]]}")
            elif "url(#" in value:
                element.set(key, REFERENCE.sub(lambda found: f"url(#{used[found[1]]})", value))


def unwrap(element: Element) -> None:
    """Put what a bare group holds in its place."""
    children: list[Element] = []
    for child in list(element):
        unwrap(child)
        children += list(child) if child.tag == "g" and not child.attrib else [child]
    element[:] = children
