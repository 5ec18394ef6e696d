"""What a training is: everything that decides how it ends, but for the number of epochs.

A run that is taken up again must be the same run; what differs is named.
"""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np

from cnnbook.training.batches import Arrays, Batches

__all__ = ["architecture", "differences", "identity", "learning_rate_of"]

_LONGEST_SHOWN = 60  # characters of a value in an error
_OWN_ENTRIES = ("name", "learning_rate")  # of an optimizer's configuration, told apart

Source = tuple[Arrays | Batches, Batches]


def identity(
    model: keras.Model,
    training: Source,
    validation: Source,
    rules: Sequence[keras.callbacks.Callback],
) -> dict[str, str]:
    """Describe a training by name: data (given, and as batches), compiled model, and rules.

    Examples
    --------
    >>> data = np.zeros((2, 4)), np.array([0, 1])
    >>> source = data, Batches(data[0].__getitem__, data[1])
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> model.compile("sgd", "mse")
    >>> described = identity(model, source, source, [keras.callbacks.EarlyStopping(patience=7)])
    >>> described["batch size"], described["learning rate"], '"patience": 7' in described["rules"]
    ('32', '0.01', True)
    """
    optimizer = {k: v for k, v in model.optimizer.get_config().items() if k not in _OWN_ENTRIES}
    return {
        "training pictures": _pictures(training),
        "training labels": _digest(training[1].labels),
        "validation pictures": _pictures(validation),
        "validation labels": _digest(validation[1].labels),
        "batch size": str(training[1].batch_size),
        "seed": str(training[1].seed),
        "model": hashlib.sha256(architecture(model).encode()).hexdigest(),
        "optimizer": f"{type(model.optimizer).__name__} {_json(optimizer)}",
        "learning rate": learning_rate_of(model),
        "loss": _named(model.loss),
        "rules": _json([_rule(rule) for rule in rules]),
    }


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Name what differs between two identities, with the values where they are short.

    Examples
    --------
    >>> differences({"seed": "1", "model": "00ff" * 16}, {"seed": "2", "model": "11ff" * 16})
    ['seed was 1, is 2', 'another model']
    """
    named = []
    for name in before.keys() | now.keys():
        old, new = before.get(name, "not there"), now.get(name, "not there")
        if old != new:
            short = max(len(old), len(new)) <= _LONGEST_SHOWN
            named.append(f"{name} was {old}, is {new}" if short else f"another {name}")
    return sorted(named, key=lambda text: (text.startswith("another"), text))


def learning_rate_of(model: keras.Model) -> str:
    """Return the rate at which a compiled model learns now, or its schedule, as text.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)])
    >>> model.compile(keras.optimizers.Adam(2e-4))
    >>> learning_rate_of(model)
    '0.0002'
    """
    rate = model.optimizer.get_config()["learning_rate"]
    return _json(rate) if isinstance(rate, Mapping) else f"{float(rate):.6g}"


def architecture(model: keras.Model) -> str:
    """Return the configuration of a model as JSON, free of the names that Keras counts up.

    Examples
    --------
    >>> def network(units):
    ...     return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units)])
    >>> architecture(network(3)) == architecture(network(3))
    True
    >>> architecture(network(3)) == architecture(network(4))
    False
    """
    numbers: dict[str, str] = {}

    def nameless(value: Any) -> Any:
        if isinstance(value, Mapping):
            for key in ("name", "registered_name"):
                if isinstance(value.get(key), str):
                    numbers.setdefault(value[key], f"#{len(numbers)}")
            return {str(key): nameless(value[key]) for key in value}
        if isinstance(value, list | tuple):
            return [nameless(item) for item in value]
        return numbers.get(value, value) if isinstance(value, str) else value

    try:
        config = model.get_config()
    except NotImplementedError:  # a class of the user's own
        config = {}
    shapes = [[list(v.shape), str(v.dtype), bool(v.trainable)] for v in model.variables]
    return _json([type(model).__name__, nameless(config), shapes])


def _pictures(source: Source) -> str:
    """Digest all pictures of an array, or the first, middle and last of batches."""
    given, batches = source
    if isinstance(given, Batches):
        n = len(batches.labels)
        return _digest(batches.read(np.unique([0, n // 2, n - 1])))
    return _digest(given[0])


def _digest(array: Any) -> str:
    values = np.ascontiguousarray(array)
    about = f"{values.shape} {values.dtype} "
    return hashlib.sha256(about.encode() + values.tobytes()).hexdigest()


def _rule(rule: keras.callbacks.Callback) -> Any:
    """Return the arguments of a callback that are plain values."""
    plain: dict[str, bool | float | str] = {}
    for name in inspect.signature(type(rule).__init__).parameters:
        value = getattr(rule, name, None)
        if isinstance(value, bool | str):
            plain[name] = value
        elif isinstance(value, int | float):
            plain[name] = abs(value)  # Keras turns the sign of min_delta once it runs
    return [type(rule).__name__, plain]


def _json(value: Any) -> str:
    return json.dumps(value, default=_named, sort_keys=True)


def _named(value: Any) -> str:
    """Name an object without its address, which another process would not give it."""
    if isinstance(value, str):
        return value
    return str(getattr(value, "name", None) or getattr(value, "__name__", type(value).__name__))
