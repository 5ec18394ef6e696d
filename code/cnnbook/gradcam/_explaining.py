"""Maps of a batch: one forward pass, one backward pass through the head for each class."""

from collections.abc import Callable
from typing import Any

import numpy as np
from keras import ops, tree
from numpy.typing import ArrayLike, NDArray

from cnnbook.gradcam._arrays import count, sliced
from cnnbook.gradcam._differentiation import for_each, pulled_back
from cnnbook.gradcam._target import Target, no_influence

__all__ = ["BATCH_SIZE", "FloatMaps", "Rule", "batch_maps", "in_batches", "several_classes"]

FloatMaps = NDArray[np.float32]
Rule = Callable[[Any, Any], Any]  # (activation, gradient), both (n, h, w, c) -> maps (n, h, w)

BATCH_SIZE = 32
_PREDICTED = -1


def batch_maps(target: Target, rule: Rule, inputs: Any, classes: Any) -> Any:
    r"""Explain classes (n, k) of a batch, -1 for the predicted one: rectified maps (n, k, h, w).

    The gradient needs no surgery on the model.  While it runs, the layer is made to return
    :math:`A + \varepsilon` with :math:`\varepsilon = 0`; then
    :math:`\partial y / \partial \varepsilon = \partial y / \partial A`.

    Examples
    --------
    >>> import keras
    >>> from cnnbook.gradcam._target import settle
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(),
    ...     keras.layers.Dense(3),
    ... ])
    >>> pictures = ops.ones((5, 4, 4, 1))
    >>> maps = batch_maps(
    ...     settle(model, pictures[:1]), lambda a, g: ops.sum(a * g, -1), pictures,
    ...     np.tile([0, 1, 2], (5, 1)),
    ... )
    >>> tuple(maps.shape)
    (5, 3, 2, 2)
    """
    n = ops.shape(tree.flatten(inputs)[0])[0]

    def score(epsilon: Any) -> tuple[Any, Any]:
        activation, scores = target.run(inputs, epsilon)
        # Pictures do not mix in inference mode, so all of them are differentiated at once.
        return ops.sum(_chosen(scores, classes), axis=0), activation

    activation, pull = pulled_back(score, ops.zeros((n, *target.call.shape[1:]), "float32"))
    activation = _channels_last(target, ops.cast(activation, "float32"))

    def one_class(seed: Any) -> Any:
        gradient = pull(seed)
        if gradient is None:
            raise ValueError(no_influence(target.call.path, target.output))
        return ops.relu(rule(activation, _channels_last(target, gradient)))

    if classes.shape[1] == 1:
        return one_class(ops.ones((1,)))[:, None]
    return ops.moveaxis(for_each(one_class, ops.eye(classes.shape[1])), 0, 1)


def in_batches(
    target: Target, step: Callable[..., Any], inputs: Any, class_index: ArrayLike | None
) -> FloatMaps:
    """Call ``step(inputs, classes)`` for 32 pictures at a time; maps in the shape of the classes.

    Examples
    --------
    >>> import keras
    >>> from cnnbook.gradcam._target import settle
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(),
    ...     keras.layers.Dense(3),
    ... ])
    >>> target, pictures = settle(model, ops.ones((1, 4, 4, 1))), ops.ones((70, 4, 4, 1))
    >>> def step(pictures, classes):
    ...     return ops.ones((*classes.shape, 2, 2))
    >>> for classes in (None, 1, [[0, 2]]):
    ...     in_batches(target, step, pictures, classes).shape
    (70, 2, 2)
    (70, 2, 2)
    (70, 2, 2, 2)
    """
    n = count(inputs)
    classes = _classes(target, class_index, n)
    parts = [slice(start, start + BATCH_SIZE) for start in range(0, n, BATCH_SIZE)]
    # Slicing a tensor copies it, which a single small batch need not pay for.
    pieces = (inputs if n <= BATCH_SIZE else sliced(inputs, part) for part in parts)
    results = [
        ops.convert_to_numpy(step(piece, classes[part]))
        for piece, part in zip(pieces, parts, strict=True)
    ]
    maps: FloatMaps = results[0] if len(results) == 1 else np.concatenate(results)
    if not np.isfinite(maps).all():
        raise ValueError(_why_not_finite(target, inputs))
    return maps if several_classes(class_index) else maps[:, 0]


def several_classes(class_index: ArrayLike | None) -> int | None:
    """Tell how many classes of each image are asked for; None for the one that is always meant.

    Examples
    --------
    >>> several_classes([[0, 1, 2]]), several_classes([0, 1, 2]), several_classes(None)
    (3, None, None)
    """
    asked = np.asarray(class_index)
    return asked.shape[1] if asked.ndim == 2 else None


def _chosen(scores: Any, classes: Any) -> Any:
    """Scores (n, k) of the classes (n, k) among all of them (n, classes)."""
    predicted = ops.argmax(ops.stop_gradient(scores), axis=-1)[:, None]
    wanted = ops.where(classes == _PREDICTED, ops.cast(predicted, "int32"), classes)
    one_hot = ops.one_hot(wanted, scores.shape[-1], dtype="float32")
    return ops.sum(scores[:, None, :] * one_hot, axis=-1)


def _channels_last(target: Target, tensor: Any) -> Any:
    return ops.moveaxis(tensor, 1, -1) if target.call.channels_first else tensor


def _classes(target: Target, class_index: ArrayLike | None, n: int) -> NDArray[np.int32]:
    if class_index is None:
        return np.full((n, 1), _PREDICTED, np.int32)
    if target.logits is None:
        raise ValueError("Give class_index or score, not both: a score chooses what to explain.")
    classes = np.asarray(class_index)
    if classes.ndim < 2:
        classes = classes[..., None]
    if classes.dtype.kind not in "iu" or classes.shape[:-1] not in {(), (1,), (n,)}:
        raise ValueError(
            f"class_index must be one integer, one for each of the {n} images, or a row of them "
            f"(n, k); got {class_index!r}."
        )
    if target.logits.classes == 1:
        raise ValueError(
            f"Output {target.output!r} is one number without a sigmoid, so it has no classes: "
            "leave class_index out to explain what raises it, or pass score=lambda y: -y[:, 0] for "
            "what lowers it."
        )
    if classes.size == 0 or classes.min() < 0 or classes.max() >= target.logits.classes:
        raise ValueError(
            f"class_index must be in 0..{target.logits.classes - 1}; got {class_index!r}."
        )
    return np.broadcast_to(classes, (n, classes.shape[-1])).astype(np.int32)


def _why_not_finite(target: Target, inputs: Any) -> str:
    def finite(x: Any) -> bool:
        return bool(ops.all(ops.isfinite(ops.cast(x, "float32"))))

    bad = [weight.path for weight in target.model.weights if not finite(weight)]
    if bad:
        more = f" and {len(bad) - 1} more" if len(bad) > 1 else ""
        return f"The map is not finite: weight {bad[0]!r}{more} is NaN or infinite."
    if not all(finite(x) for x in tree.flatten(inputs)):
        return "The map is not finite: the images hold NaN or infinite values."
    return f"The map is not finite: {target.model.name!r} overflows on these images."
