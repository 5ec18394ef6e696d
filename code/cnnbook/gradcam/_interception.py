"""See, or replace, what the layers of a Keras model return during one forward pass.

Keras calls a layer through ``layer.call``.  A function written to the layer's own ``__dict__``
under that name is found before the class's method, so it runs instead; taken out again, the layer
is what it was.  No graph is needed, hence nested, subclassed and composite models are all alike.
"""

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
from keras import tree

from cnnbook import keras_private

__all__ = ["ONE_PASS_AT_A_TIME", "Call", "Interceptor", "intercepted", "listen", "operations"]

Interceptor = Callable[..., Any]  # (compute, *args, **kwargs) -> output

ONE_PASS_AT_A_TIME = threading.RLock()
_METHODS = ("call", "quantized_call")
# What these hold runs once a step, or makes tensors of which no axis is a picture's.
_SEALED = (
    keras.layers.TimeDistributed,
    keras.layers.RNN,
    keras.layers.MultiHeadAttention,
    keras.layers.GroupQueryAttention,
)


@contextlib.contextmanager
def intercepted(interceptors: Mapping[Any, Interceptor]) -> Iterator[None]:
    """While active, each operation returns ``interceptors[op](compute, *args, **kwargs)``.

    ``compute`` is the operation's own computation.  Only the current thread is intercepted: others
    that use the same model meanwhile get its ordinary outputs.

    Examples
    --------
    >>> layer = keras.layers.ReLU()
    >>> with intercepted({layer: lambda compute, x: compute(x) + 10.0}):
    ...     float(layer(keras.ops.array(-3.0)))
    10.0
    >>> float(layer(keras.ops.array(-3.0)))
    0.0
    """
    thread = threading.get_ident()

    def replacement(interceptor: Interceptor, compute: Interceptor) -> Interceptor:
        def call(*args: Any, **kwargs: Any) -> Any:
            if threading.get_ident() != thread:
                return compute(*args, **kwargs)
            return interceptor(compute, *args, **kwargs)

        return call

    with ONE_PASS_AT_A_TIME, contextlib.ExitStack() as undo:
        for op, interceptor in interceptors.items():
            for method in _METHODS:
                # A user may have put a `call` on the instance too; it comes back afterwards.
                if method in op.__dict__:
                    undo.callback(op.__dict__.__setitem__, method, op.__dict__[method])
                else:
                    undo.callback(op.__dict__.pop, method)
                # Not setattr: Keras would track it, and refuse it on a built layer.
                op.__dict__[method] = replacement(interceptor, getattr(op, method))
        yield


def operations(model: Any) -> list[tuple[str, Any]]:
    """List ``(path, operation)`` of everything inside a model, such as ``backbone/block/conv``.

    Operations are layers, and the ``keras.ops`` calls that a Functional graph is made of.  Layers
    of one name in one place are told apart as ``conv[0]``, ``conv[1]``.  What repeats its inside
    step by step (recurrent layers, ``TimeDistributed``) or attends is listed as one.

    Examples
    --------
    >>> block = keras.Sequential([keras.layers.Dense(3, name="dense")], name="block")
    >>> [path for path, _ in operations(keras.Sequential([block, keras.layers.ReLU(name="relu")]))]
    ['block', 'block/dense', 'relu']
    """
    found: list[tuple[str, Any]] = []
    seen: set[int] = set()

    def visit(parent: Any, prefix: str) -> None:
        children = _children(parent)
        for op, name in zip(children, _distinct([op.name for op in children]), strict=True):
            if id(op) not in seen:
                seen.add(id(op))
                found.append((prefix + name, op))
                visit(op, f"{prefix}{name}/")

    visit(model, "")
    return found


def _children(parent: Any) -> list[Any]:
    if isinstance(parent, _SEALED):
        return []
    if hasattr(parent, "operations"):
        return list(parent.operations)
    return keras_private.sublayers(parent) if isinstance(parent, keras.Layer) else []


def _distinct(names: Sequence[str]) -> list[str]:
    total, so_far = Counter(names), Counter[str]()
    distinct = []
    for name in names:
        distinct.append(name if total[name] == 1 else f"{name}[{so_far[name]}]")
        so_far[name] += 1
    return distinct


@dataclass(frozen=True, eq=False)
class Call:
    """One operation's call in one forward pass.

    Examples
    --------
    >>> import numpy as np
    >>> Call("conv", None, output=np.zeros((1, 8, 3, 3)), channels_first=True).feature_shape
    (3, 3, 8)
    """

    path: str
    op: Any
    output: Any
    channels_first: bool = False
    order: int = 0  # of its end: a container comes after what it holds
    inside: int = 0  # so many calls, those just before it, ran inside it
    repetition: int = 0  # 0 for the operation's first call in the pass, 1 for its second, ...
    args: tuple[Any, ...] = ()
    kwargs: Mapping[str, Any] | None = None

    @property
    def inputs(self) -> list[Any]:
        """The tensors given to the operation, as they were after Keras' own casts."""
        return [x for x in tree.flatten((self.args, self.kwargs)) if hasattr(x, "shape")]

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the output, () if it has none."""
        return tuple(getattr(self.output, "shape", ()))

    @property
    def is_feature_map(self) -> bool:
        """Whether the output is a batch of maps, rather than one of sequences."""
        return len(self.shape) == 4 and not isinstance(self.op, keras.layers.TimeDistributed)

    @property
    def feature_shape(self) -> tuple[int, int, int]:
        """(h, w, c) of the feature map, in whichever order the layer keeps them."""
        _, a, b, c = self.shape
        return (b, c, a) if self.channels_first else (a, b, c)


def listen(model: Any, inputs: Any) -> tuple[list[Call], Any]:
    """Run a model once in inference mode; return every call inside it, in order, and its outputs.

    A container's call comes after those of its children.  An operation called several times in the
    pass (a shared layer) appears as ``name#1``, ``name#2``, ...

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.MaxPooling2D(name="pool")])
    >>> calls, outputs = listen(model, keras.ops.ones((1, 4, 4, 1)))
    >>> [(call.path, call.feature_shape) for call in calls]
    [('pool', (2, 2, 1))]
    """
    calls: list[Call] = []
    repetitions: Counter[int] = Counter()
    # Layers without a layout of their own (ReLU, Add) keep that of the layer before them.
    layout = keras.config.image_data_format()

    def spy(path: str, op: Any) -> Interceptor:
        def interceptor(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
            nonlocal layout
            begun = len(calls)
            output = compute(*args, **kwargs)
            layout = getattr(op, "data_format", None) or layout
            calls.append(
                Call(
                    path,
                    op,
                    output,
                    channels_first=layout == "channels_first",
                    order=len(calls),
                    inside=len(calls) - begun,
                    repetition=repetitions[id(op)],
                    args=args,
                    kwargs=kwargs,
                )
            )
            repetitions[id(op)] += 1
            return output

        return interceptor

    with intercepted({op: spy(path, op) for path, op in operations(model)}):
        outputs = model(inputs, training=False)

    def numbered(call: Call) -> Call:
        if repetitions[id(call.op)] == 1:
            return call
        return replace(call, path=f"{call.path}#{call.repetition + 1}")

    return [numbered(call) for call in calls], outputs
