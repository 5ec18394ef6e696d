"""The arithmetic in JavaScript and the package's, on hundreds of random cases each."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.optimize

from cnnbook import shapes
from cnnbook.convolution import conv2d, conv2d_backward, correlate2d
from cnnbook.geometry import window_axes

CASES = 400
KINDS = ["Conv2D", "MaxPooling2D", "AveragePooling2D", "GlobalAveragePooling2D", "Flatten", "Dense"]
Evaluate = Callable[..., Any]
Case = dict[str, Any]


def sizes(rng: np.random.Generator) -> Case:
    """Draw a kernel and an image in which it fits."""
    case: Case = {"stride": int(rng.integers(1, 5)), "dilation": int(rng.integers(1, 4))}
    case["padding"] = ["valid", "same", "full", [1, 2]][rng.integers(4)]
    kernel = rng.integers(1, 5, 2)
    image = case["dilation"] * (kernel - 1) + 1 + rng.integers(0, 8, 2)
    return {**case, "kernel": kernel.tolist(), "image": image.tolist()}


def whole_numbers(rng: np.random.Generator, size: list[int]) -> list[list[int]]:
    return rng.integers(-99, 100, size).tolist()


def python_padding(case: Case) -> Any:
    """Say for both axes what the script is told of one."""
    padding = case["padding"]
    return padding if isinstance(padding, str) else (padding, padding)


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    rng = np.random.default_rng(20)
    drawn = [sizes(rng) for _ in range(CASES)]
    for case in drawn:
        case["x"] = whole_numbers(rng, case["image"])
        case["w"] = whole_numbers(rng, case["kernel"])
    return drawn


def layer(case: Case) -> dict[str, Any]:
    return {
        "stride": case["stride"],
        "dilation": case["dilation"],
        "padding": python_padding(case),
    }


def as_batch(matrix: Any) -> np.ndarray:
    return np.array(matrix)[None, :, :, None]


def as_kernel(matrix: Any) -> np.ndarray:
    return np.array(matrix)[:, :, None, None]


def test_axes(evaluate: Evaluate, cases: list[Case]) -> None:
    found = evaluate(
        "cases => cases.map(c => Windows.axes(c.x, c.w, c).map("
        "({before, after, extent, count, unread}) => [before, after, extent, count, unread]))",
        cases,
    )
    for case, pair in zip(cases, found, strict=True):
        axes = window_axes(case["image"], case["kernel"], **layer(case))
        expected = [[a.before, a.after, a.extent, a.count, list(a.unread)] for a in axes]
        assert pair == expected, case


def test_a_kernel_that_does_not_fit_has_no_window(evaluate: Evaluate) -> None:
    axis = evaluate("() => Windows.axis({size: 4, kernel: 3, dilation: 2})")
    assert (axis["count"], axis["extent"]) == (0, 5)
    with pytest.raises(ValueError, match="does not fit"):
        window_axes((4, 4), (3, 3), dilation=2)


def test_correlation(evaluate: Evaluate, cases: list[Case]) -> None:
    found = evaluate(
        "cases => cases.map(c => Windows.correlate(c.x, c.w, Windows.axes(c.x, c.w, c)))", cases
    )
    for case, output in zip(cases, found, strict=True):
        expected = conv2d(as_batch(case["x"]), as_kernel(case["w"]), **layer(case))
        assert output == expected[0, :, :, 0].tolist(), case


def test_fractions(evaluate: Evaluate, cases: list[Case]) -> None:
    tenths = [{**case, "w": (np.array(case["w"]) / 10).tolist()} for case in cases]
    found = evaluate(
        "cases => cases.map(c => Windows.correlate(c.x, c.w, Windows.axes(c.x, c.w, c)))", tenths
    )
    for case, output in zip(tenths, found, strict=True):
        expected = conv2d(as_batch(case["x"]), as_kernel(case["w"]), **layer(case))
        np.testing.assert_allclose(output, expected[0, :, :, 0], rtol=1e-9, atol=1e-9)


def test_the_layers_offered(evaluate: Evaluate) -> None:
    assert evaluate("() => Layers.KINDS") == KINDS


def test_a_turned_kernel(evaluate: Evaluate, cases: list[Case]) -> None:
    found = evaluate("cases => cases.map(c => Windows.halfTurn(c.w))", cases)
    assert found == [np.rot90(case["w"], 2).tolist() for case in cases]


def test_a_mirrored_border(evaluate: Evaluate, cases: list[Case]) -> None:
    wide = [case for case in cases if min(case["image"]) > 4]
    assert len(wide) > 100
    found = evaluate(
        "cases => cases.map(c => Windows.correlate(c.x, c.w, Windows.axes(c.x, c.w, "
        "{padding: 'same'}), 'reflect'))",
        wide,
    )
    for case, output in zip(wide, found, strict=True):
        axes = window_axes(case["image"], case["kernel"], padding="same")
        sides = [(axis.before, axis.after) for axis in axes]
        padded = np.pad(case["x"], sides, mode="reflect")
        assert output == correlate2d(padded, case["w"], "valid").tolist()


def test_uint8(evaluate: Evaluate, cases: list[Case]) -> None:
    """Every product and sum of unsigned 8-bit integers, against NumPy's own wrapping."""
    found = evaluate(
        "cases => cases.map(c => Windows.correlate(c.x.map(r => r.map(Windows.uint8)), "
        "c.w.map(r => r.map(Windows.uint8)), Windows.axes(c.x, c.w, {}))"
        ".map(r => r.map(Windows.uint8)))",
        cases,
    )
    for case, output in zip(cases, found, strict=True):
        x, w = (np.array(case[name]).astype(np.uint8) for name in "xw")
        views = np.lib.stride_tricks.sliding_window_view(x, w.shape)
        assert output == (views * w).sum((2, 3), dtype=np.uint8).tolist()
        exact = correlate2d(case["x"], case["w"], "valid")
        assert output == exact.astype(np.uint8).tolist()


def test_gradients(evaluate: Evaluate, cases: list[Case]) -> None:
    rng = np.random.default_rng(21)
    for case in cases:
        axes = window_axes(case["image"], case["kernel"], **layer(case))
        case["g"] = whole_numbers(rng, [axis.count for axis in axes])
    found = evaluate(
        "cases => cases.map(c => Windows.gradients(c.x, c.w, c.g, Windows.axes(c.x, c.w, c)))",
        cases,
    )
    for case, gradients in zip(cases, found, strict=True):
        dx, dw = conv2d_backward(
            as_batch(case["g"]), as_batch(case["x"]), as_kernel(case["w"]), **layer(case)
        )
        assert gradients["dx"] == dx[0, :, :, 0].tolist()
        assert gradients["dw"] == dw[:, :, 0, 0].tolist()


def test_pointwise_layers(evaluate: Evaluate) -> None:
    rng = np.random.default_rng(22)
    drawn = []
    for _ in range(CASES):
        n, c, o = rng.integers(1, 6, 3)
        shapes_ = {"pixels": (n, c), "weights": (c, o), "bias": (o,)}
        drawn.append({name: rng.normal(size=size).tolist() for name, size in shapes_.items()})
    found = evaluate(
        "cases => cases.map(c => Windows.relu(Windows.pointwise(c.pixels, c.weights, c.bias)))",
        drawn,
    )
    for case, output in zip(drawn, found, strict=True):
        x, w = np.array(case["pixels"])[None, None], np.array(case["weights"])[None, None]
        expected = np.maximum(conv2d(x, w) + case["bias"], 0)[0, 0]
        np.testing.assert_allclose(output, expected, rtol=1e-12, atol=1e-12)


def test_two_points_and_two_others(evaluate: Evaluate) -> None:
    """Whether a line tells them apart, against a linear program."""
    rng = np.random.default_rng(24)
    drawn = rng.integers(-3, 4, (CASES, 4, 2)).tolist()
    found = evaluate(
        "cases => cases.map(([a, b, c, d]) => Windows.separable([a, b], [c, d]))", drawn
    )
    for points, apart in zip(drawn, found, strict=True):
        # v . point + c >= 1 for the first two, <= -1 for the others
        sides = np.array([1, 1, -1, -1])[:, None]
        rows = -sides * np.column_stack([points, np.ones(4)])
        program = scipy.optimize.linprog(np.zeros(3), rows, -np.ones(4), bounds=(None, None))
        assert apart == program.success
    assert CASES / 4 < sum(found) < CASES


def random_layer(rng: np.random.Generator) -> Case:
    kind = str(rng.choice(["Conv2D", *KINDS]))
    number = "H" if rng.random() < 0.3 else int(rng.integers(1, 40))
    window = {"stride": int(rng.integers(1, 4)), "padding": str(rng.choice(["valid", "same"]))}
    size = int(rng.integers(1, 6))
    return {
        "Conv2D": {"kind": kind, "filters": number, "kernel": size, **window},
        "MaxPooling2D": {"kind": kind, "size": size, **window},
        "AveragePooling2D": {"kind": kind, "size": size, **window},
        "Dense": {"kind": kind, "units": number},
    }.get(kind, {"kind": kind})


def python_layer(spec: Case, h: int) -> shapes.Layer:
    """Make the package's layer, with a number for the letter H."""
    values = {name: h if value == "H" else value for name, value in spec.items() if name != "kind"}
    if "kernel" in values:
        values["kernel_size"] = values.pop("kernel")
    if "size" in values:
        values["pool_size"] = values.pop("size")
    if "stride" in values:
        values["strides"] = values.pop("stride")
    layer: shapes.Layer = getattr(shapes, spec["kind"])(**values)
    return layer


@pytest.mark.parametrize("h", [1, 7, 64])
def test_stacks_of_layers(evaluate: Evaluate, h: int) -> None:
    rng = np.random.default_rng(23)
    stacks = [
        {
            "input": rng.integers(1, 40, 3).tolist(),
            "layers": [random_layer(rng) for _ in range(rng.integers(1, 6))],
        }
        for _ in range(CASES)
    ]
    found = evaluate(
        """([stacks, h]) => stacks.map(({input, layers}) => Layers.trace(input, layers).map(step =>
          step.impossible ? null : {
            shape: step.shape.map(n => Layers.at(n, h)),
            params: Layers.at(step.params, h),
            weights: step.weights.map(shape => shape.map(n => Layers.at(n, h))),
            field: step.field && step.field.map(f => [f.size, f.stride, f.offset]),
          }))""",
        [stacks, h],
    )
    refused = 0
    for stack, steps in zip(stacks, found, strict=True):
        layers = [python_layer(spec, h) for spec in stack["layers"]]
        good = steps if steps[-1] else steps[:-1]
        trace = shapes.output_shape(stack["input"], layers[: len(good)])
        if len(good) < len(steps):
            refused += 1
            with pytest.raises(shapes.ShapeError):
                shapes.output_shape(stack["input"], layers[: len(steps)])
        for step, theirs in zip(trace.steps, good, strict=True):
            assert theirs["shape"] == list(step.shape)
            assert theirs["params"] == step.params
            assert theirs["weights"] == [list(shape) for shape in step.weight_shapes]
            field = step.receptive_field
            assert theirs["field"] == (
                [list(side) for side in zip(field.size, field.stride, field.offset, strict=True)]
                if field
                else None
            )
    assert CASES / 10 < refused < CASES
