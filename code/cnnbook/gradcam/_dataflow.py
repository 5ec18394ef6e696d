"""From which call each tensor of a forward pass came: the model's structure, never its values."""

from collections.abc import Iterable, Sequence
from typing import Any

import keras
from keras import tree

from cnnbook import keras_private
from cnnbook.gradcam._interception import Call

__all__ = ["Dataflow"]


class Dataflow:
    """The calls of one pass (as `listen` returns them), linked by the tensors they exchange.

    A tensor is known by its identity.  Where Keras cast it between two layers the graph that the
    layers are part of says which one it came from; where a model's own code made it, nothing does.

    Examples
    --------
    >>> from cnnbook.gradcam._interception import listen
    >>> model = keras.Sequential([
    ...     keras.Input((4,)),
    ...     keras.layers.Dense(3, name="dense"),
    ...     keras.layers.Dropout(0.5),
    ...     keras.layers.Softmax(name="softmax"),
    ... ])
    >>> calls, output = listen(model, keras.ops.ones((1, 4)))
    >>> flow = Dataflow(calls)
    >>> last = flow.maker(output)
    >>> last.path, [call.path for call in flow.sources(last)]
    ('softmax', ['dense'])
    """

    def __init__(self, calls: Sequence[Call]):
        self._calls = calls
        self._maker: dict[int, Call] = {}
        self._container: dict[int, Call] = {}
        for call in calls:
            for tensor in tree.flatten(call.output):
                # The first to return it: containers, and dropout at rest, only pass it on.
                self._maker.setdefault(id(tensor), call)
            for held in calls[call.order - call.inside : call.order]:
                self._container.setdefault(held.order, call)

    def maker(self, tensor: Any) -> Call | None:
        """Return the call that made a tensor; None for what the model's own code made."""
        return self._maker.get(id(tensor))

    def sources(self, call: Call) -> list[Call] | None:
        """List the calls that made what a call was given; None where that cannot be told."""
        makers = [self.maker(tensor) for tensor in call.inputs]
        known = [made for made in makers if made is not None and made.order < call.order]
        return known if len(known) == len(makers) else self._by_graph(call)

    def behind(self, calls: Iterable[Call]) -> set[int]:
        """Give the `order` of calls on which the results of some calls depend, these included.

        What cannot be told apart counts as a dependence.
        """
        waiting, seen = list(calls), set[int]()
        while waiting:
            call = waiting.pop()
            if call.order in seen:
                continue
            seen.add(call.order)
            waiting += self._calls[call.order - call.inside : call.order]
            sources = self.sources(call)
            waiting += self._calls[: call.order] if sources is None else sources
        return seen

    def _by_graph(self, call: Call) -> list[Call] | None:
        parents = keras_private.graph_parents(call.op)
        if not parents:
            return None
        sources: list[Call] = []
        for parent in parents:
            if isinstance(parent, keras.layers.InputLayer):
                container = self._container.get(call.order)
                outer = [] if container is None else self.sources(container)
                if outer is None:
                    return None
                sources += outer
            else:
                earlier = [c for c in self._calls[: call.order] if c.op is parent]
                if not earlier:
                    return None
                inner = earlier[-1]
                made = self.maker(tree.flatten(inner.output)[0])
                sources.append(inner if made is None else made)
        return sources
