"""Which layers a model calls, which of them can be explained, and which one is."""

from typing import Any

from cnnbook.gradcam._arrays import pictures_as_tensors, sliced
from cnnbook.gradcam._feature_map import feature_maps
from cnnbook.gradcam._interception import listen
from cnnbook.gradcam._target import blank_picture, require_built, settle

__all__ = ["called_layers", "feature_layer", "feature_layers"]


def feature_layer(model: Any, images: Any = None, *, output: str | int | None = None) -> str:
    """Name the layer that is explained where none is named, by its path.

    Its output is the last feature map (n, h, w, c), larger than 1x1, of the last convolution on
    which the output depends: after normalization, activation, shortcut and concatenation, before
    pooling.

    Parameters
    ----------
    model, output
        As in `grad_cam`.
    images
        A batch; needed if the model does not declare its inputs (subclassed models).  Only its
        size matters.

    Raises
    ------
    ValueError
        As in `grad_cam`, or the model does not declare its inputs and no images are given.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.ReLU(name="relu"),
    ...     keras.layers.MaxPooling2D(name="pool"),
    ...     keras.layers.Flatten(),
    ...     keras.layers.Dense(5, activation="softmax"),
    ... ])
    >>> feature_layer(model)
    'relu'
    """
    return settle(model, _one_picture(model, images), output=output).call.path


def feature_layers(model: Any, images: Any = None) -> dict[str, tuple[int, int, int]]:
    """List the layers that can be explained, ``{path: (h, w, c)}``, in the order computed.

    Parameters
    ----------
    model, images
        As in `feature_layer`.

    Returns
    -------
    dict
        Every output of shape (n, h, w, c) from the first convolution on.  A container whose output
        is that of a layer inside it is left out.

    Raises
    ------
    ValueError
        The model was never built, or does not declare its inputs and no images are given.

    Examples
    --------
    >>> import keras
    >>> backbone = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.ReLU(name="relu"),
    ...     keras.layers.MaxPooling2D(name="pool"),
    ... ], name="backbone")
    >>> feature_layers(keras.Sequential([keras.Input((8, 8, 3)), backbone]))
    {'backbone/conv': (6, 6, 4), 'backbone/relu': (6, 6, 4), 'backbone/pool': (3, 3, 4)}
    """
    calls, _ = listen(model, _one_picture(model, images))
    return {call.path: call.feature_shape for call in feature_maps(calls)}


def called_layers(model: Any, images: Any = None) -> list[tuple[str, Any]]:
    """List ``(path, layer)`` of every call inside a model, in order; a container after its parts.

    Parameters
    ----------
    model, images
        As in `feature_layer`.

    Examples
    --------
    >>> import keras
    >>> backbone = keras.Sequential([
    ...     keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3, name="conv"),
    ... ], name="backbone")
    >>> model = keras.Sequential([keras.Input((8, 8, 3)), backbone, keras.layers.ReLU(name="relu")])
    >>> [path for path, _ in called_layers(model)]
    ['backbone/conv', 'backbone', 'relu']
    """
    calls, _ = listen(model, _one_picture(model, images))
    return [(call.path, call.op) for call in calls]


def _one_picture(model: Any, images: Any) -> Any:
    if images is None:
        return blank_picture(model)
    require_built(model)
    return sliced(pictures_as_tensors(model, images), slice(1))
