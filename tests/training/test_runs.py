"""A run folder: what goes on in it, and what is refused by name."""

import json
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image

from cnnbook import models
from cnnbook.cli import main
from cnnbook.photos import read_manifest
from cnnbook.settings import RunConfig
from cnnbook.training import tempered
from cnnbook.training.results import read_results
from cnnbook.training.runs import build, open_run, train_run


@pytest.fixture
def run(two_epochs, tmp_path):
    return shutil.copytree(two_epochs, tmp_path / "run")


@pytest.fixture
def photos(tree, tmp_path):
    return shutil.copytree(tree, tmp_path / "photos")


@pytest.fixture(scope="module")
def config(tree):
    return RunConfig(str(tree), size=8, epochs=2, batch_size=8)


def contents(folder):
    return {p: p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_the_same_request_changes_nothing(run, config, tree, monkeypatch):
    before = contents(run)
    metrics = json.loads((run / "metrics.json").read_text())
    assert train_run(config, run) == metrics
    monkeypatch.chdir(tree.parent)
    for spelling in (tree.name, f"./{tree.name}/", f"{tree}/../{tree.name}"):
        assert train_run(replace(config, data=spelling), run) == metrics
    assert contents(run) == before


def test_photos_that_have_moved_are_the_same_photos(run, config, photos):
    assert train_run(replace(config, data=str(photos)), run)["epochs"] == 2


def test_more_epochs_end_as_if_they_had_been_asked_for_at_once(run, config, tmp_path):
    more = replace(config, epochs=4)
    metrics = train_run(more, run)
    assert metrics == train_run(more, tmp_path / "whole") and metrics["epochs"] == 4
    one, other = (open_run(folder).model for folder in (run, tmp_path / "whole"))
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    with pytest.raises(ValueError, match=r"another run .epochs was 4, is 2"):
        train_run(config, run)


def test_killed_while_it_trains_on_a_run_does_not_count_as_finished(run, config, monkeypatch):
    def killed(*_, **__):
        raise KeyboardInterrupt

    more = replace(config, epochs=3)
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("cnnbook.training.runs.fit", killed)
        train_run(more, run)
    assert train_run(more, run)["epochs"] == 3


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (dict(size=16), "size was 8, is 16"),
        (dict(seed=1), "seed was 0, is 1"),
        (dict(batch_size=4), "batch_size was 8, is 4"),
        (dict(augment="none"), "augment was gentle, is none"),
        (dict(learning_rate=0.01), "learning_rate was 0.001, is 0.01"),
        (dict(patience=3), "patience was 20, is 3"),
        (dict(model="mobilenet_v2", size=32), "model was baseline, is mobilenet_v2"),
        (dict(epochs=1), "epochs was 2, is 1"),
    ],
)
def test_another_request_is_refused_with_the_difference(run, config, changed, message):
    before = contents(run)
    with pytest.raises(ValueError, match=f"belongs to another run .*{message}"):
        train_run(replace(config, **changed), run)
    assert contents(run) == before


def test_photos_that_changed_are_named(run, config, photos):
    of_copy = replace(config, data=str(photos))
    make = photos / "mazda_3"
    new = make / "new.jpg"
    Image.new("RGB", (40, 40), "red").save(new)
    with pytest.raises(ValueError, match=r"new mazda_3/new.jpg; give a new run folder"):
        train_run(of_copy, run)
    new.unlink()
    first = make / "1.jpg"
    Image.new("RGB", (40, 40), "blue").save(first)
    with pytest.raises(ValueError, match=r"mazda_3/1.jpg is not the file"):
        train_run(of_copy, run)
    first.unlink()
    with pytest.raises(ValueError, match=r"mazda_3/1.jpg, which is not in"):
        train_run(of_copy, run)


def test_a_file_that_was_left_out_may_not_change_either(config, photos, tmp_path):
    broken = photos / "mazda_3" / "broken.jpg"
    broken.write_text("<html>")
    of_copy = replace(config, data=str(photos), epochs=1)
    told = []
    train_run(of_copy, tmp_path / "run", tell=told.append)
    assert "broken.jpg: unreadable" in str(told[0])
    assert any(str(line).startswith("epoch 1: accuracy") for line in told)
    assert train_run(of_copy, tmp_path / "run")["epochs"] == 1
    Image.new("RGB", (40, 40), "red").save(broken)
    with pytest.raises(ValueError, match=r"changed mazda_3/broken.jpg"):
        train_run(of_copy, tmp_path / "run")


def test_a_class_of_broken_photos_is_no_class_also_after_a_kill(
    config, photos, tmp_path, monkeypatch
):
    for photo in (photos / "kia_cerato").iterdir():
        photo.write_text("<html>")
    of_copy, run = replace(config, data=str(photos), epochs=1), tmp_path / "run"

    def killed(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("cnnbook.training.runs.fit", killed)
        train_run(of_copy, run)
    assert (run / "manifest.csv").exists()
    metrics = train_run(of_copy, run)
    names = tuple(sorted({p.name for p in photos.iterdir()} - {"kia_cerato"}))
    opened = open_run(run)
    assert opened.class_names == names == tuple(metrics["class_names"])
    assert opened.model.output_shape == (None, 4)
    assert np.shape(metrics["confusion"]) == (4, 4)


def test_a_dollar_in_a_class_s_name_is_no_formula(config, photos, tmp_path):
    (photos / "mazda_3").rename(photos / "a$b_$")
    (photos / "saina" if (photos / "saina").exists() else photos / "saipa_saina").rename(
        photos / "$\\frac{$"
    )
    train_run(replace(config, data=str(photos), epochs=1), tmp_path / "run")
    assert "a$b_$" in open_run(tmp_path / "run").class_names


@pytest.mark.parametrize("name", ["config.json", "metrics.json", "problems.json"])
@pytest.mark.parametrize("spoiled", ['{"config": {', "[1]", "", "null"])
def test_a_damaged_note_is_named(run, config, name, spoiled):
    (run / name).write_text(spoiled)
    with pytest.raises(ValueError, match=f"{run / name} is .*(damaged|not the config.json)"):
        train_run(config, run)


def test_a_damaged_model_is_named(run):
    path = run / "model.keras"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ValueError, match=f"{path} is damaged, or no model: it is no whole"):
        open_run(run)


def test_files_of_two_runs_are_refused(run):
    notes = json.loads((run / "config.json").read_text())
    notes["class_names"] = notes["class_names"][:3]
    (run / "config.json").write_text(json.dumps(notes))
    with pytest.raises(ValueError, match=r"its model tells 5 classes, its config.json names 3"):
        open_run(run)


def test_foreign_folders_are_refused(config, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "letter.txt").write_text("")
    (tmp_path / "file").write_text("")
    with pytest.raises(ValueError, match="is not empty and holds no run"):
        train_run(config, tmp_path / "other")
    with pytest.raises(ValueError, match="is a file"):
        train_run(config, tmp_path / "file")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (dict(epochs=0), "epochs must be at least 1; got 0"),
        (dict(batch_size=0), "batch_size must be at least 1; got 0"),
        (dict(fine_tune_epochs=-1), "fine_tune_epochs must be at least 0"),
        (dict(fine_tune_epochs=1), "fine-tuning needs a model with a backbone"),
        (dict(seed=-1), "seed must be at least 0"),
        (dict(size=7), "size must be at least 8; got 7"),
        (dict(model="mobilenet_v2", size=31), "size must be at least 32; got 31"),
        (dict(model="vgg"), "model must be one of baseline"),
        (dict(head="dense"), "head must be one of flatten, gap"),
        (dict(augment="wild"), "augment must be one of none, gentle, assignment"),
        (dict(weights="drawn"), "baseline takes no weights"),
        (dict(model="efficientnet_v2_b0", weights="drawn"), "the drawn weights are of mobilenet"),
        (dict(model="mobilenet_v2", weights="scratch", fine_tune_epochs=1), "nothing to fine-tune"),
        (dict(learning_rate=0.0), "learning_rate must be above 0"),
        (dict(learning_rate=float("nan")), "learning_rate must be above 0"),
        (dict(patience=0), "patience must be at least 1"),
        (dict(data=""), "data must name a folder"),
    ],
)
def test_settings_refuse(changed, message):
    with pytest.raises(ValueError, match=message):
        RunConfig(**{"data": "photos"} | changed)


def test_weights_that_cannot_be_had_burn_no_folder(tree, tmp_path, monkeypatch):
    missing = RunConfig(str(tree), "mobilenet_v2", str(tmp_path / "missing.h5"), size=32)
    with pytest.raises(FileNotFoundError, match="no weights file"):
        train_run(missing, tmp_path / "run")

    def offline(*_, **__):
        raise Exception("URL fetch failure on https://example.org: None -- no network")

    monkeypatch.setattr("keras.src.utils.file_utils.get_file", offline)
    with pytest.raises(ConnectionError, match="no imagenet weights: URL fetch failure"):
        train_run(replace(missing, weights="imagenet"), tmp_path / "run")
    with pytest.raises(ConnectionError, match="no imagenet weights"):
        train_run(replace(missing, weights=None, fine_tune_epochs=1), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_weights_default_to_imagenet_else_to_scratch_with_a_line(tree, tmp_path, monkeypatch):
    told = []
    asked = RunConfig(str(tree), "mobilenet_v2", size=32, epochs=1)

    def small(config, classes):
        if config.weights == "imagenet":
            raise ConnectionError("no imagenet weights: offline")
        return build(replace(config, model="baseline", weights=None), classes)

    monkeypatch.setattr("cnnbook.training.runs.build", small)
    train_run(asked, tmp_path / "run", tell=told.append)
    assert "no imagenet weights: offline. Training mobilenet_v2 from scratch" in told[0]
    assert (
        json.loads((tmp_path / "run" / "config.json").read_text())["config"]["weights"] == "scratch"
    )
    assert train_run(asked, tmp_path / "run")["epochs"] == 1


def test_a_weights_file_is_the_same_file_in_any_spelling(tree, tmp_path, monkeypatch):
    def small(config, classes):
        return build(replace(config, model="baseline", weights=None), classes)

    monkeypatch.setattr("cnnbook.training.runs.build", small)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
    for name in ("w.h5", "other.h5"):
        (tmp_path / name).touch()
    config, run = RunConfig(str(tree), "mobilenet_v2", size=32, epochs=1), tmp_path / "run"
    written = None
    for folder, spelling in (
        ("a", "../w.h5"),
        ("b", "../a/../w.h5"),
        ("b", str(tmp_path / "w.h5")),
    ):
        monkeypatch.chdir(tmp_path / folder)
        train_run(replace(config, weights=spelling), run)
        written = written or contents(run)
        assert contents(run) == written
    with pytest.raises(ValueError, match=r"weights was .*w.h5, is ../other.h5"):
        train_run(replace(config, weights="../other.h5"), run)


@pytest.mark.parametrize(
    ("model", "weights", "parameters"),
    [("baseline", None, None), ("mobilenet_v2", "drawn", 410_208),
     ("efficientnet_v2_b0", "scratch", 5_919_312)],
)  # fmt: skip
def test_settings_reach_the_model(model, weights, parameters):
    config = RunConfig("photos", model, weights, size=32, learning_rate=0.005, augment="none")
    built = build(config, 3)
    assert float(built.optimizer.learning_rate) == pytest.approx(0.005)
    assert isinstance(built.get_layer("augmentation"), keras.layers.Identity)
    if parameters is not None:
        backbone = models.backbone_of(built)
        assert backbone.count_params() == parameters
        assert backbone.trainable is (weights == "scratch")


def test_a_run_on_two_stages_goes_on_in_the_second(tree, tmp_path, monkeypatch):
    """A small network stands for the backbone."""

    def small(config, classes):
        x = keras.Input((32, 32, 3))
        y = keras.layers.Conv2D(2, 3, strides=8, kernel_initializer=keras.initializers.Ones())(x)
        backbone = models.Pretrained(x, y, name="backbone")
        backbone.trainable = False
        return models.transfer_model(backbone, classes, seed=config.seed)

    monkeypatch.setattr("cnnbook.training.runs.build", small)
    config = RunConfig(str(tree), "mobilenet_v2", "drawn", size=32, epochs=1)
    run = tmp_path / "run"
    assert train_run(config, run)["epochs"] == 1
    tuned = replace(config, fine_tune_epochs=1)
    assert train_run(tuned, run)["epochs"] == 2
    whole = train_run(tuned, tmp_path / "whole")
    assert whole == json.loads((run / "metrics.json").read_text())
    with pytest.raises(ValueError, match="epochs was 1, and fine-tuning has begun after them"):
        train_run(replace(tuned, epochs=2), run)
    assert os.listdir(run / "stage-2")
    assert_keras_alone_opens(run / "model.keras")


def assert_keras_alone_opens(path):
    with zipfile.ZipFile(path) as archive:
        assert b"cnnbook" not in archive.read("config.json")


ALONE = """
import sys, keras, numpy as np
model = keras.saving.load_model(sys.argv[1], safe_mode=True)
np.save(sys.argv[3], model.predict(np.load(sys.argv[2]), verbose=0))
assert "cnnbook" not in sys.modules
"""


def test_the_model_file_opens_with_keras_alone(two_epochs, config, tmp_path):
    """The oracle is the network that was trained, its best weights, and the run's temperature."""
    assert_keras_alone_opens(two_epochs / "model.keras")
    trained = build(config, 5)
    trained.optimizer.build(trained.trainable_variables)
    trained.load_weights(two_epochs / "stage-1" / "best.weights.h5")
    x = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3)).astype("float32")
    np.save(tmp_path / "x.npy", x)
    files = [two_epochs / "model.keras", tmp_path / "x.npy", tmp_path / "y.npy"]
    subprocess.run([sys.executable, "-c", ALONE, *map(str, files)], check=True, cwd=tmp_path)
    np.testing.assert_allclose(
        np.load(tmp_path / "y.npy"),
        tempered(trained.predict(x, verbose=0), read_results(two_epochs)["temperature"]),
        atol=1e-6,
    )


def test_a_split_made_elsewhere_is_trained_on_as_it_is(tree, tmp_path):
    """A manifest and the tree that `split --copy-to` makes give one and the same run."""
    table, copy = tmp_path / "split.csv", tmp_path / "data"
    assert (
        main(["split", str(tree), "--out", str(table), "--copy-to", str(copy), "--seed", "4"]) == 0
    )
    by_manifest = RunConfig(str(tree), size=8, epochs=1, manifest=str(table))
    by_folders = RunConfig(str(copy), size=8, epochs=1)
    metrics = train_run(by_manifest, tmp_path / "one")
    photos, parts = read_manifest(table, tree)
    again, used = read_manifest(tmp_path / "one" / "manifest.csv", tree)
    assert again.records == photos.records and used.names() == parts.names()
    assert train_run(by_folders, tmp_path / "other")["photos"] == metrics["photos"]
    assert train_run(by_folders, tmp_path / "other")["photos"] == metrics["photos"]  # taken up
    assert train_run(by_manifest, tmp_path / "one") == metrics
    lines = table.read_text().splitlines()
    moved = next(i for i, line in enumerate(lines) if line.startswith("test,"))
    lines[moved] = lines[moved].replace("test,", "train,", 1)
    table.write_text("\n".join(lines))
    with pytest.raises(ValueError, match=r"in another part .*\.jpg; give a new run folder"):
        train_run(by_manifest, tmp_path / "one")
    with pytest.raises(ValueError, match="give one of the two"):
        replace(by_manifest, group_by="x")
