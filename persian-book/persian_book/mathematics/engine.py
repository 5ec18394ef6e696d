"""MathJax itself, in V8: TeX to HTML, without a browser."""

import weakref
from pathlib import Path
from typing import Any

from py_mini_racer import JSEvalException, MiniRacer

# What stands in \text: the page's own font.
TEXT_FONT = "var(--pst-font-family-base)"
# The height of an x in Vazirmatn, 0.528 em, beside that in MathJax's fonts, 0.442 em.
SCALE = 1.195
BUNDLE = Path(__file__).parent / "mathjax" / "mathjax.min.js"


class FormulaError(ValueError):
    """What MathJax says of TeX that it cannot read."""


class Engine:
    r"""MathJax, for one page after another.

    >>> engine = Engine("fonts")
    >>> engine.begin({"kernel": "K"})
    >>> "<mi>K</mi>" in engine.typeset(r"\kernel", display=False)
    True
    """

    def __init__(self, fonts: str) -> None:
        self._fonts = fonts
        self._js = MiniRacer()
        weakref.finalize(self, self._js.close)  # left open, it keeps Python from ending
        self._js.eval(BUNDLE.read_text("utf-8"))

    def begin(self, macros: dict[str, Any]) -> None:
        """Begin a page, whose style sheet grows with what is set on it."""
        self._js.call("begin", macros, self._fonts, TEXT_FONT, SCALE)

    def typeset(self, formula: str, display: bool) -> str:
        """Return a formula in TeX as HTML, with its MathML for screen readers."""
        try:
            return str(self._js.call("typeset", formula, display))
        except JSEvalException as error:
            message = str(error).partition("Error: ")[2].partition("\n")[0]
            raise FormulaError(f"{message} in {formula.strip()}") from error

    def styles(self) -> str:
        """Return the style sheet of what was set since the page began."""
        return str(self._js.call("styles"))
