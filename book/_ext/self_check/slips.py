"""The known slips, each as the operations that someone who makes it carries out.

An answer is an expression over the operations of `cnnbook`. What a slip answers is the same
expression with some of them replaced; so a wrong answer can be recognised, whatever was asked.
"""

from collections.abc import Callable
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any, Literal

import numpy as np
import yaml

from cnnbook import convolution, shapes
from cnnbook.geometry import window_axes

Operations = dict[str, Any]


def mean(array: Any) -> float:
    """Average all entries, as global average pooling does."""
    return float(np.mean(array))


def flat_index(place: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Tell where flattening puts an entry, the last axis fastest."""
    return int(np.ravel_multi_index(place, shape))


def operations() -> Operations:
    """List everything that an expression may use: NumPy and what the chapters import."""
    public = {
        name: getattr(module, name) for module in (convolution, shapes) for name in module.__all__
    }
    more = {"mean": mean, "flat_index": flat_index, "window_axes": window_axes}
    return {"np": np, "prod": prod, **more, **public}


def turned(image: Any, kernel: Any, *rest: Any, **named: Any) -> Any:
    """Correlate with the kernel turned by 180 degrees."""
    return convolution.convolve2d(image, kernel, *rest, **named)


def not_turned(image: Any, kernel: Any, *rest: Any, **named: Any) -> Any:
    """Convolve with the kernel as it stands, or turned twice, which is the same."""
    return convolution.correlate2d(image, kernel, *rest, **named)


def modulo_256(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Keep of a result what an unsigned 8-bit integer holds."""
    return lambda *given, **named: operation(*given, **named) % 256


def clipped(operation: Callable[..., Any]) -> Callable[..., Any]:
    """Push a result into 0 to 255."""
    return lambda *given, **named: np.clip(operation(*given, **named), 0, 255)


def from_the_corner(image: Any, kernel: Any, padding: str = "same") -> Any:
    """Lay the window's top left corner, not its centre, on the pixel."""
    if padding != "same":
        raise ValueError("only a window with a centre can be laid by its corner")
    (rows, columns), (h, w) = np.shape(kernel), np.shape(image)
    below_and_right = np.pad(image, ((0, rows - 1), (0, columns - 1)))
    return convolution.correlate2d(below_and_right, kernel, "valid")[:h, :w]


def with_padding(wrong: Literal["valid", "same"], right: str) -> Operations:
    """Correlate with another border than the one asked for; layers likewise."""

    def correlate(image: Any, kernel: Any, padding: Any = "same") -> Any:
        return convolution.correlate2d(image, kernel, wrong if padding == right else padding)

    def convolve(image: Any, kernel: Any, padding: Any = "same") -> Any:
        return convolution.convolve2d(image, kernel, wrong if padding == right else padding)

    def padded(layer: shapes.Layer) -> shapes.Layer:
        windowed = (shapes.Conv2D, shapes.MaxPooling2D, shapes.AveragePooling2D)
        if isinstance(layer, windowed) and layer.padding == right:
            return replace(layer, padding=wrong)
        return layer

    def follow(shape: Any, layers: Any) -> shapes.Trace:
        return shapes.output_shape(shape, list(map(padded, layers)))

    return {"correlate2d": correlate, "convolve2d": convolve, "output_shape": follow}


def without_bias(shape: Any, layers: Any) -> shapes.Trace:
    """Follow the layers without their biases."""
    weighted = (shapes.Conv2D, shapes.Dense, shapes.DepthwiseConv2D)
    return shapes.output_shape(
        shape,
        [
            replace(layer, use_bias=False) if isinstance(layer, weighted) else layer
            for layer in layers
        ],
    )


def channels_first_shape(shape: Any, layers: Any) -> shapes.Trace:
    """Follow the layers, and write the channel of the output before the rows, as in PyTorch."""
    trace = shapes.output_shape(shape, layers)
    *sizes, channels = trace.shape
    return replace(trace, shape=(channels, *sizes))


def channels_first_index(place: Any, shape: Any) -> int:
    """Flatten with the channel before the rows."""
    return flat_index((place[-1], *place[:-1]), (shape[-1], *shape[:-1]))


def centred_windows(size: Any, kernel: Any, *rest: Any, **named: Any) -> Any:
    """Pad by half the kernel on both sides, whatever the stride, as PyTorch's padding does."""
    named["padding"] = tuple(k // 2 for k in kernel)
    return window_axes(size, kernel, *rest, **named)


WHOLE = ("correlate2d", "convolve2d")
# What each slip does instead; what is said of it stands in slips.yml.
SLIPS: dict[str, Operations] = {
    "turned": {"correlate2d": turned},
    "double turn": {"convolve2d": not_turned},
    "uint8": {name: modulo_256(getattr(convolution, name)) for name in WHOLE},
    "clipped": {name: clipped(getattr(convolution, name)) for name in WHOLE},
    "top-left anchor": {"correlate2d": from_the_corner},
    "valid for same": with_padding("valid", "same"),
    "same for valid": with_padding("same", "valid"),
    "mean forgotten": {"mean": np.sum},
    "bias forgotten": {"output_shape": without_bias},
    "channels first": {"output_shape": channels_first_shape, "flat_index": channels_first_index},
    "equal borders": {"window_axes": centred_windows},
}


def said(language: str) -> dict[str, str]:
    """Return what is said of each slip, in Markdown."""
    texts = yaml.safe_load(Path(__file__).with_suffix(".yml").read_text("utf-8"))
    return {name: texts[name][language] for name in SLIPS}
