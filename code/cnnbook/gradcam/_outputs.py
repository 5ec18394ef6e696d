"""The outputs of a model by name, and the one to explain."""

from collections.abc import Sequence
from typing import Any

from keras import tree

__all__ = ["choose_output", "named_outputs"]


def named_outputs(model: Any, returned: Any) -> dict[str, Any]:
    """Give the tensors that a model returned their names, in the order of ``model.outputs``.

    The names are positions where there are none.

    Examples
    --------
    >>> named_outputs(None, {"make": 1, "colour": 2})
    {'colour': 2, 'make': 1}
    >>> named_outputs(None, ["make", "colour"])
    {'0': 'make', '1': 'colour'}
    """
    if isinstance(returned, dict):
        return dict(sorted(returned.items()))
    flat = tree.flatten(returned)
    names = getattr(model, "output_names", None) or []
    if len(names) != len(flat):
        names = [str(position) for position in range(len(flat))]
    return dict(zip(names, flat, strict=True))


def choose_output(names: Sequence[str], output: str | int | None) -> str:
    """Find the name of an output given by name, by position, or by being the only one.

    Examples
    --------
    >>> choose_output(["make", "colour"], 1)
    'colour'
    >>> choose_output(["make", "colour"], None)
    Traceback (most recent call last):
    ValueError: The model has 2 outputs; choose one with output=, from ['make', 'colour'].
    """
    if output is None:
        if len(names) == 1:
            return names[0]
        raise ValueError(
            f"The model has {len(names)} outputs; choose one with output=, from {list(names)}."
        )
    if isinstance(output, int) and -len(names) <= output < len(names):
        return names[output]
    if output not in names:
        raise ValueError(f"The model has no output {output!r}; choose from {list(names)}.")
    return str(output)
