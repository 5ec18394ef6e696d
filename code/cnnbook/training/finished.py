"""Runs that several programs share: whoever asks first trains, the others take what came of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import keras
import numpy as np

__all__ = ["FinishedRuns"]


@dataclass(frozen=True)
class FinishedRuns:
    """A folder of runs, each in a folder that is named by everything its end depends on.

    As the ``run_dir`` of :func:`cnnbook.training.fit` it takes any number of runs, and never
    refuses one: a run that differs in its data, model, first weights, rules or number of epochs,
    or in the code that trains it, has another name.

    Parameters
    ----------
    folder : path

    Examples
    --------
    >>> import tempfile
    >>> from cnnbook.training import FinishedRuns, fit
    >>> data = np.ones((4, 2), "float32"), np.array([0, 1, 0, 1])
    >>> def new_model():
    ...     start = keras.initializers.GlorotUniform(seed=0)
    ...     dense = keras.layers.Dense(2, "softmax", kernel_initializer=start)
    ...     model = keras.Sequential([keras.Input((2,)), dense])
    ...     model.compile("adam", "sparse_categorical_crossentropy")
    ...     return model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     runs = FinishedRuns(folder)
    ...     first = fit(new_model(), data, data, epochs=2, run_dir=runs)
    ...     again = fit(new_model(), data, data, epochs=2, run_dir=runs)
    ...     longer = fit(new_model(), data, data, epochs=3, run_dir=runs)
    ...     print(first == again, len(longer["loss"]), len(list(Path(folder).iterdir())))
    True 3 2
    """

    folder: str | Path

    def place(self, asked: Mapping[str, str], model: keras.Model, epochs: int) -> Path:
        """Return the folder of one run: its identity, the model as it is now, and its epochs."""
        digest = hashlib.sha256(json.dumps([dict(asked), epochs], sort_keys=True).encode())
        for variable in model.variables:
            digest.update(np.ascontiguousarray(variable).tobytes())
        digest.update(_code().encode())
        return Path(self.folder) / digest.hexdigest()[:16]


@cache
def _code() -> str:
    """Digest of what trains: this package, Keras and its backend."""
    digest = hashlib.sha256(f"{keras.__version__} {keras.backend.backend()}".encode())
    root = Path(__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
