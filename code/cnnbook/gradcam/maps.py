r"""Grad-CAM for any Keras model, on any backend, leaving the model as it was.

For class :math:`k` with score :math:`y_k` and a feature map :math:`A` of a picture,

.. math::

    w_c = \frac{1}{hw} \sum_{i,j} \frac{\partial y_k}{\partial A_{ijc}}, \qquad
    M_{ij} = \max\Bigl(0, \sum_c w_c A_{ijc}\Bigr)

(Selvaraju et al. 2017, equations 1 and 2).  The score is the logit, not the probability: where a
network is sure of itself the softmax is flat, its gradient zero, and the map empty.

The gradient needs no surgery on the model.  During a forward pass the layer of interest is made to
return :math:`A + \varepsilon` with :math:`\varepsilon = 0`; then
:math:`\partial y / \partial \varepsilon = \partial y / \partial A`.
"""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import keras
import numpy as np
from keras import ops, tree
from numpy.typing import ArrayLike, NDArray

from cnnbook.gradcam._differentiation import compiled, value_and_gradients
from cnnbook.gradcam._feature_map import choose, feature_maps, last_feature_map
from cnnbook.gradcam._logits import (
    choose_output,
    is_distribution,
    named_outputs,
    softmax_before,
    without_softmax,
)
from cnnbook.gradcam.interception import Call, Interceptor, intercepted, listen

__all__ = ["GradCAM", "feature_layers", "grad_cam", "normalize", "overlay", "resize"]

FloatMaps = NDArray[np.float32]
Score = Callable[[Any], Any]

_BATCH = 32
_PREDICTED = -1
# Keras' softmax hangs its input on its output where the backend's tensors allow it (TensorFlow);
# that reaches a softmax which a subclassed model calls outside any layer.
_REMEMBERED_LOGITS = "_keras_logits"
_UNKNOWN_SIDE = 64  # of the blank picture sent through a model that takes any size


def grad_cam(
    model: Any,
    images: Any,
    class_index: ArrayLike | None = None,
    layer: str | keras.Layer | None = None,
    *,
    output: str | int | None = None,
    score: Score | None = None,
) -> FloatMaps:
    """Grad-CAM maps (n, h, w) float32 of images (n, height, width, channels).

    The maps are rectified, not normalised, and at the layer's own resolution.  The model runs in
    inference mode (no augmentation, no dropout) and is not changed, also not for the duration.
    Images are taken 32 at a time.  For many calls on one model, `GradCAM` is faster.

    Parameters
    ----------
    model
        A built Keras model of any kind.
    images
        What ``model.predict`` takes: a batch, or a list or dict of batches for several inputs.
    class_index
        The class to explain: one for all images, or one an image.  ``None``: the predicted class.
        A single sigmoid unit has the classes 0 and 1.
    layer
        The layer that returns the feature map: a name, a path such as ``"mobilenetv2/out_relu"``
        (dots do as well), or the layer itself.  ``None``: the last feature map of the last
        convolution that is larger than 1x1, after its normalisation, activation and shortcuts.
    output
        Name or position of the output to explain; needed if the model has several.
    score
        Explain ``score(output) -> (n,)`` instead of a class, such as ``lambda y: -y[:, 0]`` for
        what lowers a regression.  It gets the output as the model returns it (probabilities stay
        probabilities), or everything the model returns if it has several and none is chosen.

    Returns
    -------
    numpy.ndarray
        ``(n, h, w)`` float32, never negative; all zero where nothing speaks for the class.

    Raises
    ------
    ValueError
        The layer is unknown, ambiguous, returns no feature map or does not influence the output;
        the class is out of range; the output must be chosen; the model was never built; the images
        are no batch.

    Warns
    -----
    UserWarning
        The model returns probabilities and the softmax that makes them is out of reach.

    Notes
    -----
    On TensorFlow a layer created under ``keras.RematScope`` is out of reach: its backward pass runs
    the layer anew, without what was added to the first run.

    References
    ----------
    Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based
    Localization", ICCV 2017.

    Examples
    --------
    A channel that sees the picture's brightness argues for class 1, and against class 0:

    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)),
    ...     keras.layers.Conv2D(1, 1, kernel_initializer="ones", name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(2, kernel_initializer=lambda shape, dtype: [[-1.0, 1.0]]),
    ...     keras.layers.Softmax(),
    ... ])
    >>> image = np.zeros((1, 4, 4, 1), "float32")
    >>> image[0, 1, 2] = 16.0
    >>> grad_cam(model, image, class_index=1)[0]
    array([[0., 0., 0., 0.],
           [0., 0., 1., 0.],
           [0., 0., 0., 0.],
           [0., 0., 0., 0.]], dtype=float32)
    >>> float(grad_cam(model, image, class_index=0).max())
    0.0
    """
    inputs = _tensors(images)
    target = _target(model, _slice(inputs, slice(1)), layer, output, score)
    classes = _classes(target, class_index, _count(inputs))
    return _in_batches(lambda *batch: _maps(model, target, *batch), inputs, classes)


class GradCAM:
    """Grad-CAM with one traced function, for repeated calls on one model.

    The first call finds the layer and traces the model (TensorFlow graph, JAX ``jit``); later
    calls cost about as much as a prediction.  Weights trained afterwards are seen; layers
    added or replaced afterwards are not.

    Parameters
    ----------
    model, layer, output, score
        As in `grad_cam`.

    Attributes
    ----------
    layer : str or None
        Path of the layer explained; known after the first call unless given as a name.

    Examples
    --------
    >>> model = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, activation="relu", name="conv"),
    ...     keras.layers.GlobalAveragePooling2D(),
    ...     keras.layers.Dense(5, activation="softmax"),
    ... ])
    >>> explain = GradCAM(model)
    >>> explain(np.ones((3, 8, 8, 3), "float32"), class_index=2).shape
    (3, 6, 6)
    >>> explain.layer
    'conv'
    """

    def __init__(
        self,
        model: Any,
        layer: str | keras.Layer | None = None,
        *,
        output: str | int | None = None,
        score: Score | None = None,
    ):
        self.layer: str | None = layer if isinstance(layer, str) else None
        self._model = model
        self._choice = (layer, output, score)
        self._traced: dict[object, tuple[_Target, Callable[..., Any]]] = {}

    def __call__(self, images: Any, class_index: ArrayLike | None = None) -> FloatMaps:
        """Return the maps (n, h, w) float32 of images, as `grad_cam` does."""
        inputs = _tensors(images)
        kind = tuple((tuple(x.shape[1:]), str(x.dtype)) for x in tree.flatten(inputs))
        if kind not in self._traced:
            self._traced[kind] = self._trace(inputs)
        target, step = self._traced[kind]
        return _in_batches(step, inputs, _classes(target, class_index, _count(inputs)))

    def _trace(self, inputs: Any) -> tuple["_Target", Callable[..., Any]]:
        target = _target(self._model, _slice(inputs, slice(1)), *self._choice)
        self.layer = target.call.path

        def step(inputs: Any, class_index: Any) -> Any:
            return _maps(self._model, target, inputs, class_index)

        predicted = ops.full((_count(inputs),), _PREDICTED, "int32")
        return target, compiled(self._model, step, inputs, predicted)


def feature_layers(model: Any, images: Any = None) -> dict[str, tuple[int, int, int]]:
    """List the layers that Grad-CAM can explain, ``{path: (h, w, c)}``, in the order computed.

    Parameters
    ----------
    model
        A built Keras model.
    images
        A batch to run through the model; needed if the model does not declare its inputs
        (subclassed models).  Only the first image is used.

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
    >>> backbone = keras.Sequential([
    ...     keras.Input((8, 8, 3)),
    ...     keras.layers.Conv2D(4, 3, name="conv"),
    ...     keras.layers.ReLU(name="relu"),
    ...     keras.layers.MaxPooling2D(name="pool"),
    ... ], name="backbone")
    >>> feature_layers(keras.Sequential([keras.Input((8, 8, 3)), backbone]))
    {'backbone/conv': (6, 6, 4), 'backbone/relu': (6, 6, 4), 'backbone/pool': (3, 3, 4)}
    """
    _require_built(model)
    inputs = _blank(model) if images is None else _slice(_tensors(images), slice(1))
    calls, _ = listen(model, inputs)
    return {call.path: call.feature_shape for call in feature_maps(calls)}


def normalize(maps: ArrayLike) -> FloatMaps:
    """Scale maps (n, h, w) so that each has the maximum 1; an all-zero map stays zero.

    Only the maximum is used: subtracting the minimum would make "the least evidence" look like
    "no evidence".

    Examples
    --------
    >>> normalize([[[0.0, 2.0], [1.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]]).tolist()
    [[[0.0, 0.5], [0.25, 1.0]], [[0.0, 0.0], [0.0, 0.0]]]
    """
    values = np.asarray(maps, np.float32)
    peak = values.max(axis=(-2, -1), keepdims=True)
    scaled: FloatMaps = np.divide(values, peak, out=np.zeros_like(values), where=peak > 0)
    return scaled


def resize(maps: ArrayLike, size: tuple[int, int]) -> FloatMaps:
    """Interpolate maps (n, h, w) bilinearly to ``(n, *size)``, pixel centres at half-integers.

    The same rule as ``tf.image.resize``, so a map lies where the picture's pixels lie.

    Examples
    --------
    >>> resize([[[0.0, 1.0]]], (1, 4)).tolist()
    [[[0.0, 0.25, 0.75, 1.0]]]
    """
    values = ops.convert_to_tensor(np.asarray(maps, np.float32)[..., None])
    resized = ops.image.resize(values, size, "bilinear", data_format="channels_last")
    return _numpy(resized)[..., 0]


def overlay(images: ArrayLike, maps: ArrayLike, alpha: float = 0.4) -> NDArray[np.uint8]:
    """Lay maps (n, h, w) over images (n, height, width, 3) in 0..255; return uint8 RGB pictures.

    Each map is scaled to its own maximum and resized to the picture.  A pixel keeps its colour
    where the map is zero and becomes ``(1 - alpha) * image + alpha * colour`` at the maximum; the
    picture's contrast is not touched.

    Parameters
    ----------
    images
        ``(n, height, width, 3)`` or ``(n, height, width, 1)``, values 0..255.
    maps
        ``(n, h, w)``, any scale and resolution.
    alpha
        Opacity of the map at its maximum, 0..1.

    Returns
    -------
    numpy.ndarray
        ``(n, height, width, 3)`` uint8.

    Raises
    ------
    ValueError
        The images are scaled to 0..1.

    Examples
    --------
    >>> grey = np.full((1, 2, 2, 3), 200)
    >>> overlay(grey, np.zeros((1, 1, 1))).tolist() == grey.tolist()     # no evidence, no colour
    True
    """
    from matplotlib import colormaps  # a second that models without pictures need not spend

    pictures = np.asarray(images, np.float32)
    if np.issubdtype(np.asarray(images).dtype, np.floating) and 0 < pictures.max() <= 1:
        raise ValueError("overlay needs pictures in 0..255; these are in 0..1: multiply by 255")
    heat = np.clip(resize(normalize(maps), pictures.shape[1:3]), 0, 1)
    colours = 255 * colormaps["turbo"](heat)[..., :3]
    blended = pictures + alpha * heat[..., None] * (colours - pictures)
    return np.clip(np.round(blended), 0, 255).astype(np.uint8)


# ------------------------------------------------------------------- what to explain, and how


@dataclass(frozen=True)
class _Target:
    """What one look at the model settles: the feature map, the score, and how to reach both."""

    call: Call
    output: str | None  # None: the score gets everything that the model returns
    score: Score | None = None
    classes: int = 0
    binary: bool = False  # a single sigmoid unit, which has two classes
    to_logits: dict[Any, Interceptor] = field(default_factory=dict)


def _target(
    model: Any,
    inputs: Any,
    layer: str | keras.Layer | None,
    output: str | int | None,
    score: Score | None,
) -> _Target:
    _require_built(model)
    calls, returned = listen(model, inputs)
    outputs = named_outputs(model, returned)
    if score is not None:
        call = last_feature_map(calls) if layer is None else choose(calls, layer)
        return _Target(call, None if output is None else choose_output([*outputs], output), score)

    name = choose_output([*outputs], output)
    explained = outputs[name]
    head = softmax_before(explained, calls)
    logits_known = head is not None or hasattr(explained, _REMEMBERED_LOGITS)
    if not logits_known and is_distribution(explained):
        warnings.warn(
            f"{model.name!r} returns probabilities, and the softmax that makes them is not a Keras "
            "layer, so the map explains a probability: expect zeros where the model is sure. "
            "End the model with a Softmax layer, or pass score=.",
            stacklevel=3,
        )
    units = explained.shape[-1] if len(explained.shape) > 1 else 1
    binary = logits_known and units == 1
    before_head = [call for call in calls if call.op is not head]
    target = _Target(
        call=choose(before_head, layer) if layer is not None else last_feature_map(before_head),
        output=name,
        classes=2 if binary else units,
        binary=binary,
        to_logits={} if head is None else {head: without_softmax(head)},
    )
    if layer is None and len(outputs) > 1:
        connected = _connected(model, target, feature_maps(before_head), inputs)
        return replace(target, call=last_feature_map(connected))
    return target


def _connected(model: Any, target: _Target, maps: list[Call], inputs: Any) -> list[Call]:
    """Keep the maps on which the output depends; with several outputs, not every one does."""
    predicted = ops.full((1,), _PREDICTED, "int32")
    _, gradients = _activations_and_gradients(model, target, maps, inputs, predicted)
    return [
        call
        for call, gradient in zip(maps, gradients, strict=True)
        if gradient is not None and _numpy(gradient).any()
    ] or maps


def _require_built(model: Any) -> None:
    if not getattr(model, "built", False):
        raise ValueError(
            f"{getattr(model, 'name', model)!r} was never built: it has no weights to explain. "
            "Call it on a batch, or give it an Input."
        )


def _blank(model: Any) -> Any:
    """Make one blank picture of the shape that the model declares."""
    declared = getattr(model, "input", None)
    if declared is None:  # a Sequential declares a list only
        declared = next(iter(getattr(model, "inputs", None) or ()), None)
    if declared is None:
        raise ValueError(f"{model.name!r} does not declare its inputs; pass a batch as images=.")

    def blank(x: Any) -> Any:
        return ops.zeros((1, *(side or _UNKNOWN_SIDE for side in x.shape[1:])), x.dtype)

    return tree.map_structure(blank, declared)


# ------------------------------------------------------------------------- the map: equations 1, 2


def _maps(model: Any, target: _Target, inputs: Any, class_index: Any) -> Any:
    (activation,), (gradient,) = _activations_and_gradients(
        model, target, [target.call], inputs, class_index
    )
    if gradient is None:
        explained = "the score" if target.output is None else f"output {target.output!r}"
        raise ValueError(f"Layer {target.call.path!r} does not influence {explained}.")
    activation = ops.cast(activation, "float32")
    if target.call.channels_first:
        activation, gradient = (ops.moveaxis(x, 1, -1) for x in (activation, gradient))
    weights = ops.mean(gradient, axis=(1, 2), keepdims=True)
    return ops.relu(ops.sum(weights * activation, axis=-1))


def _activations_and_gradients(
    model: Any, target: _Target, calls: Sequence[Call], inputs: Any, class_index: Any
) -> tuple[list[Any], list[Any]]:
    """Return what the calls output and the gradients there; None where there is no influence."""

    def score(epsilons: list[Any]) -> tuple[Any, list[Any]]:
        activations: dict[int, Any] = {}

        def add_epsilon(op: Any) -> Interceptor:
            position = {call.repetition: at for at, call in enumerate(calls) if call.op is op}
            repetition = count()

            def interceptor(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
                output = compute(*args, **kwargs)
                at = position.get(next(repetition))
                if at is None:
                    return output
                activations[at] = output
                return output + ops.cast(epsilons[at], output.dtype)

            return interceptor

        with intercepted({call.op: add_epsilon(call.op) for call in calls} | target.to_logits):
            returned = model(inputs, training=False)
        total = ops.sum(_scores(model, target, returned, class_index))
        return total, [activations[at] for at in range(len(calls))]

    n = ops.shape(tree.flatten(inputs)[0])[0]
    return value_and_gradients(
        score, [ops.zeros((n, *call.shape[1:]), "float32") for call in calls]
    )


def _scores(model: Any, target: _Target, returned: Any, class_index: Any) -> Any:
    """Return the score (n,) of each image; images do not mix in inference mode."""
    chosen = returned if target.output is None else named_outputs(model, returned)[target.output]
    if target.score is not None:
        return ops.cast(target.score(chosen), "float32")
    logits = ops.cast(getattr(chosen, _REMEMBERED_LOGITS, chosen), "float32")
    # A prediction for every position counts with the sum over its positions.
    units = 1 if target.binary else target.classes
    logits = ops.sum(ops.reshape(logits, (ops.shape(logits)[0], -1, units)), axis=1)
    if target.binary:
        logits = ops.concatenate([-logits, logits], axis=-1)
    predicted = ops.cast(ops.argmax(ops.stop_gradient(logits), axis=-1), "int32")
    explained = ops.where(class_index == _PREDICTED, predicted, class_index)
    return ops.sum(logits * ops.one_hot(explained, target.classes, dtype="float32"), axis=-1)


# ---------------------------------------------------------------------------------------- batches


def _tensors(images: Any) -> Any:
    inputs = tree.map_structure(ops.convert_to_tensor, images)
    shapes = [tuple(x.shape) for x in tree.flatten(inputs)]
    if all(len(shape) == 3 for shape in shapes):
        raise ValueError(
            f"images must be a batch (n, height, width, channels); got {shapes}: "
            "for one picture pass image[None], for several np.stack(pictures)."
        )
    if _count(inputs) == 0:
        raise ValueError("images is an empty batch: there is nothing to explain.")
    return inputs


def _classes(target: _Target, class_index: ArrayLike | None, n: int) -> NDArray[np.int32]:
    if class_index is None:
        return np.full(n, _PREDICTED, np.int32)
    if target.score is not None:
        raise ValueError("Give class_index or score, not both: a score chooses what to explain.")
    classes = np.asarray(class_index)
    if classes.dtype.kind not in "iu" or classes.shape not in {(), (n,)}:
        raise ValueError(
            f"class_index must be one integer, or one for each of the {n} images; "
            f"got {class_index!r}."
        )
    if classes.min() < 0 or classes.max() >= target.classes:
        hint = " For what lowers a regression pass score=." if target.classes == 1 else ""
        raise ValueError(
            f"class_index must be in 0..{target.classes - 1}; got {class_index!r}.{hint}"
        )
    return np.broadcast_to(classes, (n,)).astype(np.int32)


def _in_batches(step: Callable[..., Any], inputs: Any, classes: NDArray[np.int32]) -> FloatMaps:
    n = len(classes)
    parts = [slice(start, start + _BATCH) for start in range(0, n, _BATCH)]
    # Slicing a tensor copies it, which a single small batch need not pay for.
    pieces = (inputs if n <= _BATCH else _slice(inputs, part) for part in parts)
    maps = [
        ops.convert_to_numpy(step(piece, ops.convert_to_tensor(classes[part])))
        for piece, part in zip(pieces, parts, strict=True)
    ]
    return maps[0] if len(maps) == 1 else np.concatenate(maps)


def _slice(inputs: Any, part: slice) -> Any:
    return tree.map_structure(lambda x: x[part], inputs)


def _count(inputs: Any) -> int:
    return int(tree.flatten(inputs)[0].shape[0])


def _numpy(tensor: Any) -> FloatMaps:
    return np.asarray(ops.convert_to_numpy(ops.cast(ops.stop_gradient(tensor), "float32")))
