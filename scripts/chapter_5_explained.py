"""Score the explanations of chapter 5's models, picture by picture.

    python scripts/chapter_5_explained.py

writes book/data/explained/MODEL.csv, a row for each test picture and map with what every measure
says, and MODEL_effects.csv, how far each change of the car moves the logit of its class. The pages
compute all means and intervals from these rows. The models are those that the comparison of
`chapter_5.py` trained on most pictures, of seed 0. MODEL_maps.npz holds maps to look at, of the
second training of model B: three pictures, and the energy of each map on the parts of every one.
Weights that were left in _build/chapter_5 are taken from there, else a model is trained again. A
file that exists is not written again.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import keras
import numpy as np
from chapter_5 import KEPT, ROOT, Run, build, equal_steps, outcome, versions

from cnnbook import cars, faithfulness, gradcam
from cnnbook.files import write_atomically

OUT = ROOT / "book" / "data" / "explained"
PICTURES, SEED = 100, 900_003  # drawn for this alone
SHOWN = 3
STEPS = 10  # of the deletion and insertion curves

Maps = dict[str, np.ndarray]
Rows = list[dict[str, Any]]


def main() -> None:
    """Write what is not there yet."""
    for run in equal_steps():
        if run.pictures != 1200 or run.model == "frozen":
            continue
        path = OUT / f"{run.model}.csv"
        maps = OUT / f"{run.model}_maps.npz"
        if run.seed == 1 and run.model == "fine-tuned" and not maps.exists():
            with write_atomically(maps) as temporary, temporary.open("wb") as file:
                np.savez_compressed(file, **to_look_at(model_of(run), run, PICTURES))
            print(maps.name, flush=True)
        if run.seed == 0 and not path.exists():
            scores, effects = rows(model_of(run), run, PICTURES)
            write(OUT / f"{run.model}_effects.csv", effects)
            write(path, scores)
            print(path.name, flush=True)


def model_of(run: Run) -> keras.Model:
    """Return the model of a finished run."""
    weights = KEPT / f"{run.name}.weights.h5"
    if not weights.exists():
        outcome(run)
    model = build(run)
    model.load_weights(weights)
    return model


def rows(model: keras.Model, run: Run, n: int) -> tuple[Rows, Rows]:
    """Return a row for each picture and map, and one for each picture's effects.

    Only pictures of which a telling part can be seen have any.
    """
    drawn = cars.draw(n, SEED, run.size, difficulty=run.difficulty)
    seen = np.flatnonzero(drawn.part_masks.any(axis=(1, 2)))
    images, labels = drawn.images[seen], drawn.labels[seen]
    said = model.predict(images, verbose=0).argmax(axis=-1)
    areas, effects = causes(model, run, n)
    known = [
        {"picture": int(picture), "label": int(label), "said": int(guess)}
        for picture, label, guess in zip(seen, labels, said, strict=True)
    ]
    parts = [cars.CHANGES.index(part) for part in cars.PARTS]
    maps = contenders(model, images, labels) | enlarged(model, run, images, labels)
    maps["car"] = drawn.car_masks[seen].astype(np.float32)
    scores: Rows = []
    for name, of_name in maps.items():
        shares = faithfulness.shares_of(of_name, areas[seen])
        columns = {
            "pointing": faithfulness.pointing_game(of_name, drawn.part_masks[seen], run.size / 24),
            "energy": faithfulness.energy_ratio(of_name, drawn.part_masks[seen]),
            "iou": faithfulness.iou_at_half(of_name, drawn.part_masks[seen]),
            "on_car": faithfulness.energy_ratio(of_name, drawn.car_masks[seen]),
            "deletion": faithfulness.area_under(
                faithfulness.deletion(model, images, of_name, labels, steps=STEPS)
            ),
            "insertion": faithfulness.area_under(
                faithfulness.insertion(model, images, of_name, labels, steps=STEPS)
            ),
            "agreement": faithfulness.agreement(shares, effects[seen][:, parts]),
        } | {f"on {part}": shares[:, i] for i, part in enumerate(cars.PARTS)}
        scores += in_rows([row | {"map": name} for row in known], columns)
    moved = {what: effects[seen, i] for i, what in enumerate(cars.CHANGES)}
    return scores, in_rows(known, moved)


def to_look_at(model: keras.Model, run: Run, n: int) -> dict[str, np.ndarray]:
    """Return a few pictures under each map of the model, and every map's energy on the parts."""
    drawn = cars.draw(n, SEED, run.size, difficulty=run.difficulty)
    seen = np.flatnonzero(drawn.part_masks.any(axis=(1, 2)))
    images, labels = drawn.images[seen], drawn.labels[seen]
    maps = class_maps(model, images, labels) | enlarged(model, run, images, labels)
    energies = [
        faithfulness.energy_ratio(of_name, drawn.part_masks[seen]) for of_name in maps.values()
    ]
    found = {
        "pictures": images[:SHOWN],
        "names": np.array(list(maps)),
        "energy": np.array(energies),
    }
    return found | {name: of_name[:SHOWN] for name, of_name in maps.items()}


def in_rows(known: Sequence[dict[str, Any]], columns: dict[str, np.ndarray]) -> Rows:
    """Put columns beside what is known of each picture."""
    return [
        row | {name: f"{float(values[i]):.4g}" for name, values in columns.items()}
        for i, row in enumerate(known)
    ]


def contenders(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> Maps:
    """Return the maps that are compared."""
    return class_maps(model, images, labels) | faithfulness.baselines(model, images, labels)


def class_maps(model: keras.Model, images: np.ndarray, labels: np.ndarray) -> Maps:
    """Return the maps of a model; the fine layer is the last that sees twice as finely."""
    layers = gradcam.feature_layers(model)
    least = max(12, 2 * layers[gradcam.feature_layer(model)][0])
    fine = [name for name, (height, _, _) in layers.items() if height >= least][-1]
    return {
        "Grad-CAM": gradcam.grad_cam(model, images, labels),
        "HiResCAM": gradcam.hires_cam(model, images, labels),
        "Grad-CAM, fine": gradcam.grad_cam(model, images, labels, layer=fine),
        "HiResCAM, fine": gradcam.hires_cam(model, images, labels, layer=fine),
    }


def enlarged(model: keras.Model, run: Run, images: np.ndarray, labels: np.ndarray) -> Maps:
    """Return Grad-CAM of the same weights on the same pictures at twice the size.

    That needs a head that takes any size.
    """
    if run.model == "scratch":
        return {}
    twice = 2 * run.size
    larger_model = build(replace(run, size=twice))
    larger_model.set_weights(model.get_weights())
    larger = keras.ops.image.resize(images.astype("float32"), (twice, twice))
    return {"Grad-CAM, enlarged": gradcam.grad_cam(larger_model, np.asarray(larger), labels)}


def causes(model: keras.Model, run: Run, n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each part is, (n, p, h, w), and how far each change moves the logit, (n, c).

    A part, or the mark, is taken from each of the other makes in turn.
    """
    areas, moved = [], []
    for what in cars.CHANGES:
        of_what, effects = [], []
        for step in range(1, 2 if what in ("colour", "pose") else len(cars.CLASS_NAMES)):
            donors = (np.arange(n) + step) % len(cars.CLASS_NAMES)
            changed = cars.change(what, n, SEED, run.size, run.difficulty, donors=donors)
            before, after = changed.before, changed.after
            of_what.append(changed.areas)
            effects.append(faithfulness.effects(model, before.images, after.images, before.labels))
        if what in cars.PARTS:
            areas.append(np.any(of_what, axis=0))
        moved.append(np.abs(effects).mean(axis=0))
    return np.stack(areas, axis=1), np.stack(moved, axis=1)


def write(path: Path, found: Rows) -> None:
    """Write the rows, under a line that says how they came about."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said = " ".join(f"{name} {version}" for name, version in versions().items())
    with write_atomically(path) as temporary, temporary.open("w", newline="") as file:
        file.write(f"# {PICTURES} cars of seed {SEED}; python scripts/{Path(__file__).name}\n")
        file.write(f"# {said}\n")
        writer = csv.DictWriter(file, found[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)


if __name__ == "__main__":
    main()
