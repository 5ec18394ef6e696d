"""Operations that turn logits into probabilities, and how to compute one only up to that step."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import keras

from cnnbook import keras_private
from cnnbook.gradcam._interception import Call, Interceptor

__all__ = ["Unsquashed", "built_by_keras", "is_linear", "unsquashed"]

_SOFTMAXES = ("softmax", "log_softmax")
_SIGMOIDS = ("sigmoid", "log_sigmoid")
_LIBRARIES = ("keras.activations", "keras.ops", "tensorflow.nn", "jax.nn", "torch")
# Where operations keep the function that they apply last.
_FUNCTIONS = ("activation", "function")


@dataclass(frozen=True)
class Unsquashed:
    """How to compute the logits of a call that ends in a softmax or a sigmoid.

    Attributes
    ----------
    interceptor
        Runs in the operation's place and returns the logits.
    axis : int or None
        The axis that the softmax normalises; None for a sigmoid, which has none.

    Examples
    --------
    >>> Unsquashed(lambda compute, x: x, axis=-1).axis
    -1
    """

    interceptor: Interceptor
    axis: Any = None


def unsquashed(call: Call) -> Unsquashed | None:
    """Tell how to compute a call's logits; None if it does not end in a softmax or sigmoid.

    The operation is not touched: a stand-in shares its weights and has a linear activation.

    Examples
    --------
    >>> head = keras.layers.Dense(2, activation="softmax", kernel_initializer="ones")
    >>> x = keras.ops.array([[3.0, 4.0]])
    >>> how = unsquashed(Call("head", head, head(x), args=(x,)))
    >>> float(how.interceptor(head.call, x)[0, 0])
    7.0
    >>> head.activation = keras.activations.relu
    >>> unsquashed(Call("head", head, head(x), args=(x,))) is None
    True
    """
    kind = type(call.op)
    if kind in keras_private.softmax_operations():
        return Unsquashed(_first_argument, call.op.axis)
    if kind in keras_private.sigmoid_operations():
        return Unsquashed(_first_argument)
    if getattr(kind, "call", None) is keras.layers.Softmax.call:
        return Unsquashed(_first_argument, call.op.axis)
    for attribute in _FUNCTIONS:
        function = getattr(call.op, attribute, None)
        for names in (_SOFTMAXES, _SIGMOIDS):
            if any(function is known for known in _functions(names)):
                axes = _axes_if_last(call, attribute, function)
                if len(axes) == 1:
                    linear = _stand_in(call.op, attribute, _first)
                    return Unsquashed(linear, axes[0] if names == _SOFTMAXES else None)
    return None


def is_linear(op: Any) -> bool:
    """Tell whether one of Keras' layers ends without an activation, so that it makes logits.

    Examples
    --------
    >>> is_linear(keras.layers.Dense(3)), is_linear(keras.layers.Dense(3, activation="tanh"))
    (True, False)
    """
    return built_by_keras(op) and getattr(op, "activation", None) is keras.activations.linear


def built_by_keras(op: Any) -> bool:
    """Tell whether Keras defines what an operation computes, rather than a user's own code.

    Examples
    --------
    >>> built_by_keras(keras.layers.Add()), built_by_keras(keras.layers.Lambda(lambda x: x))
    (True, False)
    """
    return type(op).__module__.startswith("keras.") and not isinstance(
        op, keras.layers.Lambda | keras.Model
    )


def _first(x: Any, *args: Any, **kwargs: Any) -> Any:
    return x


def _first_argument(compute: Interceptor, x: Any, *args: Any, **kwargs: Any) -> Any:
    return x


def _functions(names: tuple[str, ...]) -> Iterator[Callable[..., Any]]:
    """Look up the functions of these names in the libraries that are loaded."""
    for library in _LIBRARIES:
        package, _, path = library.partition(".")
        holder = sys.modules.get(package)
        holder = getattr(holder, path, None) if path else holder
        yield from (getattr(holder, name) for name in names if hasattr(holder, name))


def _axes_if_last(call: Call, attribute: str, squash: Any) -> list[int]:
    """Give the axis of a squashing function whose result is what the operation returns."""
    returned: list[Any] = []
    axes: list[int] = []

    def spy(x: Any, **kwargs: Any) -> Any:
        returned.append(squash(x, **kwargs))
        axes.append(kwargs.get("axis", kwargs.get("dim", -1)))
        return returned[-1]

    output = _stand_in(call.op, attribute, spy)(None, *call.args, **(call.kwargs or {}))
    return axes if returned and output is returned[-1] else []


def _stand_in(op: Any, attribute: str, function: Callable[..., Any]) -> Interceptor:
    stand_in = object.__new__(type(op))
    stand_in.__dict__.update(op.__dict__)
    stand_in.__dict__[attribute] = function
    quantized = getattr(op, "quantization_mode", None) is not None
    computation = stand_in.quantized_call if quantized else stand_in.call
    return lambda compute, *args, **kwargs: computation(*args, **kwargs)
