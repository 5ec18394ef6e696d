"""A formula as plain text, where no markup can stand: titles, excerpts of the search."""

import re
from html import escape
from xml.etree import ElementTree

from ..page.markup import tokens

# Signs that a formula shows nothing of: application, times, comma and plus understood.
INVISIBLE = re.compile("[\u2061-\u2064]")
SCRIPTS = {
    "msub": "_",
    "msup": "^",
    "msubsup": "_^",
    "munder": "_",
    "mover": "^",
    "munderover": "_^",
}
SPACED = re.compile(r"\s*([=<>≤≥≈≠∈→↦⟶:+−×⋅±∧∨])\s*")


def words_of(mathml: str) -> str:
    """Return a formula on one line.

    >>> words_of("<math><msup><mi>R</mi><mrow><mi>m</mi><mo>+</mo><mi>n</mi></mrow></msup></math>")
    'R^(m + n)'
    """
    text = linear(ElementTree.fromstring(re.sub(r'\sxmlns="[^"]*"', "", mathml)))
    return " ".join(SPACED.sub(r" \1 ", INVISIBLE.sub("", text)).split())


def linear(element: ElementTree.Element) -> str:
    """Return an element of MathML as text."""
    parts = [linear(child) for child in element]
    if element.tag == "mfrac":
        return "/".join(map(grouped, parts))
    if element.tag in SCRIPTS:
        scripts = zip(SCRIPTS[element.tag], parts[1:], strict=True)
        return parts[0] + "".join(f"{sign}{grouped(part)}" for sign, part in scripts)
    if element.tag == "msqrt":
        return f"√{grouped(''.join(parts))}"
    if element.tag == "mtable":
        return "; ".join(parts)
    if element.tag == "mtr":
        return " ".join(parts)
    return " " if element.tag == "mspace" else (element.text or "") + "".join(parts)


def grouped(part: str) -> str:
    """Put brackets around a part of more than one sign, unless it has some or is a number."""
    is_one = len(part.strip()) <= 1 or part.isalnum() or re.fullmatch(r"\([^()]*\)", part)
    return part.strip() if is_one else f"({part.strip()})"


def with_words(page: str) -> str:
    """Write the formulas that are set on a page as plain text.

    >>> with_words("<mjx-container><b/><math><mi>a</mi><mo>&lt;</mo></math></mjx-container>.")
    'a &lt;.'
    """
    pieces = []
    inside = False
    mathml = ""
    for token in tokens(page):
        name = token.tag.name if token.tag else ""
        inside = inside or name == "mjx-container"
        if not inside:
            pieces.append(token.source)
        elif mathml or name == "math":
            mathml += token.source
        if token.closes == "math":
            pieces.append(escape(words_of(mathml), quote=False))
            mathml = "\0"
        if token.closes == "mjx-container":
            inside, mathml = False, ""
    return "".join(pieces)
