"""From one layer to a network: layers, a loss and a step, on the book's own convolution (NumPy)."""

from cnnbook.network.layers import (
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    ReLU,
)
from cnnbook.network.loss import cross_entropy, cross_entropy_backward, softmax
from cnnbook.network.optimizer import SGD, Adam
from cnnbook.network.sequential import Sequential

__all__ = [
    "SGD",
    "Adam",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "MaxPooling2D",
    "ReLU",
    "Sequential",
    "cross_entropy",
    "cross_entropy_backward",
    "softmax",
]
