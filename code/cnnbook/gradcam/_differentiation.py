"""Gradients and compilation on whichever backend Keras runs on."""

from collections.abc import Callable
from typing import Any

import keras
from keras import ops, tree

__all__ = ["compiled", "for_each", "pulled_back"]

Pull = Callable[[Any], Any]


def pulled_back(function: Callable[[Any], tuple[Any, Any]], point: Any) -> tuple[Any, Pull]:
    """Run ``function(point) -> (values (k,), extra)``; return ``extra`` and how to differentiate.

    ``pull(seed)`` is the gradient of ``sum(seed * values)`` at the point, or None where the values
    do not depend on it; JAX gives zeros instead.  It may be called again and again: the function
    ran once.

    Examples
    --------
    >>> def squares_and_sum(x):
    ...     return keras.ops.stack([keras.ops.sum(x**2), keras.ops.sum(x)]), []
    >>> _, pull = pulled_back(squares_and_sum, keras.ops.array([1.0, 2.0]))
    >>> for seed in ([1.0, 0.0], [0.0, 1.0]):
    ...     keras.ops.convert_to_numpy(pull(keras.ops.array(seed))).tolist()
    [2.0, 4.0]
    [1.0, 1.0]
    """
    backend = keras.backend.backend()
    if backend == "tensorflow":
        import tensorflow as tf

        # Only the point is watched: nothing that happens before it is recorded.
        with tf.GradientTape(persistent=True, watch_accessed_variables=False) as tape:
            tape.watch(point)
            values, extra = function(point)
        return extra, lambda seed: tape.gradient(values, point, output_gradients=seed)
    if backend == "jax":
        import jax

        _, pull, extra = jax.vjp(function, point, has_aux=True)
        return extra, lambda seed: pull(seed)[0]
    if backend == "torch":
        import torch

        with torch.enable_grad():
            leaf = point.detach().requires_grad_()
            values, extra = function(leaf)

        def pull(seed: Any) -> Any:
            if not values.requires_grad:
                return None
            (gradient,) = torch.autograd.grad(
                values, leaf, seed, retain_graph=True, allow_unused=True
            )
            return gradient

        return tree.map_structure(lambda x: x.detach(), extra), pull
    raise NotImplementedError(f"Grad-CAM needs gradients; the Keras backend {backend!r} has none.")


def for_each(function: Callable[[Any], Any], seeds: Any) -> Any:
    """Stack the results of a function of each of the seeds (k, ...), one after the other.

    Examples
    --------
    >>> keras.ops.convert_to_numpy(for_each(lambda x: 2 * x, keras.ops.array([1.0, 3.0]))).tolist()
    [2.0, 6.0]
    """
    backend = keras.backend.backend()
    if backend == "torch":
        return ops.stack([function(seeds[at]) for at in range(seeds.shape[0])])
    if backend == "tensorflow":
        import tensorflow as tf

        return tf.map_fn(function, seeds, fn_output_signature=tf.float32)
    return ops.map(function, seeds)


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
