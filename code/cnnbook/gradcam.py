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

import difflib
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
from keras import ops, tree
from numpy.typing import ArrayLike, NDArray

from cnnbook._interception import Call, Interceptor, intercepted, listen

__all__ = ["GradCAM", "feature_layers", "grad_cam", "normalize", "overlay", "resize"]

FloatMaps = NDArray[np.float32]
Score = Callable[[Any], Any]

_BATCH = 32
_PREDICTED = -1
_ACTIVATIONS_ON_LOGITS = {"softmax", "sigmoid", "log_softmax", "Softmax", "Sigmoid", "LogSoftmax"}
_UNKNOWN_SIDE = 64  # for a probe through a model that takes pictures of any size


# ------------------------------------------------------------------------------------- public API


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
    plan = _plan(model, _slice(inputs, slice(1)), layer, output, score)
    classes = _classes(plan, class_index, _count(inputs))
    return _in_batches(lambda *batch: _maps(model, plan, *batch), inputs, classes)


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
        self._traced: dict[object, tuple[_Plan, Callable[..., Any]]] = {}

    def __call__(self, images: Any, class_index: ArrayLike | None = None) -> FloatMaps:
        """Return the maps (n, h, w) float32 of images, as `grad_cam` does."""
        inputs = _tensors(images)
        kind = tuple((tuple(x.shape[1:]), str(x.dtype)) for x in tree.flatten(inputs))
        if kind not in self._traced:
            plan = _plan(self._model, _slice(inputs, slice(1)), *self._choice)
            self._traced[kind] = plan, _trace(self._model, plan, inputs)
            self.layer = plan.call.path
        plan, step = self._traced[kind]
        return _in_batches(step, inputs, _classes(plan, class_index, _count(inputs)))


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
    inputs = _probe(model) if images is None else _slice(_tensors(images), slice(1))
    _require_built(model)
    calls, _ = listen(model, inputs)
    return {call.path: _shape(call) for call in _feature_maps(calls)}


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
    return np.divide(values, peak, out=np.zeros_like(values), where=peak > 0)


def resize(maps: ArrayLike, size: tuple[int, int]) -> FloatMaps:
    """Interpolate maps (n, h, w) bilinearly to (n, *size), pixel centres at half-integers.

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
class _Plan:
    """What one look at the model settles: the layer, the output, and how to reach its logits."""

    call: Call
    output: str | None  # None: `score` gets everything the model returns
    score: Score | None
    to_logits: dict[Any, Interceptor]  # interceptors that leave the last softmax or sigmoid out
    classes: int
    binary: bool


def _plan(
    model: Any,
    inputs: Any,
    layer: str | keras.Layer | None,
    output: str | int | None,
    score: Score | None,
) -> _Plan:
    _require_built(model)
    calls, returned = listen(model, inputs)
    outputs = _named_outputs(model, returned)
    name = _chosen_output(outputs, output, may_be_all=score is not None)
    if score is not None:
        call = _chosen_call(calls, layer)
        return _Plan(call, name, score, {}, classes=0, binary=False)

    assert name is not None
    explained = outputs[name]
    if layer is None and len(outputs) > 1:
        calls = _influential(model, inputs, calls, name)
    head = _softmax_before(explained, calls)
    if head is None and _is_distribution(explained):
        warnings.warn(
            f"{model.name!r} returns probabilities, and the softmax that makes them is not a Keras "
            "layer, so the map explains a probability: expect zeros where the model is sure. "
            "End the model with a Softmax layer, or pass score=.",
            stacklevel=3,
        )
    classes = explained.shape[-1] if len(explained.shape) > 1 else 1
    binary = head is not None and classes == 1
    to_logits = {head: _without_activation(head)} if head is not None else {}
    return _Plan(
        _chosen_call(calls, layer), name, None, to_logits, 2 if binary else classes, binary
    )


def _require_built(model: Any) -> None:
    if not getattr(model, "built", False):
        raise ValueError(
            f"{getattr(model, 'name', model)!r} was never built: it has no weights to explain. "
            "Call it on a batch, or give it an Input."
        )


def _probe(model: Any) -> Any:
    """One blank picture of the shape that the model declares."""
    _require_built(model)
    try:
        declared = model.input if hasattr(model, "input") else model.inputs[0]
    except (AttributeError, TypeError):
        raise ValueError(
            f"{model.name!r} does not declare its inputs; pass a batch as images="
        ) from None
    return tree.map_structure(
        lambda x: ops.zeros((1, *(side or _UNKNOWN_SIDE for side in x.shape[1:])), x.dtype),
        declared,
    )


# ------------------------------------------------------------------------------- the feature map


def _feature_maps(calls: Sequence[Call]) -> list[Call]:
    """Keep the maps from the first convolution on, each once, named by who computed it."""
    maps: list[Call] = []
    for call in calls:
        known = any(call.output is other.output for other in maps)
        if call.feature_shape and not known and (maps or _is_convolution(call)):
            maps.append(call)
    return maps


def _is_convolution(call: Call) -> bool:
    return hasattr(call.op, "kernel_size")


def _shape(call: Call) -> tuple[int, int, int]:
    assert call.feature_shape is not None
    return call.feature_shape


def _last_feature_map(calls: Sequence[Call]) -> Call:
    """Find the map that the head sees.

    Batch normalisation, activation, shortcut, concatenation: whatever follows the last convolution
    and keeps height and width belongs to it; pooling does not.
    """
    maps = [call for call in _feature_maps(calls) if min(_shape(call)[:2]) > 1]
    convolutions = [call for call in maps if _is_convolution(call)]
    if not convolutions:
        raise ValueError("The model calls no convolution whose output is larger than 1x1.")
    size = _shape(convolutions[-1])[:2]
    return [call for call in maps if _shape(call)[:2] == size][-1]


def _chosen_call(calls: Sequence[Call], layer: str | keras.Layer | None) -> Call:
    if layer is None:
        return _last_feature_map(calls)
    if isinstance(layer, str):
        name = layer
        hits = [call for call in calls if call.path == layer]
        hits = hits or [call for call in calls if layer in _names(call.path)]
    else:
        name = layer.name
        hits = [call for call in calls if call.op is layer]
    maps = {call.path: call for call in _feature_maps(calls)}
    if not hits:
        raise ValueError(
            f"The model calls no layer {name!r}.{_nearest(name, maps)} "
            f"Feature maps: {_listed(maps)}."
        )
    if len(hits) > 1:
        raise ValueError(f"{name!r} is ambiguous; give one of {[call.path for call in hits]}.")
    if hits[0].feature_shape is None:
        raise ValueError(
            f"Layer {name!r} ({type(hits[0].op).__name__}) outputs shape "
            f"{tuple(getattr(hits[0].output, 'shape', ()))}; Grad-CAM needs a feature map "
            f"(batch, height, width, channels). Choose from {_listed(maps)}."
        )
    return hits[0]


def _names(path: str) -> set[str]:
    """Every name that a layer at ``a/b/c#1`` answers to: ``c``, ``b/c``, ``b.c``, ``c#1``, ..."""
    parts = path.split("/")
    tails = [sep.join(parts[start:]) for start in range(len(parts)) for sep in "/."]
    return {*tails, *(tail.rpartition("#")[0] for tail in tails if "#" in tail)}


def _nearest(name: str, paths: Sequence[str] | dict[str, Call]) -> str:
    by_name = {path.rpartition("/")[2].lower(): path for path in paths}
    near = difflib.get_close_matches(name.rpartition("/")[2].lower(), by_name, n=2)
    return f" Did you mean {' or '.join(repr(by_name[key]) for key in near)}?" if near else ""


def _listed(paths: Sequence[str] | dict[str, Call], at_most: int = 6) -> str:
    names = list(paths)
    return ", ".join((["..."] if len(names) > at_most else []) + names[-at_most:]) or "none"


def _influential(model: Any, inputs: Any, calls: Sequence[Call], output: str) -> list[Call]:
    """Keep the calls that the output depends on; JAX cannot tell zero from unconnected."""
    maps = _feature_maps(calls)
    plan = _Plan(maps[0], output, lambda y: ops.sum(y, axis=-1), {}, 0, False) if maps else None
    if plan is None:
        return list(calls)
    _, gradients = _activations_and_gradients(model, plan, maps, inputs, None)
    idle = {
        id(call)
        for call, gradient in zip(maps, gradients, strict=True)
        if gradient is None or not _numpy(gradient).any()
    }
    return [call for call in calls if id(call) not in idle]


# --------------------------------------------------------------------- the output and its logits


def _named_outputs(model: Any, returned: Any) -> dict[str, Any]:
    if isinstance(returned, dict):
        return returned
    flat = tree.flatten(returned)
    names = getattr(model, "output_names", None) or []
    if len(names) != len(flat):
        names = [str(position) for position in range(len(flat))]
    return dict(zip(names, flat, strict=True))


def _chosen_output(
    outputs: dict[str, Any], output: str | int | None, *, may_be_all: bool
) -> str | None:
    names = list(outputs)
    if output is None:
        if len(names) == 1:
            return names[0]
        if may_be_all:
            return None
        raise ValueError(f"The model has {len(names)} outputs; choose one with output=: {names}.")
    if isinstance(output, int) and -len(names) <= output < len(names):
        return names[output]
    if output not in names:
        raise ValueError(f"The model has no output {output!r}; its outputs are {names}.")
    return str(output)


def _softmax_before(output: Any, calls: Sequence[Call]) -> Any:
    """Find the operation whose softmax or sigmoid produced the output, or None.

    Equal values count, not only the same tensor: models end in casts, reshapes and the like.
    """
    heads = [call for call in calls if _leaves_logits(call.op) and _equal(call.output, output)]
    return max(heads, key=lambda call: call.output is output).op if heads else None


def _equal(a: Any, b: Any) -> bool:
    if not hasattr(a, "shape") or np.prod(a.shape) != np.prod(b.shape):
        return False
    return a is b or bool(np.all(_numpy(ops.cast(a, b.dtype)).ravel() == _numpy(b).ravel()))


def _leaves_logits(op: Any) -> bool:
    return not _ACTIVATIONS_ON_LOGITS.isdisjoint(
        (type(op).__name__, _name_of(getattr(op, "activation", None)))
    )


def _name_of(activation: Any) -> str:
    return getattr(activation, "__name__", type(activation).__name__)


def _without_activation(op: Any) -> Interceptor:
    """Make an interceptor that computes `op` without its softmax or sigmoid.

    The operation is not touched: a stand-in shares its weights and has a linear activation.
    """
    if type(op).__name__ in _ACTIVATIONS_ON_LOGITS:
        return lambda compute, x, *args, **kwargs: x
    stand_in = object.__new__(type(op))
    stand_in.__dict__.update(op.__dict__, activation=keras.activations.linear)
    quantized = getattr(op, "quantization_mode", None) is not None
    method = stand_in.quantized_call if quantized else stand_in.call
    return lambda compute, *args, **kwargs: method(*args, **kwargs)


def _is_distribution(output: Any) -> bool:
    p = _numpy(output)
    return p.ndim > 1 and p.shape[-1] > 1 and p.min() >= 0 and np.allclose(p.sum(-1), 1, atol=1e-2)


def _score(plan: _Plan, model: Any, returned: Any, class_index: Any) -> Any:
    """Return the number explained, (n,), from what the model returns."""
    chosen = returned if plan.output is None else _named_outputs(model, returned)[plan.output]
    if plan.score is not None:
        return ops.cast(plan.score(chosen), "float32")
    # On TensorFlow, Keras' softmax remembers its logits: that reaches a softmax that no layer does.
    logits = ops.cast(getattr(chosen, "_keras_logits", chosen), "float32")
    units = 1 if plan.binary else plan.classes
    logits = ops.sum(ops.reshape(logits, (ops.shape(logits)[0], -1, units)), axis=1)
    if plan.binary:
        logits = ops.concatenate([-logits, logits], axis=-1)
    predicted = ops.cast(ops.argmax(ops.stop_gradient(logits), axis=-1), "int32")
    explained = ops.where(class_index == _PREDICTED, predicted, class_index)
    return ops.sum(logits * ops.one_hot(explained, plan.classes, dtype="float32"), axis=-1)


# ------------------------------------------------------------------------- the map: equations 1, 2


def _maps(model: Any, plan: _Plan, inputs: Any, class_index: Any) -> Any:
    (activation,), (gradient,) = _activations_and_gradients(
        model, plan, [plan.call], inputs, class_index
    )
    if gradient is None:
        raise ValueError(
            f"Layer {plan.call.path!r} does not influence "
            f"{'the score' if plan.output is None else f'output {plan.output!r}'}."
        )
    activation = ops.cast(activation, "float32")
    if plan.call.channels_first:
        activation, gradient = (ops.moveaxis(x, 1, -1) for x in (activation, gradient))
    weights = ops.mean(gradient, axis=(1, 2), keepdims=True)
    return ops.relu(ops.sum(weights * activation, axis=-1))


def _activations_and_gradients(
    model: Any, plan: _Plan, calls: Sequence[Call], inputs: Any, class_index: Any
) -> tuple[list[Any], list[Any]]:
    """Return the outputs of the calls and the score's gradients; None for an unconnected call."""

    def score_of(perturbations: list[Any]) -> tuple[Any, list[Any]]:
        activations: dict[int, Any] = {}

        def perturbing(op: Any) -> Interceptor:
            due = {c.repetition: i for i, c in enumerate(calls) if c.op is op}
            repetitions = iter(range(max(due) + 1))

            def interceptor(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
                output = compute(*args, **kwargs)
                index = due.get(next(repetitions, -1))
                if index is not None:
                    activations[index] = output
                    output = output + ops.cast(perturbations[index], output.dtype)
                return output

            return interceptor

        with intercepted({**{c.op: perturbing(c.op) for c in calls}, **plan.to_logits}):
            returned = model(inputs, training=False)
        score = _score(plan, model, returned, class_index)
        return ops.sum(score), [activations[index] for index in range(len(calls))]

    n = ops.shape(tree.flatten(inputs)[0])[0]
    zeros = [ops.zeros((n, *call.output.shape[1:]), "float32") for call in calls]
    return _value_and_gradients(score_of, zeros)


def _value_and_gradients(
    function: Callable[[list[Any]], tuple[Any, list[Any]]], points: list[Any]
) -> tuple[list[Any], list[Any]]:
    """Differentiate ``function(points) -> (scalar, extra)``; return (extra, gradients)."""
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # Nothing below the perturbed layer is recorded: the backward pass is the head's alone.
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(points)
            value, extra = function(points)
        return extra, tape.gradient(value, points)
    if backend == "jax":
        import jax

        (_, extra), gradients = jax.value_and_grad(function, has_aux=True)(points)
        return extra, gradients
    if backend == "torch":
        import torch

        with torch.enable_grad():
            leaves = [point.detach().requires_grad_() for point in points]
            value, extra = function(leaves)
            gradients = torch.autograd.grad(value, leaves, allow_unused=True)
        return [x.detach() for x in extra], list(gradients)
    raise NotImplementedError(f"Grad-CAM needs gradients; the Keras backend {backend!r} has none.")


def _trace(model: Any, plan: _Plan, inputs: Any) -> Callable[..., Any]:
    """Compile `_maps` for batches of any size of pictures like these."""

    def step(inputs: Any, class_index: Any) -> Any:
        return _maps(model, plan, inputs, class_index)

    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        batch = tree.map_structure(lambda x: tf.TensorSpec([None, *x.shape[1:]], x.dtype), inputs)
        signature = [batch, tf.TensorSpec([None], tf.int32)]
        return tf.function(step, input_signature=signature, autograph=False)  # type: ignore[no-any-return]
    if backend == "jax":
        import jax

        # Weights are arguments: constants would be those of the moment of tracing.
        @jax.jit
        def stateless(values: list[Any], inputs: Any, class_index: Any) -> Any:
            with keras.StatelessScope(zip(model.variables, values, strict=True)):
                return step(inputs, class_index)

        return lambda *batch: stateless([v.value for v in model.variables], *batch)
    return step


# ---------------------------------------------------------------------------------------- batches


def _tensors(images: Any) -> Any:
    inputs = tree.map_structure(ops.convert_to_tensor, images)
    flat = tree.flatten(inputs)
    if len(flat) == 1 and len(flat[0].shape) == 3:
        raise ValueError(
            f"images must be a batch (n, height, width, channels); got shape "
            f"{tuple(flat[0].shape)}: for one picture pass image[None]."
        )
    if _count(inputs) == 0:
        raise ValueError("images is an empty batch: there is nothing to explain.")
    return inputs


def _classes(plan: _Plan, class_index: ArrayLike | None, n: int) -> NDArray[np.int32]:
    if class_index is None:
        return np.full(n, _PREDICTED, np.int32)
    if plan.score is not None:
        raise ValueError("Give class_index or score, not both: a score chooses what to explain.")
    classes = np.asarray(class_index)
    if classes.dtype.kind not in "iu" or classes.shape not in {(), (n,)}:
        raise ValueError(
            f"class_index must be one integer, or one for each of the {n} images; "
            f"got {class_index!r}."
        )
    if classes.min() < 0 or classes.max() >= plan.classes:
        hint = " For what lowers a regression pass score=." if plan.classes == 1 else ""
        raise ValueError(
            f"class_index must be in 0..{plan.classes - 1}; got {class_index!r}.{hint}"
        )
    return np.broadcast_to(classes, (n,)).astype(np.int32)


def _in_batches(step: Callable[..., Any], inputs: Any, classes: NDArray[np.int32]) -> FloatMaps:
    parts = [slice(start, start + _BATCH) for start in range(0, len(classes), _BATCH)]
    maps = [
        _numpy(step(_slice(inputs, part), ops.convert_to_tensor(classes[part]))) for part in parts
    ]
    return np.concatenate(maps)


def _slice(inputs: Any, part: slice) -> Any:
    return tree.map_structure(lambda x: x[part], inputs)


def _count(inputs: Any) -> int:
    return int(tree.flatten(inputs)[0].shape[0])


def _numpy(tensor: Any) -> FloatMaps:
    return np.asarray(ops.convert_to_numpy(ops.cast(ops.stop_gradient(tensor), "float32")))
