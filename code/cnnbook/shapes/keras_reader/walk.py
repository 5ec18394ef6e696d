"""Walk through a Keras model in the order in which Keras runs it, one step for every call.

Tensors are known by themselves, never by a name. Each shape is the one that Keras itself gives;
where a rule gives the same, the rule explains it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import Any

from cnnbook.keras_private import (
    Node,
    functional_graph,
    nodes_in_running_order,
    runs_its_graph,
)
from cnnbook.shapes.keras_reader.reading import Told, read_layer
from cnnbook.shapes.layers.merging import Merge
from cnnbook.shapes.receptive_field import ReceptiveField
from cnnbook.shapes.stack import ShapeError, with_field
from cnnbook.shapes.steps import Layer, Shape, Step


@dataclass(frozen=True)
class Reached:
    """A tensor of the walk: Keras' symbolic one, with the sizes of this walk, and its field.

    Examples
    --------
    >>> import keras
    >>> Reached(keras.KerasTensor((None, 8, 8, 3)), None).shape
    (8, 8, 3)
    """

    tensor: Any
    field: ReceptiveField | None

    @property
    def shape(self) -> Shape:
        """Shape without the batch."""
        return tuple(self.tensor.shape[1:])


def graph_of(model: Any) -> Any:
    """Return the functional model that runs when `model` is called.

    Raises
    ------
    TypeError
        When there is none, or when more than its graph runs or is counted.

    Examples
    --------
    >>> import keras
    >>> graph_of(keras.Sequential([keras.layers.Flatten()], name="stack"))
    Traceback (most recent call last):
    ...
    TypeError: stack is not built, or is neither Sequential nor functional
    """
    graph = functional_graph(model)
    if graph is None:
        raise TypeError(f"{model.name} is not built, or is neither Sequential nor functional")
    if not runs_its_graph(model):
        raise TypeError(f"{model.name} has a call of its own, which only Keras can follow")
    in_graph = {id(weight) for operation in graph.operations for weight in _weights(operation)}
    outside = [weight.path for weight in model.weights if id(weight) not in in_graph]
    if outside:
        raise TypeError(f"{model.name} has weights outside its graph: {', '.join(outside)}")
    return graph


@dataclass
class Walk:
    """The steps so far, and which weights they have counted.

    Examples
    --------
    >>> import keras
    >>> from cnnbook.shapes.receptive_field import ONE_PIXEL
    >>> x = keras.Input((8, 8, 4))
    >>> walk = Walk()
    >>> outputs = walk.through(keras.Model(x, keras.layers.ReLU()(x) + x), [Reached(x, ONE_PIXEL)])
    >>> [step.layer.name for step in walk.steps], outputs[0].shape
    (['ReLU', 'Add'], (8, 8, 4))
    """

    trained: set[int] = field(default_factory=set)
    counted: set[int] = field(default_factory=set)
    steps: list[Step] = field(default_factory=list)

    def through(self, model: Any, inputs: Sequence[Reached]) -> list[Reached]:
        """Add the steps of a model and return what its outputs have become.

        Raises
        ------
        TypeError
            When an operation leaves a size open.
        ShapeError
            When one cannot take what it is given.
        """
        graph = graph_of(model)
        for x, place in zip(inputs, graph.inputs, strict=True):
            if not _fits(x.tensor.shape, place.shape):
                takes = tuple(place.shape[1:])
                raise ShapeError(f"{model.name} takes inputs of {takes}, not of {x.shape}")
        reached = dict(zip(map(id, graph.inputs), inputs, strict=True))
        for node in nodes_in_running_order(graph):
            if not node.is_input:
                outputs = self._call(node, [reached[id(x)] for x in node.input_tensors])
                reached.update(zip(map(id, node.outputs), outputs, strict=True))
        return [reached[id(x)] for x in graph.outputs]

    def _call(self, node: Node, inputs: list[Reached]) -> list[Reached]:
        if _is_graph_in_order(node, inputs):
            return self.through(node.operation, inputs)
        layer = read_layer(node)
        tensors = _outputs(node, layer, inputs)
        weights = [w for w in _weights(node.operation) if id(w) not in self.counted]
        self.counted.update(map(id, weights))
        outputs = []
        for tensor in tensors:
            step = _step(node, layer, inputs, tensor)
            step = replace(
                step,
                weight_shapes=tuple(tuple(w.shape) for w in weights),
                untrained=sum(prod(w.shape) for w in weights if id(w) not in self.trained),
                shared=len(weights) < len(_weights(node.operation)),
            )
            step = with_field(step, [x.field for x in inputs])
            self.steps.append(step)
            outputs.append(Reached(tensor, step.receptive_field))
            weights = []
        return outputs


def _fits(shape: Sequence[int | None], place: Sequence[int | None]) -> bool:
    return len(shape) == len(place) and all(
        None in (n, m) or n == m for n, m in zip(shape, place, strict=True)
    )


def _weights(operation: Any) -> list[Any]:
    return getattr(operation, "weights", [])


def _is_graph_in_order(node: Node, inputs: list[Reached]) -> bool:
    """Tell whether a node calls a model with a graph, and surely with its inputs in their order."""
    try:
        graph = graph_of(node.operation)
    except TypeError:
        return False
    structures = [graph.input, *node.arguments.args]
    in_order = len(inputs) == 1 or [isinstance(s, list | tuple) for s in structures] == [True] * 2
    ranks = [len(x.tensor.shape) for x in inputs]
    return in_order and ranks == [len(x.shape) for x in graph.inputs]


def _outputs(node: Node, layer: Layer, inputs: list[Reached]) -> list[Any]:
    """Return the symbolic outputs of a node for these inputs: as recorded, or asked for anew."""
    import keras

    recorded = [tuple(x.shape) for x in node.input_tensors]
    where = f"{layer.name} ({node.operation.name})"
    if recorded == [tuple(x.tensor.shape) for x in inputs]:
        outputs = node.outputs
    else:
        tensors = dict(zip(map(id, node.input_tensors), (x.tensor for x in inputs), strict=True))
        args, kwargs = node.arguments.fill_in(tensors)
        try:
            asked = node.operation.compute_output_spec(*args, **kwargs)
        except Exception as error:  # whatever a back end raises when it cannot
            listed = " and ".join(str(x.shape) for x in inputs)
            raise ShapeError(f"{where} on {listed}: {_reason(layer, inputs, error)}") from error
        outputs = keras.tree.flatten(asked)
    for output in outputs:
        if None in output.shape[1:]:
            raise TypeError(f"{where} leaves a size open: {tuple(output.shape)}")
    return outputs


def _reason(layer: Layer, inputs: list[Reached], error: Exception) -> str:
    """Say why Keras refuses; in the words of the rule if there is one."""
    if isinstance(layer, Told):
        return str(error)
    try:
        _by_rule(layer, inputs)
    except (TypeError, ValueError) as ours:
        return str(ours)
    return str(error)


def _step(node: Node, layer: Layer, inputs: list[Reached], output: Any) -> Step:
    """Explain one output by the rule, as far as Keras agrees with it."""
    shapes, shape = tuple(x.shape for x in inputs), tuple(output.shape[1:])
    told = Told(type(node.operation).__name__)
    unexplained = Step(told, shapes, shape, told="shape and weights")
    batches = {tuple(x.shape[:1]) for x in (output, *(x.tensor for x in inputs))}
    if isinstance(layer, Told) or len(batches) > 1:
        return unexplained
    try:
        step = _by_rule(layer, inputs)
    except (TypeError, ValueError):
        return unexplained
    if step.shape != shape:
        return unexplained
    weight_shapes = tuple(tuple(weight.shape) for weight in _weights(node.operation))
    agrees = step.weight_shapes == weight_shapes
    return step if agrees else replace(step, mac_terms=(), told="weights")


def _by_rule(layer: Layer, inputs: list[Reached]) -> Step:
    shapes = [x.shape for x in inputs]
    return layer.join(shapes) if isinstance(layer, Merge) else layer.step(*shapes)
