"""The small network of the counterfactual car: the book's own NumPy here, a script for the page.

``car/network.npz`` was made by ``scripts/train_page_network.py``.
"""

import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cnnbook.convolution import conv2d, max_pool2d
from cnnbook.network import softmax

Array = NDArray[np.floating[Any]]
FOLDER = Path(__file__).parent / "car"
STRIDES = (2, 2, 1, 1)


@cache
def weights() -> list[Array]:
    """Return the weights as Keras lists them: kernel and bias of each layer, float16."""
    with np.load(FOLDER / "network.npz") as stored:
        return [stored[name] for name in stored.files]


def probabilities(images: NDArray[np.uint8]) -> Array:
    """Return the probabilities of the five makes, (n, 5), for pictures (n, 96, 96, 3).

    >>> probabilities(np.zeros((1, 96, 96, 3), np.uint8)).shape
    (1, 5)
    """
    *convs, head, bias = (w.astype(np.float32) for w in weights())
    x: Array = images.astype(np.float32) / 255
    for place, (kernel, b) in enumerate(zip(convs[::2], convs[1::2], strict=True)):
        x = np.maximum(conv2d(x, kernel, stride=STRIDES[place], padding="same") + b, 0)
        if place >= 2:
            x = max_pool2d(x, 2)
    return softmax(x.reshape(len(x), -1) @ head + bias)


def script() -> str:
    """Write the network for the page: half-precision numbers in base 64.

    >>> script()[:28]
    'globalThis.CarNetwork = {"co'
    """
    *convs, head, bias = weights()
    layers = [
        {
            "size": kernel.shape[0],
            "filters": kernel.shape[-1],
            "stride": stride,
            "kernel": _text(kernel),
            "bias": _text(b),
        }
        for kernel, b, stride in zip(convs[::2], convs[1::2], STRIDES, strict=True)
    ]
    network = {"convs": layers, "head": {"kernel": _text(head), "bias": _text(bias)}}
    return f"globalThis.CarNetwork = {json.dumps(network)};\n"


def _text(array: Array) -> str:
    return b64encode(array.astype("<f2").tobytes()).decode()
