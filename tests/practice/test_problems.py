"""Every kind of problem against another library, and what is said of it."""

import re
from itertools import islice

import numpy as np
import pytest

from cnnbook.practice import DIFFICULTIES, TOPICS, Problem, different_problems, problem
from cnnbook.practice.markup import problem_html, solution_html
from practice_oracles import ORACLES

KINDS = [(topic, difficulty) for topic in TOPICS for difficulty in DIFFICULTIES]
# Models of Keras are slow to make; the other oracles are quick.
SLOW = {("pointwise", 2), ("shapes", 3)}


def drawn(topic: str, difficulty: int) -> list[Problem]:
    many = 12 if (topic, difficulty) in SLOW else 60
    return list(islice(different_problems(topic, "test", difficulty), many))


@pytest.mark.parametrize(("topic", "difficulty"), KINDS)
def test_answers_are_those_of_another_library(topic: str, difficulty: int) -> None:
    for one in drawn(topic, difficulty):
        found = np.asarray(ORACLES[topic](one), "float64")
        assert found.shape == np.shape(one.answer), one
        np.testing.assert_allclose(one.answer, found, rtol=1e-6, atol=1e-7, err_msg=str(one.facts))


@pytest.mark.parametrize(("topic", "difficulty"), KINDS)
def test_a_mistake_is_no_answer_and_has_its_form(topic: str, difficulty: int) -> None:
    for one in drawn(topic, difficulty):
        for mistake in one.mistakes:
            assert np.shape(mistake.answer) == np.shape(one.answer)
            assert not np.allclose(mistake.answer, one.answer), one
            assert set(mistake.text) == {"fa", "en"}


def numbers(text: str) -> list[str]:
    """List the numbers of a text, its formulas included, in no order of its sentence."""
    return sorted(re.findall(r"\d+(?:\.\d+)?", text.replace("٬", "")))


@pytest.mark.parametrize(("topic", "difficulty"), KINDS)
def test_both_languages_say_the_same_numbers(topic: str, difficulty: int) -> None:
    for one in drawn(topic, difficulty):
        for text in (one.question, *(m.text for m in one.mistakes)):
            assert numbers(text["fa"]) == numbers(text["en"]), text
        for step in one.steps:
            latin = step["fa"].translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
            assert numbers(latin) == numbers(step["en"].replace(",", "")) or "`" not in step["en"]


@pytest.mark.parametrize(("topic", "difficulty"), KINDS)
def test_a_persian_sentence_has_persian_digits_and_the_steps_end_at_the_answer(
    topic: str, difficulty: int
) -> None:
    for one in drawn(topic, difficulty)[:12]:
        for page in (problem_html(one, "fa"), solution_html(one, "fa")):
            without_formulas = re.sub(r'<(\w+)[^>]*lang="en".*?</\1>', "", page, flags=re.S)
            without_words = re.sub(r"\w*[A-Za-z]\w*|<[^>]*>", "", without_formulas)
            assert not re.search("[0-9]", without_words), without_words
        steps = " ".join(step["en"] for step in one.steps)
        for value in np.ravel(one.answer) if one.kind == "number" else []:
            assert f"{value:.6g}".replace("-", "−") in steps


def test_a_seed_gives_one_problem_and_other_seeds_give_others() -> None:
    for topic, difficulty in KINDS:
        assert problem(topic, 3, difficulty) == problem(topic, 3, difficulty)
        assert len({repr(problem(topic, seed, difficulty)) for seed in range(40)}) > 20


def test_the_numbers_of_a_seed_are_the_same_everywhere() -> None:
    # Python promises its draws, so a teacher's seed means the same sheet next year.
    assert problem("gradients", 1, 1).shown["X"] == [[-1, 5, 2], [1, -3, 3], [1, 2, 1]]
