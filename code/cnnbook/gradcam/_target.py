"""What one look at a model settles: the feature map, the score, and how to reach both."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any

import keras
from keras import ops, tree

from cnnbook.gradcam._dataflow import Dataflow
from cnnbook.gradcam._feature_map import choose, last_feature_map
from cnnbook.gradcam._interception import (
    ONE_PASS_AT_A_TIME,
    Call,
    Interceptor,
    intercepted,
    listen,
)
from cnnbook.gradcam._outputs import choose_output, named_outputs
from cnnbook.gradcam._scores import Logits, may_be_probabilities, settled
from cnnbook.gradcam._warning import warn

__all__ = [
    "Score",
    "Target",
    "blank_picture",
    "no_influence",
    "require_built",
    "settle",
    "warn_of_probabilities",
]

Score = Callable[[Any], Any]

_UNKNOWN_SIDE = 64  # of the blank picture sent through a model that takes any size


@dataclass(frozen=True)
class Target:
    """The feature map and the score of one model, for pictures of one size.

    Examples
    --------
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3), keras.layers.Flatten(),
    ...     keras.layers.Dense(3),
    ... ])
    >>> target = settle(model, blank_picture(model))
    >>> target.call.feature_shape, target.logits.classes
    ((2, 2, 2), 3)
    """

    model: Any
    call: Call
    output: str | None  # None: the score gets everything that the model returns
    logits: Logits | None  # None: a score of the user's own
    score: Score | None = None
    doubtful: bool = False  # the numbers may be probabilities

    def run(self, inputs: Any, epsilon: Any) -> tuple[Any, Any]:
        """Run the model with ``epsilon`` added to the feature map: this map, the scores (n, k)."""
        seen: dict[str, Any] = {}

        def add_epsilon(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
            seen["map"] = compute(*args, **kwargs)
            return seen["map"] + ops.cast(epsilon, seen["map"].dtype)

        def keep_logits(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
            assert self.logits is not None
            seen["logits"] = self.logits.interceptor(compute, *args, **kwargs)
            return seen["logits"]

        hooks = [(self.call, add_epsilon)]
        if self.logits is not None and self.logits.call is not None:
            hooks.append((self.logits.call, keep_logits))
        with intercepted(_at_their_repetition(hooks)):
            returned = self.model(inputs, training=False)
        return seen["map"], self._scores(returned, seen.get("logits"))

    def _scores(self, returned: Any, logits: Any) -> Any:
        if self.output is not None:
            returned = named_outputs(self.model, returned)[self.output]
        if self.logits is not None:
            if logits is None:
                logits = self.logits.interceptor(lambda: returned)
            return self.logits.by_class(logits)
        assert self.score is not None
        scores = ops.cast(self.score(returned), "float32")
        if len(scores.shape) != 1:
            raise ValueError(
                f"score must return one number an image, (n,); it returned {tuple(scores.shape)}."
            )
        return scores[:, None]


def settle(
    model: Any,
    inputs: Any,
    layer: str | keras.Layer | None = None,
    output: str | int | None = None,
    score: Score | None = None,
) -> Target:
    """Find the feature map and the score; the picture given says its size, no more.

    Examples
    --------
    >>> model = keras.Sequential([
    ...     keras.Input((4, 4, 1)), keras.layers.Conv2D(2, 3, name="conv"), keras.layers.Flatten(),
    ...     keras.layers.Dense(3, activation="softmax", name="head"),
    ... ])
    >>> target = settle(model, blank_picture(model))
    >>> target.call.path, target.logits.call.path
    ('conv', 'head')
    """
    require_built(model)
    with ONE_PASS_AT_A_TIME:  # no other thread's interceptors are copied into a stand-in
        calls, returned = listen(model, inputs)
        flow, outputs = Dataflow(calls), named_outputs(model, returned)
        explained: list[Call | None]
        if score is not None:
            name = None if output is None else choose_output([*outputs], output)
            tensors = tree.flatten(returned if name is None else outputs[name])
            logits, doubtful = None, False
            explained = [flow.maker(tensor) for tensor in tensors]
        else:
            name = choose_output([*outputs], output)
            logits = settled(flow, outputs[name], name)
            doubtful = may_be_probabilities(flow, logits, outputs[name])
            explained = [logits.call]
        before = _before(flow, calls, explained, whole=score is not None)
        if layer is None:
            call = last_feature_map(before)
        else:
            call = choose(calls, layer)
            if (flow.maker(call.output) or call) not in before:
                raise ValueError(no_influence(call.path, name))
        return Target(model, call, name, logits, score, doubtful)


def warn_of_probabilities(target: Target) -> None:
    """Warn if the score may be a probability whose softmax or sigmoid is out of reach.

    Examples
    --------
    >>> warn_of_probabilities(Target(None, Call("conv", None, None), "0", None))
    """
    if target.doubtful:
        warn(
            f"{target.model.name!r} seems to return probabilities, and the softmax or sigmoid that "
            "makes them is not the last thing that a Keras layer does, so the map explains a "
            "probability: expect zeros where the model is sure. End the model with a Softmax layer "
            "or activation, or pass score=.",
        )


def require_built(model: Any) -> None:
    """Refuse a model without weights.

    Examples
    --------
    >>> require_built(keras.Sequential([keras.layers.Dense(3)], name="fresh"))
    Traceback (most recent call last):
    ValueError: 'fresh' was never built: it has no weights to explain. Call it on a batch, or give \
it an Input.
    """
    if not getattr(model, "built", False):
        raise ValueError(
            f"{getattr(model, 'name', model)!r} was never built: it has no weights to explain. "
            "Call it on a batch, or give it an Input."
        )


def blank_picture(model: Any) -> Any:
    """Make one blank picture of the shape that the model declares.

    Examples
    --------
    >>> model = keras.Sequential([keras.Input((4, None, 1)), keras.layers.ReLU()])
    >>> tuple(blank_picture(model).shape)
    (1, 4, 64, 1)
    """
    require_built(model)
    declared = getattr(model, "input", None)
    if declared is None:  # a Sequential declares a list only
        declared = next(iter(getattr(model, "inputs", None) or ()), None)
    if declared is None:
        raise ValueError(f"{model.name!r} does not declare its inputs; pass a batch as images=.")

    def blank(x: Any) -> Any:
        return ops.zeros((1, *(side or _UNKNOWN_SIDE for side in x.shape[1:])), x.dtype)

    return tree.map_structure(blank, declared)


def no_influence(path: str, output: str | None) -> str:
    """Say that a layer has nothing to do with what is explained.

    Examples
    --------
    >>> no_influence("aside", "make")
    "Layer 'aside' does not influence output 'make'."
    """
    explained = "the score" if output is None else f"output {output!r}"
    return f"Layer {path!r} does not influence {explained}."


def _before(
    flow: Dataflow, calls: list[Call], explained: list[Call | None], whole: bool
) -> list[Call]:
    """Keep the calls on which what is explained depends, itself left out unless it is `whole`."""
    known = [call for call in explained if call is not None]
    if len(known) < len(explained):  # made by the model's own code, of anything
        return calls
    orders = flow.behind(known) - (set() if whole else {call.order for call in known})
    return [call for call in calls if call.order in orders]


def _at_their_repetition(hooks: list[tuple[Call, Interceptor]]) -> dict[Any, Interceptor]:
    """Let each hook act on its own call of an operation, and on no other."""
    by_op: dict[Any, dict[int, Interceptor]] = {}
    for call, hook in hooks:
        by_op.setdefault(call.op, {})[call.repetition] = hook

    def dispatch(at: dict[int, Interceptor]) -> Interceptor:
        repetition = count()

        def interceptor(compute: Interceptor, *args: Any, **kwargs: Any) -> Any:
            hook = at.get(next(repetition))
            if hook is None:
                return compute(*args, **kwargs)
            return hook(compute, *args, **kwargs)

        return interceptor

    return {op: dispatch(at) for op, at in by_op.items()}
