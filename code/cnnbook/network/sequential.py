"""Layers one after another, and how they learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from cnnbook.network.layers import Array, Layer
from cnnbook.network.loss import cross_entropy, cross_entropy_backward
from cnnbook.network.optimizer import SGD, Adam


class Sequential:
    """A network as a list of layers that ends in logits.

    Examples
    --------
    Four points, and whether their coordinates differ: no line separates them, two layers do.

    >>> from cnnbook.network import SGD, Dense, ReLU
    >>> rng = np.random.default_rng(1)
    >>> network = Sequential([Dense(2, 8, rng), ReLU(), Dense(8, 2, rng)])
    >>> x, labels = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([0, 1, 1, 0])
    >>> losses = list(network.fit(x, labels, SGD(0.5), epochs=60, batch_size=4))
    >>> network.predict(x).argmax(axis=1).tolist()
    [0, 1, 1, 0]
    """

    def __init__(self, layers: Sequence[Layer]) -> None:
        self.layers = list(layers)

    def forward(self, x: Array, training: bool = False) -> Array:
        """Return the logits of a batch: (n, ...) -> (n, classes)."""
        for layer in self.layers:
            x = layer.forward(x, training)
        return x

    def backward(self, g: Array) -> Array:
        """Go back through the layers from dL/d(logits); each keeps its gradients."""
        for layer in reversed(self.layers):
            g = layer.backward(g)
        return g

    def train_step(self, x: Array, labels: Array, optimizer: SGD | Adam) -> float:
        """Forward, loss, backward, step: this is all of training. Return the loss before it."""
        logits = self.forward(x, training=True)
        self.backward(cross_entropy_backward(logits, labels))
        optimizer.step(self.layers)
        return cross_entropy(logits, labels)

    def fit(
        self,
        x: npt.ArrayLike,
        labels: npt.ArrayLike,
        optimizer: SGD | Adam,
        epochs: int = 1,
        batch_size: int = 32,
        seed: int = 0,
    ) -> Iterator[float]:
        """Train on shuffled batches and yield the mean loss of each epoch as it ends.

        Raises
        ------
        ValueError
            When inputs and labels differ in number, or the loss is no longer a number.
        """
        inputs, answers = np.asarray(x), np.asarray(labels)
        if len(inputs) != len(answers):
            raise ValueError(f"{len(inputs)} inputs but {len(answers)} labels")
        rng = np.random.default_rng(seed)
        for epoch in range(1, epochs + 1):
            order = rng.permutation(len(inputs))
            parts = np.split(order, range(batch_size, len(order), batch_size))
            losses = [self.train_step(inputs[p], answers[p], optimizer) for p in parts]
            loss = float(np.average(losses, weights=[len(p) for p in parts]))
            if not np.isfinite(loss):
                raise ValueError(f"the loss is {loss} in epoch {epoch}; lower the learning rate")
            yield loss

    def predict(self, x: npt.ArrayLike, batch_size: int = 256) -> Array:
        """Return the logits of many inputs, batch by batch: (n, ...) -> (n, classes)."""
        inputs = np.asarray(x)
        starts = range(0, len(inputs), batch_size)
        return np.concatenate([self.forward(inputs[s : s + batch_size]) for s in starts])
