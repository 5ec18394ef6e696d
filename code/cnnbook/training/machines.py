"""Several machines that train one model together, each on its share of every batch."""

from __future__ import annotations

import os

import keras

__all__ = ["MACHINES", "is_first_machine", "join_machines", "place_among_machines"]

# Keras' own names, which `keras.distribution.initialize` reads.
MACHINES = "KERAS_DISTRIBUTION_NUM_PROCESSES"
_PROCESS = "KERAS_DISTRIBUTION_PROCESS_ID"
_ADDRESSES = "KERAS_DISTRIBUTION_JOB_ADDRESSES"


def join_machines() -> None:
    """Train on several machines together: each sees its share of every batch, all end alike.

    Call it first, in every process, with the same program, JAX as Keras' backend, and three
    variables set: ``KERAS_DISTRIBUTION_JOB_ADDRESSES`` (address and port of the first machine),
    ``KERAS_DISTRIBUTION_NUM_PROCESSES``, and ``KERAS_DISTRIBUTION_PROCESS_ID`` (0 on the first).

    Raises
    ------
    RuntimeError
        If the backend is not JAX or the variables are not set.

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
    keras.distribution.initialize()
    keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))


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
