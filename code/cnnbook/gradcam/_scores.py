"""Which numbers of a model a map explains: the logits of a class, settled from its structure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

import keras
import numpy as np
from keras import ops

from cnnbook import keras_private
from cnnbook.gradcam._arrays import to_numpy
from cnnbook.gradcam._dataflow import Dataflow
from cnnbook.gradcam._interception import Call, Interceptor
from cnnbook.gradcam._squashing import built_by_keras, is_linear, unsquashed

__all__ = ["Logits", "may_be_probabilities", "settled"]

_MOVING_LAYERS = (keras.layers.Reshape, keras.layers.Flatten, keras.layers.Permute)
_SATURATING = ("hard_sigmoid", "sparse_sigmoid", "sparsemax")


@dataclass(frozen=True)
class Logits:
    """The scores of the classes, as one call of the pass can be made to return them.

    Attributes
    ----------
    call : Call or None
        None: no layer's, but the model's own output.
    interceptor
        How the call computes them.
    axis : int
        Of the classes.
    classes : int
        How many scores an image has; 2 for one sigmoid unit.
    sigmoid : bool
        Whether one unit speaks for class 1, and its negative for class 0.
    squashed : bool
        Whether a softmax or sigmoid that makes probabilities of them was found.

    Examples
    --------
    >>> z = keras.ops.array([[[1.0, 2.0]], [[3.0, 4.0]]])
    >>> logits = Logits(None, lambda compute, *args: compute(*args), axis=2, classes=2)
    >>> keras.ops.convert_to_numpy(logits.by_class(z)).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """

    call: Call | None
    interceptor: Interceptor
    axis: int
    classes: int
    sigmoid: bool = False
    squashed: bool = False

    def by_class(self, values: Any) -> Any:
        """Scores (n, classes); a prediction for every position counts with their sum."""
        z = ops.cast(values, "float32")
        if len(z.shape) > 1:
            z = ops.moveaxis(z, self.axis, -1)
        units = 1 if self.sigmoid else self.classes
        z = ops.sum(ops.reshape(z, (ops.shape(z)[0], -1, units)), axis=1)
        return ops.concatenate([-z, z], axis=-1) if self.sigmoid else z


def settled(flow: Dataflow, output: Any, name: str) -> Logits:
    """Find the logits from which an output was made, following it back through the calls.

    Casts, reshapes and transpositions are looked through; what computes something is not.

    Examples
    --------
    >>> from cnnbook.gradcam._interception import listen
    >>> model = keras.Sequential([
    ...     keras.Input((2,)),
    ...     keras.layers.Dense(3, activation="softmax", name="head"),
    ...     keras.layers.Reshape((3, 1)),
    ... ])
    >>> calls, output = listen(model, keras.ops.ones((1, 2)))
    >>> logits = settled(Dataflow(calls), output, "0")
    >>> logits.call.path, logits.axis, logits.classes
    ('head', 1, 3)
    """
    plain, squeezed = None, True
    for tensor, call in _back(flow, output):
        how = unsquashed(call) if call is not None else None
        if call is not None and how is not None:
            axis = how.axis if how.axis is not None else _class_axis(call, call.output, name)
            return _logits(call, how.interceptor, call.output, axis, name, how.axis is None)
        remembered = keras_private.remembered_logits(tensor)
        if remembered is not None and (call is not None or tensor is output):
            maker = flow.maker(remembered)
            if maker is not None:
                axis = _class_axis(maker, remembered, name)
                return _logits(maker, _as_it_is, remembered, axis, name, None)
            if keras.backend.backend() != "jax":  # what it traces remembers nothing
                axis = _class_axis(call, remembered, name)
                return _logits(call, _what_is_remembered, remembered, axis, name, None)
        squeezed = squeezed and call is not None and _long_axes(call.output) == _long_axes(output)
        plain = call if squeezed else plain
    explained = output if plain is None else plain.output
    axis = _class_axis(plain, explained, name)
    units = _units(explained, axis)
    return Logits(plain, _as_it_is, axis, units)


def may_be_probabilities(flow: Dataflow, logits: Logits, output: Any) -> bool:
    """Tell whether numbers in 0..1 may be made by a softmax or sigmoid that was not found.

    They are if they add up to one and no layer's linear end makes them, and if they come from a
    user's own code, or from a softmax by way of operations without weights.

    Examples
    --------
    >>> from cnnbook.gradcam._interception import listen
    >>> layers = [keras.Input((2,)), keras.layers.Dense(1)]
    >>> for end in ([], [keras.layers.Lambda(keras.ops.abs)]):
    ...     model = keras.Sequential(layers + end)
    ...     calls, output = listen(model, keras.ops.zeros((1, 2)))
    ...     may_be_probabilities(Dataflow(calls), settled(Dataflow(calls), output, "0"), output)
    False
    True
    """
    if logits.squashed or (logits.call is not None and is_linear(logits.call.op)):
        return False
    values = to_numpy(output if logits.call is None else logits.call.output)
    if not np.all((values >= 0) & (values <= 1)):
        return False
    one_in_all = logits.classes > 1 and np.allclose(values.sum(axis=logits.axis), 1, atol=1e-2)
    return bool(one_in_all) or _may_hide_a_squash(flow, logits.call)


def _back(flow: Dataflow, output: Any) -> Iterator[tuple[Any, Call | None]]:
    """Follow a tensor back to where its numbers were computed: each tensor, and who made it."""
    tensor, call = output, flow.maker(output)
    if call is not None and call.output is not output:  # one of several that it returned
        call = None
    yield tensor, call
    while call is not None and _only_moves(call):
        sources = flow.sources(call)
        if sources is None or len(sources) != 1:
            return
        (call,) = sources
        tensor = call.output
        if not hasattr(tensor, "shape"):
            return
        yield tensor, call


def _only_moves(call: Call) -> bool:
    kind, inputs = type(call.op), call.inputs
    if len(inputs) == 1 and call.output is inputs[0]:
        return True
    moves = (
        kind in (*_MOVING_LAYERS, *keras_private.moving_operations())
        or (kind is keras.layers.Activation and is_linear(call.op))
        or kind is keras.layers.Identity
    )
    return moves and len(inputs) == 1 and prod(call.shape) == prod(inputs[0].shape)


def _logits(
    call: Call | None, how: Interceptor, values: Any, axis: Any, name: str, sigmoid: bool | None
) -> Logits:
    if np.ndim(axis) > 0:
        if len(axis) != 1:
            raise ValueError(
                f"Output {name!r} is a softmax over several axes, {axis}: pass score=."
            )
        (axis,) = axis
    units = _units(values, axis)
    one_unit = units == 1 and sigmoid is not False
    return Logits(
        call, how, int(axis) % len(values.shape), 2 if one_unit else units, one_unit, True
    )


def _class_axis(call: Call | None, values: Any, name: str) -> int:
    rank = len(values.shape)
    if rank == 4 and call is not None and not hasattr(call.op, "units"):
        return 1 if call.channels_first else 3
    positions = values.shape[1:-1]
    if any(n != 1 for n in positions) and not (call is not None and built_by_keras(call.op)):
        shape = ", ".join(map(str, values.shape[1:]))
        raise ValueError(
            f"Output {name!r}, (n, {shape}), is made by code of the model's own: which axis holds "
            "the classes cannot be told. Pass score=."
        )
    return rank - 1


def _units(values: Any, axis: int) -> int:
    return int(values.shape[axis]) if len(values.shape) > 1 else 1


def _long_axes(values: Any) -> Sequence[int]:
    return [length for length in getattr(values, "shape", ())[1:] if length != 1]


def _may_hide_a_squash(flow: Dataflow, start: Call | None) -> bool:
    waiting, seen = [start], set[int]()
    while waiting:
        call = waiting.pop()
        if call is None or not built_by_keras(call.op) or unsquashed(call) is not None:
            return True
        if call.order in seen or is_linear(call.op):
            continue
        seen.add(call.order)
        activation = getattr(call.op, "activation", None)
        name = getattr(activation, "__name__", "")
        known = getattr(keras.activations, name, None) is activation and name not in _SATURATING
        if activation is not None and not known:
            return True
        if not getattr(call.op, "weights", ()):
            sources = flow.sources(call)
            waiting += [None] if sources is None else sources
    return False


def _as_it_is(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
    return compute(*args, **kwargs)


def _what_is_remembered(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
    return keras_private.remembered_logits(compute(*args, **kwargs))
