"""The search for the best network, a small part of it: chosen on validation, tested once."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cnnbook import cars

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import search_network  # noqa: E402

SMALL = search_network.Budget(size=32, train=20, validation=10, test=7, epochs=3, batch_size=10)


@pytest.fixture(scope="module")
def kept() -> dict[str, Any]:
    return json.loads(search_network.OUT.read_text("utf-8"))


def test_a_small_search_tests_the_lowest_validation_loss_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = search_network.CANDIDATES[0]
    other = replace(a, name="another", blocks=4, norm=True, head="gap")
    drawn: list[tuple[int, int]] = []

    def draw(n: int, seed: int, *given: Any, **named: Any) -> cars.DrawnCars:
        drawn.append((n, seed))
        return real(n, seed, *given, **named)

    real = cars.draw
    monkeypatch.setattr(search_network.cars, "draw", draw)
    monkeypatch.setattr(search_network, "PIECE", 5)
    found = search_network.search((a, other), SMALL, tmp_path)
    rows = {row["name"]: row for row in found["candidates"]}
    assert rows[found["chosen"]]["validation_loss"] == min(
        row["validation_loss"] for row in rows.values()
    )
    assert drawn == [
        (20, search_network.TRAIN),
        (10, search_network.VALIDATION),
        (5, search_network.TEST),
        (2, search_network.TEST),
    ]
    assert 0 <= found["test_right"] <= 7
    assert [row["epochs"] for row in rows.values()] == [3, 3]
    finished = len(list(tmp_path.iterdir()))
    assert finished == 2
    again = search_network.search((a, other), SMALL, tmp_path)
    assert again == found and len(list(tmp_path.iterdir())) == finished


def test_what_is_kept_is_what_the_script_asks_for(kept: dict[str, Any]) -> None:
    asked = [candidate.name for candidate in search_network.CANDIDATES]
    assert [row["name"] for row in kept["candidates"]] == asked and len(asked) == len(set(asked))
    assert kept["budget"] == vars(search_network.Budget())
    lowest = min(kept["candidates"], key=lambda row: row["validation_loss"])
    assert kept["chosen"] == lowest["name"]


def test_every_candidate_has_the_parameters_that_were_kept(kept: dict[str, Any]) -> None:
    for candidate, row in zip(search_network.CANDIDATES, kept["candidates"], strict=True):
        model = search_network.build(candidate, search_network.Budget())
        assert model.count_params() == row["parameters"]


def test_the_run_on_another_computer_asked_for_the_same() -> None:
    path = search_network.OUT.with_name("search_elsewhere.json")
    elsewhere = json.loads(path.read_text("utf-8"))
    assert elsewhere["budget"] == vars(search_network.Budget())
    asked = {candidate.name: vars(candidate) for candidate in search_network.CANDIDATES}
    for row in elsewhere["candidates"]:
        assert asked[row["name"]].items() <= row.items()
