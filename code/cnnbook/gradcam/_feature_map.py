"""Which layer's output is the feature map to explain."""

import difflib
from collections.abc import Iterable, Sequence

import keras

from cnnbook.gradcam._interception import Call

__all__ = ["choose", "feature_maps", "last_feature_map"]

_ATTENTION = (
    keras.layers.MultiHeadAttention,
    keras.layers.GroupQueryAttention,
    keras.layers.Attention,
    keras.layers.AdditiveAttention,
)
_OTHER_RANKS = {1: "one dimension", 3: "three dimensions"}


def feature_maps(calls: Sequence[Call]) -> list[Call]:
    """Keep the outputs (n, h, w, c) from the first convolution on, each named by who computed it.

    A container whose output is a child's is left out, and so is dropout, which passes its input on.

    Examples
    --------
    >>> from cnnbook.gradcam._interception import listen
    >>> net = keras.Sequential([
    ...     keras.Input((9, 9, 1)),
    ...     keras.layers.Rescaling(1 / 255, name="rescaling"),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.Dropout(0.5, name="dropout"),
    ...     keras.layers.MaxPooling2D(name="pool"),
    ... ])
    >>> calls, _ = listen(net, keras.ops.ones((1, 9, 9, 1)))
    >>> [call.path for call in feature_maps(calls)]
    ['conv', 'pool']
    """
    maps: list[Call] = []
    for call in calls:
        known = any(call.output is other.output for other in maps)
        if call.is_feature_map and not known and (maps or _is_convolution(call)):
            maps.append(call)
    return maps


def last_feature_map(calls: Sequence[Call]) -> Call:
    """Find the map (n, h, w, c), larger than 1x1, that the head of the network sees.

    It begins at the last convolution.  Normalisation, activation, shortcut, concatenation:
    whatever follows and keeps height and width belongs to it; pooling does not.

    Examples
    --------
    >>> from cnnbook.gradcam._interception import listen
    >>> net = keras.Sequential([
    ...     keras.Input((9, 9, 1)),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.ReLU(name="relu"),
    ...     keras.layers.MaxPooling2D(name="pool"),
    ... ])
    >>> calls, _ = listen(net, keras.ops.ones((1, 9, 9, 1)))
    >>> last_feature_map(calls).path
    'relu'
    """
    maps = [call for call in feature_maps(calls) if min(call.feature_shape[:2]) > 1]
    convolutions = [call for call in maps if _is_convolution(call)]
    if not convolutions:
        raise ValueError(_why_none(calls))
    size = convolutions[-1].feature_shape[:2]
    last = [call for call in maps if call.feature_shape[:2] == size][-1]
    for call in calls:
        if isinstance(call.op, _ATTENTION) and call.order > last.order:
            raise ValueError(
                f"After its last feature map, {last.path!r}, the model attends to tokens "
                f"({type(call.op).__name__} {call.path!r}), so that map is not what the head sees. "
                "To explain it all the same, name it with layer=."
            )
    return last


def choose(calls: Sequence[Call], layer: str | keras.Layer) -> Call:
    """Find the feature map that a layer returns, by path, name or the layer itself.

    Examples
    --------
    >>> import numpy as np
    >>> calls = [Call(f"{side}/conv", keras.layers.Conv2D(8, 3), np.ones((1, 4, 4, 8)))
    ...          for side in ("left", "right")]
    >>> choose(calls, "left.conv").path
    'left/conv'
    >>> choose(calls, "conv")
    Traceback (most recent call last):
    ValueError: 'conv' is ambiguous; give one of ['left/conv', 'right/conv'].
    >>> choose(calls[:1], "convolution")
    Traceback (most recent call last):
    ValueError: The model calls no layer 'convolution'. Feature maps: left/conv.
    """
    if isinstance(layer, str):
        name = layer
        hits = [call for call in calls if call.path == layer]
        hits = hits or [call for call in calls if layer in _names(call.path)]
    else:
        name = layer.name
        hits = [call for call in calls if call.op is layer]
    maps = [call.path for call in feature_maps(calls)]
    if not hits:
        raise ValueError(
            f"The model calls no layer {name!r}.{_nearest(name, maps)} "
            f"Feature maps: {_some(maps)}.{_hidden(calls)}"
        )
    if len(hits) > 1:
        raise ValueError(f"{name!r} is ambiguous; give one of {[call.path for call in hits]}.")
    if not hits[0].is_feature_map:
        raise ValueError(
            f"Layer {name!r} ({type(hits[0].op).__name__}) outputs shape {hits[0].shape}; Grad-CAM "
            f"needs a feature map (batch, height, width, channels). Choose from {_some(maps)}."
            f"{_hidden(calls)}"
        )
    return hits[0]


def _is_convolution(call: Call) -> bool:
    return hasattr(call.op, "kernel_size")


def _why_none(calls: Sequence[Call]) -> str:
    for call in calls:
        rank = getattr(call.op, "rank", None)
        if _is_convolution(call) and rank in _OTHER_RANKS:
            return (
                f"Layer {call.path!r} ({type(call.op).__name__}) convolves in "
                f"{_OTHER_RANKS[rank]}; only feature maps (batch, height, width, channels) "
                "can be explained."
            )
    return f"The model calls no convolution whose output is a map larger than 1x1.{_hidden(calls)}"


def _hidden(calls: Sequence[Call]) -> str:
    wrappers = [c.path for c in calls if isinstance(c.op, keras.layers.TimeDistributed)]
    if not wrappers:
        return ""
    return (
        f" What TimeDistributed {wrappers[0]!r} holds runs once a frame and has no single map: "
        "explain the model that it holds, frame by frame."
    )


def _names(path: str) -> set[str]:
    """List what a layer at ``a/b/c[0]#1`` answers to: ``c``, ``b/c``, ``b.c``, ``c[0]``, ..."""
    parts = path.split("/")
    tails = {sep.join(parts[start:]) for start in range(len(parts)) for sep in "/."}
    tails |= {tail.rpartition("#")[0] for tail in tails if "#" in tail}
    return tails | {tail.rpartition("[")[0] for tail in tails if tail.endswith("]")}


def _nearest(name: str, paths: Iterable[str]) -> str:
    def last(path: str) -> str:
        return path.replace("/", ".").rpartition(".")[2].lower()

    near = difflib.get_close_matches(last(name), {last(path) for path in paths}, n=2)
    likely = [path for path in paths if last(path) in near][-2:]
    return f" Did you mean {' or '.join(map(repr, likely))}?" if likely else ""


def _some(paths: Sequence[str], at_most: int = 6) -> str:
    shown = paths[-at_most:]
    return ", ".join(["..."] * (len(shown) < len(paths)) + list(shown)) or "none"
