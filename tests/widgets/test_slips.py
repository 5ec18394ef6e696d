"""What each known slip answers, against SciPy and NumPy."""

from typing import Any

import numpy as np
import pytest
import scipy.ndimage
import scipy.signal

from self_check.answers import POINTS, Question
from self_check.slips import SLIPS, said

GIVENS = """
X = np.array([[2, 3, 4], [3, 1, 5], [4, -1, -2]])
F = np.array([[0, 3], [1, -2]])
G = np.array([[1, 2, 0], [0, -3, 1], [4, 1, 2]])
"""
X = np.array([[2, 3, 4], [3, 1, 5], [4, -1, -2]])
F = np.array([[0, 3], [1, -2]])
G = np.array([[1, 2, 0], [0, -3, 1], [4, 1, 2]])


def slips(kind: str, expression: str) -> dict[str, Any]:
    return dict(Question(kind, GIVENS, expression).slips())


def test_every_slip_is_told_in_both_languages() -> None:
    assert set(said("fa")) == set(said("en")) == set(SLIPS)
    assert not set(said("fa").values()) & set(said("en").values())


def test_slips_of_a_correlation() -> None:
    answer = Question("matrix", GIVENS, "correlate2d(X, G)").answer()
    assert answer == scipy.ndimage.correlate(X, G, mode="constant").tolist()
    found = slips("matrix", "correlate2d(X, G)")
    assert found["turned"] == scipy.ndimage.convolve(X, G, mode="constant").tolist()
    assert found["uint8"] == (np.array(answer) % 256).tolist()
    assert found["clipped"] == np.clip(answer, 0, 255).tolist()
    corner = scipy.ndimage.correlate(X, G, mode="constant", origin=-1)
    assert found["top-left anchor"] == corner.tolist()
    assert "double turn" not in found


def test_slips_of_a_convolution() -> None:
    found = slips("matrix", 'convolve2d(X, F, "valid")')
    assert found["double turn"] == scipy.signal.correlate2d(X, F, "valid").tolist()
    assert "turned" not in found


def test_a_slip_of_another_size_cannot_be_given() -> None:
    assert "same for valid" not in slips("matrix", 'correlate2d(X, F, "valid")')
    assert slips("number", 'correlate2d(X, F, "valid")[0, 1] + 0')["turned"] == -2 * 3 + 4 + 3 * 1


def test_no_border_where_one_was_asked_for_is_a_smaller_matrix_or_one_among_zeros() -> None:
    given = [
        v
        for name, v in Question("matrix", GIVENS, "correlate2d(X, G)").slips()
        if name == "valid for same"
    ]
    valid = scipy.signal.correlate2d(X, G, "valid")
    assert given == [valid.tolist(), np.pad(valid, 1).tolist()]


def test_a_forgotten_mean() -> None:
    found = slips("number", 'mean(correlate2d(X, F, "valid"))')
    total = scipy.signal.correlate2d(X, F, "valid").sum()
    assert found["mean forgotten"] == total == 40
    assert found["turned"] == scipy.signal.convolve2d(X, F, "valid").mean()


def test_slips_of_shapes() -> None:
    expression = 'output_shape((29, 29, 1), [Conv2D(32, 3, strides=2, padding="same")]).shape'
    found = slips("list", expression)
    assert found["valid for same"] == [14, 14, 32]
    assert found["channels first"] == [32, 15, 15]
    assert slips("number", "output_shape((9, 9, 3), [Conv2D(5, 3)]).params") == {
        "bias forgotten": 3 * 3 * 3 * 5
    }
    padded = slips("number", 'window_axes((28, 28), (3, 3), stride=2, padding="same")[0].before')
    assert padded == {"equal borders": 1}


def test_a_flat_index_with_the_channel_first() -> None:
    found = slips("number", "flat_index((2, 3, 5), (7, 7, 32))")
    order = np.arange(7 * 7 * 32).reshape(32, 7, 7)
    assert found == {"channels first": order[5, 2, 3]}


def test_slips_of_a_polynomial() -> None:
    expression = "output_shape((28, 28, 1), [Flatten(), Dense(H), Dense(5)]).params"
    assert Question("polynomial", "", expression).answer() == [790 * h + 5 for h in POINTS]
    assert slips("polynomial", expression)["bias forgotten"] == [789 * h for h in POINTS]


def test_a_fault_in_an_answer_is_not_swallowed() -> None:
    with pytest.raises(NameError):
        Question("number", "", "unknown").answer()
