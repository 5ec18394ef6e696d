"""The same work on many things, on all cores, without a queue that grows with their number."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

__all__ = ["side_by_side"]

_AHEAD = 8  # tasks of a core that may be begun, or done and not yet taken
_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def side_by_side(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Apply a function in threads, and yield its results in the order of the items.

    As ``ThreadPoolExecutor.map``, which keeps a task for every item from the beginning: of 20,000
    photos that is 40 MB. An item is taken only when a thread will soon be free.

    Examples
    --------
    >>> list(side_by_side(abs, [-3, 2, -1]))
    [3, 2, 1]
    """
    cores = os.cpu_count() or 1
    waiting: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(cores) as pool:
        try:
            for item in items:
                waiting.append(pool.submit(function, item))
                if len(waiting) > _AHEAD * cores:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:  # an error, or nobody wants the rest
            for task in waiting:
                task.cancel()
