"""Training without compiling: for a few steps that takes longer than training."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras
import pytest

from cnnbook.models import building


@contextmanager
def eagerly() -> Iterator[None]:
    """Let what the package trains run operation by operation."""

    def compiled(model: keras.Model, learning_rate: float = 1e-3) -> keras.Model:
        building.compiled(model, learning_rate).run_eagerly = True
        return model

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cnnbook.training.runs.compiled", compiled)
        patched.setattr("cnnbook.training.fitting.compiled", compiled)
        yield
