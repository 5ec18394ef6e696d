"""Draw problems: the same topic, seed and difficulty give the same problem, on every machine."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import count

import cnnbook.practice.bridge as bridge
import cnnbook.practice.convolution as convolution
import cnnbook.practice.gradients as gradients
import cnnbook.practice.pointwise as pointwise
import cnnbook.practice.shapes as shapes
from cnnbook.practice.problem import Problem

__all__ = ["DIFFICULTIES", "TOPICS", "different_problems", "problem"]

_Makers = Mapping[int, tuple[Callable[[random.Random], Problem], ...]]
_MAKERS: dict[str, _Makers] = {
    "convolution": convolution.MAKERS,
    "pointwise": pointwise.MAKERS,
    "shapes": shapes.MAKERS,
    "gradients": gradients.MAKERS,
    "bridge": bridge.MAKERS,
}
# Questions 1 to 4, and the bridge from layer to network.
TOPICS = tuple(_MAKERS)
DIFFICULTIES = (1, 2, 3)


def problem(topic: str, seed: int | str, difficulty: int | None = None) -> Problem:
    """Draw one problem; without a difficulty the seed chooses that too.

    Raises
    ------
    ValueError
        If there is no such topic or difficulty.

    Examples
    --------
    >>> problem("shapes", seed=1, difficulty=3).kind
    'polynomial'
    >>> problem("shapes", seed=1, difficulty=4)
    Traceback (most recent call last):
    ValueError: difficulty must be 1, 2 or 3; got 4
    """
    if topic not in _MAKERS:
        raise ValueError(f"there is no topic {topic!r}; there are {', '.join(TOPICS)}")
    if difficulty not in (None, *DIFFICULTIES):
        raise ValueError(f"difficulty must be 1, 2 or 3; got {difficulty!r}")
    # Python seeds by a text's SHA-512, in every version alike; a number alone would be hashed.
    rng = random.Random(f"{topic}/{difficulty}/{seed}")
    makers = _MAKERS[topic][difficulty or rng.choice(DIFFICULTIES)]
    return rng.choice(makers)(rng)


def different_problems(topic: str, seed: int | str, difficulty: int) -> Iterator[Problem]:
    """Draw problems of one kind without end, as long as there are new ones.

    Raises
    ------
    ValueError
        If a thousand draws in a row bring nothing new.

    Examples
    --------
    >>> drawn = different_problems("convolution", seed=5, difficulty=1)
    >>> next(drawn).answer == next(drawn).answer
    False
    """
    seen = set()
    since = 0
    for number in count():
        drawn = problem(topic, f"{seed}/{number}", difficulty)
        key = repr((drawn.question, drawn.shown))
        if key not in seen:
            seen.add(key)
            since = 0
            yield drawn
        since += 1
        if since > 1000:
            raise ValueError(f"{topic} has only {len(seen)} problems of difficulty {difficulty}")
