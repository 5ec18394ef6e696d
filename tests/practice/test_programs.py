"""Programs to complete: the book's solutions pass, and every usual wrong program is named."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from cnnbook.practice import TASKS, check_program, judge

BOOK = Path(__file__).parents[2] / "book"
FENCE = re.compile(r"^(:+)\{solution\} \S+-ex-program\n(.*?)^\1$", re.S | re.M)
ASKED = re.compile(r"^```\{code-exercise\} (\w+)\n```$", re.M)
SLIPS = [(name, number) for name, task in TASKS.items() for number in range(len(task.slips))]


def written(code: str, name: str) -> Callable[..., Any]:
    names: dict[str, Any] = {"np": np}
    exec(code, names)
    program: Callable[..., Any] = names[name]
    return program


def solutions() -> list[tuple[str, str]]:
    found = []
    for page in sorted(BOOK.glob("*.md")):
        text = page.read_text("utf-8")
        bodies = [body for _, body in FENCE.findall(text)]
        assert len(bodies) == len(ASKED.findall(text))
        codes = [re.findall(r"^```python\n(.*?)^```$", body, re.S | re.M) for body in bodies]
        found += zip(ASKED.findall(text), (code for (code,) in codes), strict=True)
    return found


def test_each_program_is_asked_for_in_both_languages() -> None:
    assert sorted(name for name, _ in solutions()) == sorted([*TASKS, *TASKS])


@pytest.mark.parametrize(("name", "code"), solutions())
def test_the_solution_on_the_page_is_right(name: str, code: str) -> None:
    verdict = judge(TASKS[name], written(code, name))
    assert verdict.right, verdict.text["en"]


@pytest.mark.parametrize(("name", "number"), SLIPS)
def test_each_slip_is_refused_by_its_own_name(name: str, number: int) -> None:
    task = TASKS[name]
    verdict = judge(task, task.slips[number].program)
    assert not verdict.right
    assert verdict.text == task.slips[number].text


# As readers write them, without the package.
WRONG = {
    "uint8": """
def correlate(image, kernel):
    padded = np.pad(image, 1)
    out = np.zeros_like(image)
    for i, j in np.ndindex(image.shape):
        out[i, j] = np.sum(padded[i:i+3, j:j+3].astype(int) * kernel).astype(image.dtype)
    return out""",
    "turned": """
def correlate(image, kernel):
    padded = np.pad(image.astype(int), 1)
    return np.array([[(padded[i:i+3, j:j+3] * np.rot90(kernel, 2)).sum()
        for j in range(image.shape[1])] for i in range(image.shape[0])])""",
    "(valid)": """
def correlate(image, kernel):
    rows, columns = image.shape
    return np.array([[(image[i:i+3, j:j+3].astype(int) * kernel).sum()
        for j in range(columns - 2)] for i in range(rows - 2)])""",
    "not down": """
def size(n, k, s, padding):
    return int(n / s) if padding == "same" else int((n - k) / s) + 1""",
    "forgot the turn": """
def input_gradient(kernel, upstream):
    padded = np.pad(upstream, [(kernel.shape[0] - 1,) * 2, (kernel.shape[1] - 1,) * 2])
    a, b = kernel.shape
    return np.array([[(padded[i:i+a, j:j+b] * kernel).sum()
        for j in range(padded.shape[1] - b + 1)] for i in range(padded.shape[0] - a + 1)])""",
    "overflows": """
def logit_gradient(logits, labels):
    with np.errstate(all="ignore"):
        p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    p[range(len(labels)), labels] -= 1
    return p / len(labels)""",
    "anew": """
def last_epoch(losses, patience):
    best, waited = losses[0], 0
    for epoch, loss in enumerate(losses[1:], 2):
        if loss < best:
            best = loss
        else:
            waited += 1
            if waited == patience:
                return epoch
    return len(losses)""",
    "ReLU": """
def grad_cam(maps, gradients):
    return np.einsum("hwc,c->hw", maps, gradients.mean((0, 1)))""",
    "transposed": """
def pointwise(picture, weights):
    return np.einsum("hwc,kc->hwk", picture, weights)""",
}


@pytest.mark.parametrize("said", WRONG)
def test_a_wrong_program_as_readers_write_it_is_named(said: str) -> None:
    name = re.findall(r"def (\w+)", WRONG[said])[0]
    verdict = judge(TASKS[name], written(WRONG[said], name))
    assert not verdict.right
    assert said in verdict.text["en"]


def epochs_of_keras(losses: list[float], patience: int) -> int:
    """Hand these losses to Keras' own rule, and count the epochs until it stops."""
    rule = keras.callbacks.EarlyStopping(monitor="val_loss", mode="min", patience=patience)
    rule.set_model(keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)]))
    rule.model.stop_training = False
    rule.on_train_begin()
    for epoch, loss in enumerate(losses):
        rule.on_epoch_end(epoch, {"val_loss": loss})
        if rule.model.stop_training:
            return epoch + 1
    return len(losses)


def test_early_stopping_is_that_of_keras() -> None:
    rng = np.random.default_rng(26)
    drawn = [
        (rng.integers(1, 6, 12).astype(float).tolist(), int(rng.integers(1, 5))) for _ in range(200)
    ]
    stops = [TASKS["last_epoch"].solution(*case) for case in drawn]
    assert stops == [epochs_of_keras(*case) for case in drawn]
    assert len(set(stops)) > 5


def test_what_is_no_known_slip_is_told_by_its_first_wrong_entry() -> None:
    task = TASKS["correlate"]

    def off_by_one(image: Any, kernel: Any) -> Any:
        out = task.solution(image, kernel)
        out[1, 2] += 1
        return out

    right = task.solution(*task.cases[0])[1, 2]
    expected = f"In case 1 of 3 the entry (1, 2) should be {right}; yours is {right + 1}."
    assert judge(task, off_by_one).text["en"] == expected
    assert "(5, 5); yours is (4, 5)" in judge(task, lambda i, k: i[1:]).text["en"]
    assert (
        judge(task, lambda i, k: 1 / 0).text["en"].endswith("ZeroDivisionError: division by zero")
    )
    assert judge(task, lambda i, k: "?").text["en"].startswith("In case 1")


@pytest.mark.parametrize("name", TASKS)
def test_a_skeleton_as_it_is_says_that_nothing_is_returned(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    check_program(written(TASKS[name].skeleton, name), "en")
    assert "returns nothing yet" in capsys.readouterr().out


def test_a_program_of_another_name_is_refused_with_the_names() -> None:
    with pytest.raises(ValueError, match="no exercise asks for 'max'; the names are correlate"):
        check_program(max)
