"""Random Keras models: shape, parameters and trained parameters as Keras has them, or a refusal."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from cnnbook.shapes import ShapeError, from_keras
from shapes.keras_answers import in_keras, in_trace
from shapes.random_graphs import RandomGraph, undrawn_weights

CHUNK = 100
# What the generator makes of these has a rule, whatever the arguments.
RULED = {
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2DTranspose",
    "Cropping2D",
    "DepthwiseConv2D",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "GlobalMaxPooling2D",
    "Permute",
    "SeparableConv2D",
    "UpSampling2D",
    "ZeroPadding2D",
}


def agreement(seed: int) -> list[str]:
    """How one graph was read, after it was compared, and what Keras was asked for in each step."""
    graph = RandomGraph(seed)
    try:
        theirs = in_keras(graph.model, graph.shape)
    except Exception as refusal:
        with pytest.raises((ShapeError, TypeError), match=r"\w+ .*\(") as caught:
            from_keras(graph.model, graph.shape)
        assert graph.open, (seed, refusal, caught.value)
        return ["refused"]
    if None in theirs[0]:
        with pytest.raises(TypeError, match="leaves a size open"):
            from_keras(graph.model, graph.shape)
        return ["open"]
    trace = from_keras(graph.model, graph.shape)
    assert in_trace(trace) == theirs, seed
    by_keras = {step.layer.name for step in trace.steps if step.told == "shape and weights"}
    assert not by_keras & RULED, seed
    return ["agreed", *(step.told for step in trace.steps)]


@pytest.mark.parametrize(
    "start",
    [
        pytest.param(start, marks=[pytest.mark.slow] if start >= 200 else [])
        for start in range(0, 2000, CHUNK)
    ],
)
def test_random_graphs_agree_with_keras(start: int) -> None:
    """Or are refused by the name of the layer, where Keras itself has no answer."""
    outcomes: Counter[str] = Counter()
    with undrawn_weights():
        for seed in range(start, start + CHUNK):
            outcomes.update(agreement(seed))
    assert outcomes["agreed"] >= 0.9 * CHUNK
    assert min(outcomes[told] for told in ("nothing", "weights", "shape and weights")) > 0


def test_random_graphs_have_the_shape_that_runs() -> None:
    """Keras' symbolic answer is one oracle; the numbers that come out are another."""
    ran = 0
    for seed in range(5000, 5030):
        graph = RandomGraph(seed)
        try:
            y = graph.model(np.zeros((2, *graph.shape), "float32"))
        except Exception:  # what runs on no CPU, as channels first, or does not fit
            continue
        trace = from_keras(graph.model, graph.shape)
        # glu and a few operations across the batch have a shape of their own when they run.
        if "Activation" not in {step.layer.name for step in trace.steps} and len(y) == 2:
            assert trace.shape == tuple(y.shape[1:]), seed
            ran += 1
    assert ran >= 12
