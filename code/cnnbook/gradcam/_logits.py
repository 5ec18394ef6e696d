"""Which output of a model is explained, and the logits from which it was made."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops, tree

from cnnbook.gradcam.interception import Call, Interceptor

__all__ = ["choose_output", "is_distribution", "named_outputs", "softmax_before", "without_softmax"]

# Layers, keras.ops operations, and functions given as activation=.
_TURN_LOGITS_INTO_PROBABILITIES = {
    *("softmax", "sigmoid", "log_softmax"),
    *("Softmax", "Sigmoid", "LogSoftmax"),
}

_HALF_PRECISION = 4e-3  # of bfloat16 below 1


def named_outputs(model: Any, returned: Any) -> dict[str, Any]:
    """Give the tensors that a model returned their names, in the order of ``model.outputs``.

    The names are positions where there are none.

    Examples
    --------
    >>> named_outputs(None, {"make": 1, "colour": 2})
    {'colour': 2, 'make': 1}
    >>> named_outputs(None, ["make", "colour"])
    {'0': 'make', '1': 'colour'}
    """
    if isinstance(returned, dict):
        return dict(sorted(returned.items()))
    flat = tree.flatten(returned)
    names = getattr(model, "output_names", None) or []
    if len(names) != len(flat):
        names = [str(position) for position in range(len(flat))]
    return dict(zip(names, flat, strict=True))


def choose_output(names: Sequence[str], output: str | int | None) -> str:
    """Find the name of an output given by name, by position, or by being the only one.

    Examples
    --------
    >>> choose_output(["make", "colour"], 1)
    'colour'
    >>> choose_output(["make", "colour"], None)
    Traceback (most recent call last):
    ValueError: The model has 2 outputs; choose one with output=, from ['make', 'colour'].
    """
    if output is None:
        if len(names) == 1:
            return names[0]
        raise ValueError(
            f"The model has {len(names)} outputs; choose one with output=, from {list(names)}."
        )
    if isinstance(output, int) and -len(names) <= output < len(names):
        return names[output]
    if output not in names:
        raise ValueError(f"The model has no output {output!r}; choose from {list(names)}.")
    return str(output)


def softmax_before(output: Any, calls: Sequence[Call]) -> Any:
    """Find the operation whose softmax or sigmoid produced an output (n, classes), or None.

    Nearly equal values count, not only the same tensor: models end in casts, reshapes and the like.

    Examples
    --------
    >>> from cnnbook.gradcam.interception import listen
    >>> model = keras.Sequential([
    ...     keras.Input((2,)),
    ...     keras.layers.Dense(3, activation="softmax", name="head"),
    ...     keras.layers.Reshape((3, 1)),
    ... ])
    >>> calls, output = listen(model, keras.ops.ones((1, 2)))
    >>> softmax_before(output, calls).name
    'head'
    """
    heads = [call for call in calls if _ends_in_softmax(call.op)]
    if not heads:
        return None
    nearest = min(
        heads, key=lambda call: (_distance(call.output, output), call.output is not output)
    )
    return nearest.op if _distance(nearest.output, output) < _HALF_PRECISION else None


def without_softmax(op: Any) -> Interceptor:
    """Make an interceptor that computes an operation up to its softmax or sigmoid.

    The operation is not touched: a stand-in shares its weights and has a linear activation.

    Examples
    --------
    >>> from cnnbook.gradcam.interception import intercepted
    >>> head = keras.layers.Dense(2, activation="softmax", kernel_initializer="ones")
    >>> x = keras.ops.array([[3.0, 4.0]])
    >>> float(head(x)[0, 0])
    0.5
    >>> with intercepted({head: without_softmax(head)}):
    ...     float(head(x)[0, 0])
    7.0
    """
    if type(op).__name__ in _TURN_LOGITS_INTO_PROBABILITIES:
        return lambda compute, x, *args, **kwargs: x
    stand_in = object.__new__(type(op))
    stand_in.__dict__.update(op.__dict__, activation=keras.activations.linear)
    quantized = getattr(op, "quantization_mode", None) is not None
    up_to_softmax = stand_in.quantized_call if quantized else stand_in.call
    return lambda compute, *args, **kwargs: up_to_softmax(*args, **kwargs)


def is_distribution(output: Any) -> bool:
    """Tell whether an output (n, classes) is a probability distribution over the classes.

    Examples
    --------
    >>> is_distribution(keras.ops.array([[0.25, 0.75]])), is_distribution(keras.ops.array([[3.0]]))
    (True, False)
    """
    p = _numpy(output)
    if p.ndim < 2 or p.shape[-1] < 2:
        return False
    return bool(p.min() >= 0 and np.allclose(p.sum(-1), 1, atol=1e-2))


def _ends_in_softmax(op: Any) -> bool:
    activation = getattr(op, "activation", None)
    names = (type(op).__name__, type(activation).__name__, getattr(activation, "__name__", ""))
    return not _TURN_LOGITS_INTO_PROBABILITIES.isdisjoint(names)


def _distance(a: Any, b: Any) -> float:
    """Largest difference between two tensors of probabilities, infinite if they cannot be equal."""
    if not hasattr(a, "shape") or np.prod(a.shape) != np.prod(b.shape):
        return np.inf
    return float(np.abs(_numpy(a).ravel() - _numpy(b).ravel()).max())


def _numpy(tensor: Any) -> Any:
    return np.asarray(ops.convert_to_numpy(ops.stop_gradient(ops.cast(tensor, "float32"))))
