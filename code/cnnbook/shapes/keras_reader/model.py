"""A whole Keras model as a trace."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnnbook.shapes.keras_reader.walk import Reached, Walk, graph_of
from cnnbook.shapes.receptive_field import ONE_PIXEL
from cnnbook.shapes.stack import checked_shape
from cnnbook.shapes.trace import Trace


def from_keras(model: Any, input_shape: Sequence[int] | None = None) -> Trace:
    """Explain a Keras model: Sequential or functional, with branches and models within models.

    Where there is no rule for a layer, or it has other weights than the rule says, Keras is asked;
    the explanation says so, and `Step.told` too.

    Parameters
    ----------
    model : keras.Model
        Built, with one input and one output.
    input_shape : (h, w, c), optional
        Needed when the model leaves height or width open.

    Raises
    ------
    TypeError
        When the model is no graph of layers, has several inputs or outputs, or a layer leaves a
        size open.
    ShapeError
        When a layer cannot take the shape it is given.

    Examples
    --------
    >>> import keras
    >>> model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(32, 3)])
    >>> from_keras(model).steps[0].weight_shapes
    ((3, 3, 1, 32), (32,))
    """
    import keras

    graph = graph_of(model)
    if len(graph.inputs) != 1 or len(graph.outputs) != 1:
        counts = f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs"
        raise TypeError(f"{model.name} has {counts}; one of each can be explained")
    image = graph.inputs[0]
    batch, *sizes = image.shape
    start = checked_shape(sizes if input_shape is None else input_shape)
    tensor = keras.KerasTensor((batch, *start), dtype=image.dtype, sparse=image.sparse)
    walk = Walk(trained=set(map(id, model.trainable_weights)))
    (output,) = walk.through(model, [Reached(tensor, ONE_PIXEL)])
    return Trace(start, tuple(walk.steps), output.shape, output.field)
