"""Keras' own answer for a model, and the comparison with a trace."""

from __future__ import annotations

import keras
import numpy as np

from cnnbook.shapes import Trace, from_keras


def in_keras(model: keras.Model, shape: tuple[int, ...]) -> tuple:
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    out = tuple(model.compute_output_shape((None, *shape)))
    return out[1:], model.count_params(), trained


def in_trace(trace: Trace) -> tuple:
    return trace.shape, trace.params, trace.trainable_params


def check(model: keras.Model) -> Trace:
    trace = from_keras(model)
    assert in_trace(trace) == in_keras(model, model.inputs[0].shape[1:])
    return trace
