"""Practice: any number of seeded problems with worked steps, in Persian and English (NumPy).

>>> from cnnbook.practice import problem
>>> one = problem("gradients", seed=7, difficulty=1)
>>> print(one.question["en"])
`O` is the cross-correlation of `X` and `F` over whole windows, and `∂L/∂O = G`. Find `∂L/∂F`.
>>> one.answer == problem("gradients", seed=7, difficulty=1).answer
True
"""

from cnnbook.practice.drawing import DIFFICULTIES, TOPICS, different_problems, problem
from cnnbook.practice.pages import key_page, sheet_page
from cnnbook.practice.problem import Mistake, Problem
from cnnbook.practice.sheets import Sheet, answer_key, make_sheets

__all__ = [
    "DIFFICULTIES",
    "TOPICS",
    "Mistake",
    "Problem",
    "Sheet",
    "answer_key",
    "different_problems",
    "key_page",
    "make_sheets",
    "problem",
    "sheet_page",
]
