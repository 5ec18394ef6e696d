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
from cnnbook.practice.programs import judge
from cnnbook.practice.sheets import Sheet, answer_key, make_sheets
from cnnbook.practice.showing import Shown, show_problem, show_solution
from cnnbook.practice.tasks import TASKS, check_program

__all__ = [
    "DIFFICULTIES",
    "TASKS",
    "TOPICS",
    "Mistake",
    "Problem",
    "Sheet",
    "Shown",
    "answer_key",
    "check_program",
    "different_problems",
    "judge",
    "key_page",
    "make_sheets",
    "problem",
    "sheet_page",
    "show_problem",
    "show_solution",
]
