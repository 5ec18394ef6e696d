"""Works out an answer, and what each known slip would have answered, with the package itself."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np

from .slips import SLIPS, Operations, operations

# Values of H at which two polynomials of degree below this many are told apart.
POINTS = (1, 2, 3, 5, 8, 13, 21)


class Question:
    """An expression over the page's givens, and the way to evaluate it."""

    def __init__(self, kind: str, givens: str, expression: str) -> None:
        self.kind = kind
        self.givens = givens
        self.expression = expression

    def answer(self) -> Any:
        """Evaluate the answer as JSON can hold it."""
        return self.value(self.expression, {})

    def value(self, expression: str, replaced: Operations) -> Any:
        """Evaluate an expression, some operations replaced; a polynomial at each point."""
        if self.kind == "polynomial":
            return [self._evaluate(expression, {**replaced, "H": h}) for h in POINTS]
        value = self._evaluate(expression, replaced)
        return list(value) if isinstance(value, tuple) else value

    def slips(self) -> Iterator[tuple[str, Any]]:
        """Yield the name and answer of each slip whose answer is another and could be given.

        A smaller matrix can be, in some of the cells, or with zeros around it.
        """
        right = self.answer()
        for name, replaced in SLIPS.items():
            try:
                value = self.value(self.expression, replaced)
            except (ValueError, IndexError):
                continue  # who makes this slip gets no answer at all
            if value != right and _form(value) == _form(right):
                yield name, value
            elif self.kind == "matrix" and (framed := _framed(value, right)) not in (None, right):
                yield name, value
                yield name, framed

    def _evaluate(self, expression: str, extra: Operations) -> Any:
        names = operations()
        exec(self.givens, names)
        # The page's numbers stay as they are; its functions, too, now take the replaced operations.
        names.update(extra)
        return plain(eval(expression, names))


def plain(value: Any) -> Any:
    """Turn NumPy's numbers and arrays, and fractions, into what JSON knows.

    >>> plain(np.array([[1, 2]])), plain(Fraction(39, 4)), plain((np.int64(3), "a"))
    ([[1, 2]], 9.75, (3, 'a'))
    """
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, tuple | list):
        return type(value)(map(plain, value))
    return value


def _framed(small: Any, large: Any) -> Any:
    """Put zeros around a matrix, as many as another has rows and columns more; None if fewer."""
    more = np.subtract(np.shape(large), np.shape(small))
    if len(more) != 2 or more.min() < 0:
        return None
    return np.pad(small, [(n // 2, n - n // 2) for n in more]).tolist()


def _form(value: Any) -> Any:
    """Tell values that fit the same fields: a number, a list, a matrix of one size."""
    if isinstance(value, list):
        return [_form(item) for item in value] if value and isinstance(value[0], list) else "list"
    return "number" if isinstance(value, int | float) else "word"
