"""Gradients and compilation on whichever backend Keras runs on."""

from collections.abc import Callable
from typing import Any

import keras
from keras import tree

__all__ = ["compiled", "value_and_gradients"]


def value_and_gradients(
    function: Callable[[list[Any]], tuple[Any, list[Any]]], points: list[Any]
) -> tuple[list[Any], list[Any]]:
    """Differentiate ``function(points) -> (scalar, extra)``; return ``extra`` and the gradients.

    A gradient is None where the scalar does not depend on the point; JAX gives zeros instead.

    Examples
    --------
    >>> def squares_of_first(points):
    ...     return keras.ops.sum(points[0] ** 2), []
    >>> x, y = keras.ops.array([1.0, 2.0]), keras.ops.array(5.0)
    >>> _, (dx, dy) = value_and_gradients(squares_of_first, [x, y])
    >>> keras.ops.convert_to_numpy(dx).tolist(), dy
    ([2.0, 4.0], None)
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # Only the points are watched: nothing that happens before them is recorded.
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


def compiled(model: Any, step: Callable[..., Any], *example: Any) -> Callable[..., Any]:
    """Trace a function of batches that calls a model, for batches of any length like the example.

    The model's weights stay variables: later training is seen.  PyTorch traces nothing.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((2,)), keras.layers.ReLU()])
    >>> double = compiled(model, lambda x: 2 * model(x), keras.ops.ones((1, 2)))
    >>> keras.ops.convert_to_numpy(double(keras.ops.array([[-1.0, 1.0], [2.0, 3.0]]))).tolist()
    [[0.0, 2.0], [4.0, 6.0]]
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        def any_length(x: Any) -> Any:
            return tf.TensorSpec([None, *x.shape[1:]], x.dtype)

        signature = [tree.map_structure(any_length, batch) for batch in example]
        # Keras' own steps run without AutoGraph too.
        traced: Callable[..., Any] = tf.function(step, input_signature=signature, autograph=False)
        return traced
    if backend == "jax":
        import jax

        # Weights are arguments; as constants they would be those of the moment of tracing.
        def stateless(weights: list[Any], *batch: Any) -> Any:
            with keras.StatelessScope(zip(model.variables, weights, strict=True)):
                return step(*batch)

        jitted = jax.jit(stateless)
        return lambda *batch: jitted([weight.value for weight in model.variables], *batch)
    return step
