"""The proof for a whole layer, one instance after the other against TensorFlow's tape."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import sympy as sp
import tensorflow as tf

from cnnbook.gradients import prove_layer

PROOF = prove_layer()
# n, c, m, image, kernel, stride, padding, dilation
LAYERS = [
    (1, 1, 1, (3, 3), (2, 2), (1, 1), (0, 0), (1, 1)),
    (2, 1, 2, (4, 3), (3, 1), (1, 1), (1, 0), (1, 1)),
    (1, 2, 2, (5, 4), (2, 3), (2, 1), (1, 1), (1, 1)),
    (2, 2, 1, (5, 3), (2, 2), (1, 1), (0, 1), (3, 2)),
    (1, 1, 2, (6, 5), (2, 2), (2, 3), (1, 1), (2, 3)),
]


def layer(x: Any, f: Any, bias: Any, stride: Any, padding: Any, dilation: Any) -> Any:
    """Add up shifted pictures, in TensorFlow."""
    (t_h, t_w), (k_h, k_w) = padding, f.shape[:2]
    x = tf.pad(x, [[0, 0], [t_h, t_h], [t_w, t_w], [0, 0]])
    outputs = [
        (size - d * (k - 1) - 1) // s + 1
        for size, k, s, d in zip(x.shape[1:3], (k_h, k_w), stride, dilation, strict=True)
    ]
    total = bias
    for u, v in np.ndindex(k_h, k_w):
        rows, columns = (
            slice(tap * d, tap * d + (o - 1) * s + 1, s)
            for tap, d, o, s in zip((u, v), dilation, outputs, stride, strict=True)
        )
        total = total + tf.einsum("nijc,cm->nijm", x[:, rows, columns], f[u, v])
    return total


@pytest.mark.parametrize(
    ("n", "c", "m", "image", "kernel", "stride", "padding", "dilation"), LAYERS
)
def test_every_instance_is_the_gradient(  # type: ignore[no-untyped-def]
    n, c, m, image, kernel, stride, padding, dilation
) -> None:
    rng = np.random.default_rng(n + c)
    x, f, bias = (
        tf.constant(rng.integers(-5, 6, shape).astype(float))
        for shape in ((n, *image, c), (*kernel, c, m), (m,))
    )
    with tf.GradientTape() as tape:
        tape.watch([x, f, bias])
        y = layer(x, f, bias, stride, padding, dilation)
        upstream = rng.integers(-5, 6, y.shape).astype(float)
        loss = tf.reduce_sum(y * upstream)
    expected = tape.gradient(loss, [x, f, bias])
    if stride == (1, 1) or dilation == (1, 1):  # then the library has the layer too
        edges = [[0, 0], *([t, t] for t in padding), [0, 0]]
        theirs = tf.nn.conv2d(tf.pad(x, edges), f, stride, "VALID", dilations=dilation) + bias
        np.testing.assert_array_equal(y, theirs)
    sizes = {"N": n, "C": c, "M": m}
    for name, pair in {
        "k": kernel, "o": y.shape[1:3], "s": stride, "t": padding, "d": dilation,
    }.items():  # fmt: skip
        sizes |= {f"{name}_h": pair[0], f"{name}_w": pair[1]}
    arrays = {"X": x.numpy(), "F": f.numpy(), "G": upstream}
    for entry, gradient in zip(("X[n, a, b, c]", "F[p, q, c, m]", "B[m]"), expected, strict=True):
        np.testing.assert_array_equal(written_out(entry, gradient.shape, sizes, arrays), gradient)


def written_out(
    entry: str, shape: tuple[int, ...], sizes: dict[str, int], arrays: dict[str, np.ndarray]
) -> np.ndarray:
    """Put every number into a derivative's printed sum."""
    derivative = PROOF.derivatives[entry]
    symbols = {str(symbol): symbol for symbol in derivative.atoms(sp.Symbol)}
    given = derivative.subs({symbols[k]: value for k, value in sizes.items() if k in symbols})
    names = [symbols[name] for name in entry.partition("[")[2][:-1].split(", ")]
    (term, condition), _ = given.function.args
    letters = [*names, *(limit[0] for limit in given.limits)]
    ranges = [range(int(low), int(high) + 1) for _, low, high in given.limits]

    def summand(numbers: dict[Any, Any]) -> float:
        if not condition.xreplace(numbers):
            return 0.0
        factors = sp.Mul.make_args(term.xreplace(numbers))
        return float(np.prod([look_up(arrays[str(f.base)], f.indices) for f in factors]))

    def value(place: tuple[int, ...]) -> float:
        every = itertools.product(*ranges)
        return sum(
            summand(dict(zip(letters, map(sp.Integer, [*place, *at]), strict=True))) for at in every
        )

    return np.array([value(place) for place in np.ndindex(*shape)]).reshape(shape)


def look_up(array: np.ndarray, place: tuple[Any, ...]) -> float:
    """Read an array at whole numbers, 0 outside it as the padding is."""
    assert all(index.is_Integer for index in place)
    inside = all(0 <= index < size for index, size in zip(place, array.shape, strict=True))
    return float(array[tuple(map(int, place))]) if inside else 0.0


def test_with_one_plane_it_is_the_other_proof() -> None:
    from cnnbook.gradients import prove_convolution
    from cnnbook.gradients.layer_proof import SIZES

    for entry, small in (("F[p, q, c, m]", "F[p, q]"), ("X[n, a, b, c]", "X[a, b]")):
        term = PROOF.term(entry).subs({size: 1 for size in SIZES if str(size)[0] == "d"})
        squared = term.subs({s: sp.Symbol(str(s)[0], **s.assumptions0) for s in SIZES})
        planes = squared.replace(
            lambda e: isinstance(e, sp.Indexed),
            lambda e: sp.IndexedBase(str(e.base))[
                e.indices[:2] if str(e.base) == "F" else e.indices[1:3]
            ],
        )
        assert planes == prove_convolution().term(small)
