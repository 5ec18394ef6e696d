"""Several machines that train together: what is said when one of them does not come, or dies.

JAX ends the whole process, with a stack trace of C++, when a partner has not been heard of for a
while; nothing in that process can say more. So the command waits for it in a process above.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from cnnbook.settings import PARTNER_WAIT

__all__ = ["ends_with_partners", "lines_of_people", "run_beneath"]

_BENEATH = "CNNBOOK_BENEATH"
_LOST = 75  # status of the process beneath: a connection has gone
_CONNECTION = re.compile("gloo|peer|connection|coordination|heartbeat", re.IGNORECASE)
_LOG = re.compile(r"[IWE]\d{4} |WARNING: All log")
_LAST = re.compile(r"F\d{4} |terminate called|Fatal Python error")  # what follows explains it


def run_beneath(arguments: Sequence[str]) -> int | None:
    """Run this very command in a process beneath, and return its status; None if this is it.

    Raises
    ------
    RuntimeError
        If that process ended as JAX ends it when a partner is missing or dead.

    Examples
    --------
    >>> os.environ["CNNBOOK_BENEATH"] = "1"
    >>> print(run_beneath(["train"]))
    None
    >>> del os.environ["CNNBOOK_BENEATH"]
    """
    if os.environ.get(_BENEATH):
        return None
    process = subprocess.Popen(
        [sys.executable, "-m", "cnnbook", *arguments],
        env=os.environ | {_BENEATH: "1"},
        stderr=subprocess.PIPE,
        text=True,
        errors="backslashreplace",
    )
    assert process.stderr is not None
    try:
        for line in lines_of_people(process.stderr):
            print(line, file=sys.stderr)
        status = process.wait()
    except KeyboardInterrupt:  # the process beneath has got it too, and says how to go on
        return process.wait()
    if status < 0 or status == _LOST:
        raise RuntimeError(
            "another machine did not come, or has stopped; see that all of them run, and give "
            "the same commands on all: training goes on after the last finished epoch "
            f"({PARTNER_WAIT}=SECONDS says how long to wait for a machine)"
        )
    return status


@contextmanager
def ends_with_partners() -> Iterator[None]:
    """End the process beneath at once when a partner's connection has gone.

    JAX would wait at its end for the partner, and then abort.

    Examples
    --------
    >>> with ends_with_partners():
    ...     raise RuntimeError("Connection closed by peer")   # of a process that has no partners
    Traceback (most recent call last):
    RuntimeError: Connection closed by peer
    """
    try:
        yield
    except (RuntimeError, ValueError) as error:  # JAX raises either
        if os.environ.get(_BENEATH) and _CONNECTION.search(str(error)):
            os._exit(_LOST)
        raise


def lines_of_people(lines: Iterable[str]) -> Iterator[str]:
    """Keep the lines that are not C++'s logs, nor its last words and the stack trace after them.

    Examples
    --------
    >>> list(lines_of_people(["epoch 1: loss 2", "F0000 0 a.h:7] Gone", "", "RPC: /a", "    @ f"]))
    ['epoch 1: loss 2']
    """
    ended = False
    for line in lines:
        ended = ended or _LAST.match(line) is not None
        text = line.rstrip("\n")
        if text and not ended and not _LOG.match(text):
            yield text
