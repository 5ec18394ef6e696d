"""Several machines that train one model together, each on its share of every batch."""

from __future__ import annotations

import os

import keras

from cnnbook.settings import PARTNER_WAIT

__all__ = ["MACHINES", "is_first_machine", "join_machines", "place_among_machines"]

# The names that `keras.distribution.initialize` reads.
MACHINES = "KERAS_DISTRIBUTION_NUM_PROCESSES"
_PROCESS = "KERAS_DISTRIBUTION_PROCESS_ID"
_ADDRESSES = "KERAS_DISTRIBUTION_JOB_ADDRESSES"
_WAIT = "60"  # seconds


def join_machines() -> None:
    """Train on several machines together: each sees its share of every batch, all end alike.

    Call it first, in every process, with the same program, JAX as Keras' backend, and three
    variables set: ``KERAS_DISTRIBUTION_JOB_ADDRESSES`` (address and port of the first machine),
    ``KERAS_DISTRIBUTION_NUM_PROCESSES``, and ``KERAS_DISTRIBUTION_PROCESS_ID`` (0 on the first).
    Layers without a seed of their own get the same one on all.

    A machine that is not heard of for 60 seconds (``CNNBOOK_WAIT``), because it was not started or
    has stopped, ends the others: JAX aborts the process with a stack trace.

    Raises
    ------
    RuntimeError
        If the backend is not JAX, or the variables are not set or no numbers.

    Examples
    --------
    >>> join_machines()
    Traceback (most recent call last):
    RuntimeError: several machines need KERAS_BACKEND=jax; the backend is tensorflow
    """
    if keras.backend.backend() != "jax":
        raise RuntimeError(
            f"several machines need KERAS_BACKEND=jax; the backend is {keras.backend.backend()}"
        )
    missing = [name for name in (_ADDRESSES, MACHINES, _PROCESS) if name not in os.environ]
    if missing:
        raise RuntimeError(f"{missing[0]} is not set; see the page on more machines")
    import jax

    # `keras.distribution.initialize` does this too, but waits for 300 seconds and then 100.
    jax.distributed.initialize(
        coordinator_address=os.environ[_ADDRESSES].split(",")[0],
        num_processes=_number(MACHINES),
        process_id=_number(_PROCESS),
        initialization_timeout=_number(PARTNER_WAIT, _WAIT),
        heartbeat_timeout_seconds=_number(PARTNER_WAIT, _WAIT),
    )
    keras.utils.set_random_seed(0)
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


def _number(name: str, default: str = "") -> int:
    text = os.environ.get(name, default)
    if not text.isdecimal():
        raise RuntimeError(f"{name} must be a whole number; got {text!r}")
    return int(text)


def is_first_machine() -> bool:
    """Tell whether this process writes files: the only one, or the first of several.

    Examples
    --------
    >>> is_first_machine()
    True
    """
    return place_among_machines()[0] == 0


def place_among_machines() -> tuple[int, int]:
    """Return this process's number and how many processes train together.

    Examples
    --------
    >>> place_among_machines()
    (0, 1)
    """
    if keras.distribution.distribution() is None:
        return 0, 1
    return int(os.environ[_PROCESS]), int(os.environ[MACHINES])
