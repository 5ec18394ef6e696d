"""Shuffled batches of pictures, read from disk or memory while a model trains."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import ArrayLike, NDArray

from cnnbook.training.machines import place_among_machines

__all__ = ["Arrays", "Batches", "batches_of"]

Arrays = tuple[NDArray[Any], NDArray[Any]]


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    """Shuffled batches (b, h, w, c), (b,) whose order depends on the seed and the epoch alone.

    So an epoch can be repeated exactly: this is what makes a killed run resumable. ``read`` is
    called with an array of positions and returns their pictures. When several machines train
    together (:func:`join_machines`), each reads its share of every batch; a last batch that cannot
    be shared out evenly loses the pictures that are left over.

    Parameters
    ----------
    read : callable
        Positions (b,) -> pictures (b, h, w, c).
    labels : (n,) integers
    batch_size : int
    seed : int or None
        None keeps the order, as for validation.
    workers : int
        Threads that read ahead; 1 reads in the main thread.

    Raises
    ------
    ValueError
        If the labels are not (n,) integers from 0, or a number is too small.

    Examples
    --------
    >>> pictures = np.arange(20).reshape(20, 1, 1, 1)
    >>> batches = Batches(pictures.__getitem__, np.zeros(20, int), batch_size=8, seed=0)
    >>> len(batches)
    3
    >>> batches.epoch = 7
    >>> first = batches[0][0].ravel()
    >>> batches.epoch = 8
    >>> bool(np.array_equal(batches[0][0].ravel(), first))
    False
    >>> batches.epoch = 7
    >>> bool(np.array_equal(batches[0][0].ravel(), first))
    True
    """

    def __init__(
        self,
        read: Callable[[NDArray[np.int64]], NDArray[Any]],
        labels: ArrayLike,
        batch_size: int = 32,
        seed: int | None = None,
        workers: int = 1,
    ) -> None:
        super().__init__(workers=workers, max_queue_size=8)
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1; got {batch_size}")
        if seed is not None and seed < 0:
            raise ValueError(f"seed must be 0 or more; got {seed}")
        self.read, self.labels = read, _class_numbers(labels)
        self.batch_size, self.seed, self.epoch = batch_size, seed, 0
        # Asked here, because Keras keeps it for each thread and others do the reading.
        self._place = place_among_machines()

    def __len__(self) -> int:
        return -(-len(self.labels) // self.batch_size)

    def __getitem__(self, index: int) -> Arrays:
        order = np.arange(len(self.labels))
        if self.seed is not None:
            np.random.default_rng([self.seed, self.epoch]).shuffle(order)
        chosen = order[index * self.batch_size : (index + 1) * self.batch_size]
        machine, machines = self._place
        share = len(chosen) // machines
        if machines > 1:
            chosen = chosen[machine * share : (machine + 1) * share]
        return self.read(chosen), self.labels[chosen]


def _class_numbers(labels: ArrayLike) -> NDArray[np.int64]:
    given = np.asarray(labels)
    if given.ndim != 1:
        raise ValueError(f"labels must be (n,) class numbers; got shape {given.shape}")
    numbers = given.astype(np.int64)
    if np.any(numbers != given) or numbers.min(initial=0) < 0:
        raise ValueError("labels must be class numbers: integers from 0")
    return numbers


def batches_of(data: Arrays | Batches, batch_size: int, seed: int | None, part: str) -> Batches:
    """Make batches of arrays (n, h, w, c) and (n,); batches are returned as they are.

    ``part`` names the data in errors.

    Raises
    ------
    ValueError
        If images and labels differ in number, or there are none.

    Examples
    --------
    >>> batches_of((np.zeros((3, 8, 8, 3)), [0, 1]), 32, seed=0, part="training")
    Traceback (most recent call last):
    ValueError: 3 training images but 2 labels
    """
    if isinstance(data, Batches):
        batches = data
    else:
        images, labels = data
        if len(images) != len(labels):
            raise ValueError(f"{len(images)} {part} images but {len(labels)} labels")
        batches = Batches(np.asarray(images).__getitem__, labels, batch_size, seed)
    if len(batches.labels) == 0:
        raise ValueError(f"the {part} data are empty")
    return batches
