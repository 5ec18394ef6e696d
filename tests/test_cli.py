import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
import time
import warnings
from dataclasses import MISSING, fields
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

from cnnbook import cars
from cnnbook.cli import main
from cnnbook.gradcam import feature_layer
from cnnbook.settings import RunConfig
from cnnbook.training.runs import open_run

QUICK = ["--size", "32", "--epochs", "2", "--batch-size", "8"]
CODE = Path(cars.__file__).parents[2]
SCHEMA = json.loads((CODE / "cnnbook" / "cli" / "answers.schema.json").read_text())


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tree") / "cars"
    assert main(["draw", str(folder), "--images", "50", "--seed", "3", "--size", "48"]) == 0
    return folder


@pytest.fixture(scope="module")
def run(tree, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    assert main(["train", "--data", str(tree), "--out", str(out), *QUICK]) == 0
    return out


def images_of(page):
    return len(re.findall(r'<img src="data:image/jpeg;base64,', page))


@pytest.fixture(scope="module")
def predicted(run, tree, tmp_path_factory):
    answers = tmp_path_factory.mktemp("json") / "answers.json"
    photo = str(next(tree.rglob("1.jpg")))
    assert main(["predict", "--run", str(run), photo, "--json", str(answers)]) == 0
    return answers.read_text()


@pytest.fixture
def told(predicted):
    return json.loads(predicted)


def answers_in(text):
    """Return the answers of a JSON text, which its written schema allows."""
    told = json.loads(text)
    jsonschema.validate(told, SCHEMA)
    for answer in told["answers"]:
        assert answer["probability"] == answer["probabilities"][answer["class"]]
        assert list(answer["probabilities"]) == told["run"]["classes"]
    return told["answers"]


def status(arguments):
    """Return the exit status, also where argparse itself exits."""
    try:
        return main([str(a) for a in arguments])
    except SystemExit as stop:
        return stop.code


def test_draw_makes_the_real_data_s_tree(tree, capsys):
    assert sorted(p.name for p in tree.iterdir()) == list(cars.CLASS_NAMES)
    assert len(list(tree.rglob("*.jpg"))) == 50
    assert main(["draw", str(tree)]) == 1
    assert "is not empty" in capsys.readouterr().err


def test_split_writes_a_manifest_and_a_copy(tree, tmp_path, capsys):
    out, copy = tmp_path / "split.csv", tmp_path / "data"
    assert main(["split", str(tree), "--out", str(out), "--copy-to", str(copy)]) == 0
    assert "40 train, 5 validation, 5 test, 5 classes" in capsys.readouterr().out
    assert len(out.read_text().splitlines()) == 51
    assert len(list(copy.glob("train/*/*.jpg"))) == 40


def test_a_run_folder_holds_everything(run):
    names = {p.name for p in run.iterdir()}
    assert names == {
        "config.json", "problems.json", "manifest.csv", "stage-1", "curves.png", "confusion.png",
        "metrics.json", "model.keras", "report.html", "features.npz", "predictions.json",
    }  # fmt: skip
    assert {p.name for p in (run / "stage-1").iterdir()} == {
        *("log.csv", "best.weights.h5", "snapshot.npz")
    }
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["photos"] == {"train": 40, "validation": 5, "test": 5}
    assert np.sum(metrics["confusion"]) == 5
    assert np.trace(metrics["confusion"]) / 5 == pytest.approx(metrics["test_accuracy"])
    assert metrics["majority_share"] == pytest.approx(0.2)
    assert sum(row["count"] for row in metrics["calibration"]) == 5
    assert len(re.findall("<svg ", (run / "report.html").read_text())) == 3


def test_the_same_command_again_changes_nothing(run, tree, capsys):
    before = (run / "model.keras").stat().st_mtime_ns
    assert main(["train", "--data", f"{tree}/", "--out", f"{run}/", *QUICK]) == 0
    assert (run / "model.keras").stat().st_mtime_ns == before
    assert main(["train", "--data", str(tree), "--out", str(run), *QUICK, "--size", "64"]) == 1
    assert "size was 32, is 64" in capsys.readouterr().err


def test_predict_answers_as_the_model_does(run, tree, tmp_path, capsys):
    paths = [str(p) for p in sorted(tree.rglob("1.jpg"))]
    answers, page = tmp_path / "answers.json", tmp_path / "answers.html"
    assert main(["predict", "--run", str(run), *paths, "--json", str(answers),
                 "--html", str(page)]) == 0  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    given = answers_in(answers.read_text())
    opened = open_run(run)
    pictures = np.stack(
        [np.asarray(Image.open(p).resize((32, 32), Image.Resampling.BILINEAR)) for p in paths]
    )
    expected = opened.model.predict(pictures, verbose=0)
    for line, path, answer, row in zip(lines, paths, given, expected, strict=True):
        assert line.startswith(f"{path}: {cars.CLASS_NAMES[row.argmax()]}")
        assert list(answer["probabilities"].values()) == pytest.approx(row.tolist(), abs=1e-5)
    assert images_of(page.read_text()) == 5


def test_the_json_tells_what_calibration_does(told, run):
    metrics = json.loads((run / "metrics.json").read_text())
    tested = told["run"]["of_test_photos"]
    assert told["run"]["id"] == metrics["run_id"]
    for name in ("log_loss", "calibration_error"):
        assert tested[name] == {"before": metrics["uncalibrated"][name], "after": metrics[name]}


def test_predict_takes_a_folder_and_writes_json_to_stdout(run, tree, capsys):
    assert main(["predict", "--run", str(run), str(tree), "--json", "-"]) == 0
    answers = answers_in(capsys.readouterr().out)  # nothing else is there
    assert [a["path"] for a in answers] == sorted(str(p) for p in tree.rglob("*.jpg"))


def test_a_picture_unlike_the_training_s_is_called_so(run, tree, tmp_path, capsys):
    """The threshold is put between the likenesses of a photo of the training and of noise."""
    from cnnbook.training.unlike import read_familiar, write_familiar

    own = next(line for line in (run / "manifest.csv").read_text().splitlines() if "train," in line)
    photo = str(next(tree.glob(f"*/{re.search(r'[0-9]+[.]jpg', own)[0]}")))
    noise = tmp_path / "noise.png"
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(noise)
    strict = shutil.copytree(run, tmp_path / "strict")
    assert main(["predict", "--run", str(run), photo, str(noise), "--json", "-"]) == 0
    near, far = (answer["likeness"] for answer in answers_in(capsys.readouterr().out))
    assert far < near
    familiar = read_familiar(strict / "features.npz")
    write_familiar(strict / "features.npz", familiar._replace(below=(near + far) / 2))
    assert main(["predict", "--run", str(strict), photo, str(noise)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert ["unlike the training" in line for line in lines] == [False, True]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda told: told.update(schema=2),
        lambda told: told.pop("layer"),
        lambda told: told["run"].update(id="mine"),
        lambda told: told["run"]["of_test_photos"]["log_loss"].pop("before"),
        lambda told: told["answers"][0].update(probability=1.5),
        lambda told: told["answers"][0].update(unlike="no"),
        lambda told: told["answers"][0].update(more=1),
    ],
)
def test_the_schema_refuses(spoil, told):
    spoil(told)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(told, SCHEMA)


def test_predict_names_the_picture_it_cannot_read(run, tree, tmp_path, capsys):
    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    good = str(next(tree.rglob("1.jpg")))
    assert main(["predict", "--run", str(run), good, str(broken)]) == 1
    captured = capsys.readouterr()
    assert good in captured.out
    assert "broken.jpg: unreadable" in captured.err


def test_predict_names_what_a_folder_holds_and_pillow_cannot_read(run, tree, tmp_path, capsys):
    folder = tmp_path / "new" / "deep"
    folder.mkdir(parents=True)
    shutil.copy(next(tree.rglob("1.jpg")), folder / "good.jpg")
    (folder / "a.heic").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    (folder / "b.avif").write_bytes(b"\0\0\0\x18ftypavif\0\0\0\0avif")
    (folder / "c.NEF").write_bytes((folder / "good.jpg").read_bytes())  # Pillow would read it
    (folder / "notes.txt").write_text("no picture")
    assert main(["predict", "--run", str(run), str(tmp_path / "new")]) == 1
    said = capsys.readouterr()
    assert said.out.startswith(f"{folder / 'good.jpg'}: ") and len(said.out.splitlines()) == 1
    heic, avif, raw = said.err.splitlines()
    assert heic.endswith(
        "a.heic: unreadable (a HEIC picture, which Pillow cannot read; save it as JPEG)"
    )
    assert "b.avif: unreadable (" in avif
    assert raw.endswith("c.NEF: unreadable (a camera's raw file; develop it and save it as JPEG)")


def test_predict_refuses_a_model_whose_weights_are_lost(run, tree, tmp_path, capsys):
    import keras

    lost = shutil.copytree(run, tmp_path / "lost")
    model = keras.saving.load_model(lost / "model.keras")
    model.set_weights([w * np.nan for w in model.get_weights()])
    model.save(lost / "model.keras")
    assert main(["predict", "--run", str(lost), str(next(tree.rglob("1.jpg")))]) == 1
    assert "the model answers nan" in capsys.readouterr().err


def test_explain_writes_a_sheet_or_a_folder(run, tree, tmp_path, capsys):
    paths = [str(p) for p in sorted(tree.rglob("2.jpg"))][:3]
    for name, kind in (("why.png", "PNG"), ("why.JPG", "JPEG")):
        out = tmp_path / name
        assert main(["explain", "--run", str(run), *paths, "--out", str(out)]) == 0
        with Image.open(out) as sheet:
            assert sheet.format == kind and sheet.size[0] > 200
    assert main(["explain", "--run", str(run), *paths, "--out", str(tmp_path / "why")]) == 0
    pictures = sorted((tmp_path / "why").glob("*.png"))
    assert len(pictures) == 3
    for picture, path in zip(pictures, paths, strict=True):
        assert Path(path).stem in picture.name
        with Image.open(picture) as explained:
            assert explained.size == (2 * 224, 224)  # the photo, and the map over it
            photo = Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BILINEAR)
            assert np.array_equal(np.asarray(explained)[:, :224], np.asarray(photo))
    page = (tmp_path / "why" / "report.html").read_text()
    assert images_of(page) == 6
    layer = feature_layer(open_run(run).model)
    assert f"layer {layer}" in page and f"(layer {layer})" in capsys.readouterr().out


def test_a_sheet_of_too_many_pictures_is_refused_before_any_is_explained(
    run, tree, tmp_path, capsys
):
    photo = str(next(tree.rglob("1.jpg")))
    out = str(tmp_path / "why.png")
    assert status(["explain", "--run", run, *[photo] * 101, "--out", out]) == 2
    assert "holds 100 pictures, and these are 101; give a folder (why/)" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_odd_names_go_through_every_command(tree, run, tmp_path, capsys):
    """Longest, not UTF-8, formulas, markup and a line break; no file is lost and none renamed."""
    picture = next(tree.rglob("1.jpg")).read_bytes()
    names = ["x" * 251, "ی" * 125, "a$b_$", "<b>&", "two\nlines", "-dash", os.fsdecode(b"caf\xe9")]
    paths = [str(tmp_path / f"{name}.jpg") for name in names]
    for path in paths:
        Path(path).write_bytes(picture)
    answers = tmp_path / "answers.json"
    assert main(["explain", "--run", str(run), *paths, "--out", str(tmp_path / "why.png")]) == 0
    assert main(["explain", "--run", str(run), *paths, "--out", str(tmp_path / "why"),
                 "--json", str(answers)]) == 0  # fmt: skip
    assert len(list((tmp_path / "why").glob("*.png"))) == len(names)
    assert [answer["path"] for answer in answers_in(answers.read_bytes())] == paths
    assert main(["predict", "--run", str(run), *paths, "--html", str(tmp_path / "p.html")]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + len(names)
    assert any("two\\nlines" in line for line in lines)
    assert any("caf\\xe9" in line for line in lines)


def test_a_device_is_written_to_and_stays_a_device(run, tree, tmp_path):
    pipe = tmp_path / "answers"
    os.mkfifo(pipe)
    reader = subprocess.Popen(["cat", str(pipe)], stdout=subprocess.PIPE)
    assert main(["predict", "--run", str(run), str(next(tree.rglob("1.jpg"))),
                 "--json", str(pipe)]) == 0  # fmt: skip
    assert len(answers_in(reader.communicate(timeout=60)[0])) == 1
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_train_goes_on_without_a_broken_file_and_strict_refuses(tree, tmp_path, capsys):
    spoiled = tmp_path / "cars"
    shutil.copytree(tree, spoiled)
    (spoiled / "mazda_3" / "broken.jpg").write_text("<html>")
    command = ["train", "--data", str(spoiled), "--size", "8", "--epochs", "1"]
    assert main([*command, "--out", str(tmp_path / "strict"), "--strict"]) == 1
    assert "broken.jpg: unreadable" in capsys.readouterr().err
    assert not (tmp_path / "strict").exists()
    assert main([*command, "--out", str(tmp_path / "run")]) == 0
    said = capsys.readouterr()
    assert "broken.jpg: unreadable" in said.err
    assert "epoch 1: accuracy" in said.err  # there is no terminal, so no bar
    assert "test accuracy" in said.out
    noted = json.loads((tmp_path / "run" / "problems.json").read_text())
    assert [Path(p["path"]).name for p in noted] == ["broken.jpg"]


@pytest.mark.parametrize(("right", "said"), [(0.2, True), (0.6, False)])
def test_a_result_no_better_than_the_majority_is_said(right, said, monkeypatch, capsys, tmp_path):
    metrics = {"test_accuracy": right, "majority_share": 0.2, "photos": {"test": 5}, "epochs": 1}
    monkeypatch.setattr("cnnbook.training.runs.train_run", lambda *_, **__: metrics)
    monkeypatch.setattr("cnnbook.reports.run_report", lambda *_: "")
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--data", "photos", "--out", "run"]) == 0
    assert ("learnt nothing" in capsys.readouterr().err) is said


@pytest.mark.slow
def test_photos_train_end_to_end_in_two_stages(photos_folder, tmp_path, capsys):
    """The command that a reader with real photos gives, small."""
    out = tmp_path / "run"
    assert main(["train", "--data", str(photos_folder), "--model", "mobilenet_v2", "--weights",
                 "drawn", "--size", "32", "--epochs", "1", "--fine-tune", "1",
                 "--out", str(out)]) == 0  # fmt: skip
    picture = next(iter(sorted(photos_folder.rglob("*.jpg"))))
    assert main(["predict", "--run", str(out), str(picture)]) == 0
    assert main(["explain", "--run", str(out), str(picture), "--out", str(tmp_path / "x")]) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["class_names"] == list(cars.CLASS_NAMES)
    assert metrics["epochs"] == 2
    assert "test accuracy" in capsys.readouterr().out


TRAIN = ["train", "--data", "nowhere", "--out", "run"]
EXPLAIN = ["explain", "--run", "nowhere", "x.jpg"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["predict", "--run", "nowhere", "x.jpg"], 1, "nowhere holds no finished run"),
        (["split", "nowhere", "--out", "x.csv"], 1, "no folder 'nowhere'"),
        (TRAIN, 1, "no folder 'nowhere'"),
        ([*TRAIN, "--epochs", "0"], 2, "at least 1; got '0'"),
        ([*TRAIN, "--batch-size", "0"], 2, "at least 1; got '0'"),
        ([*TRAIN, "--fine-tune", "1"], 2, "fine-tuning needs a model with a backbone"),
        ([*TRAIN, "--size", "4"], 2, "size must be at least 8; got 4"),
        ([*TRAIN, "--learning-rate", "-1"], 2, "learning_rate must be above 0"),
        ([*TRAIN, "--weights", "drawn"], 2, "baseline takes no weights"),
        ([*TRAIN, "--model", "vgg"], 2, "invalid choice"),
        (["draw", "z", "--images", "-3"], 2, "at least 1; got '-3'"),
        (["draw", "z", "--size", "0"], 2, "at least 1; got '0'"),
        (["draw", "z", "--seed", "x"], 2, "at least 0; got 'x'"),
        ([*EXPLAIN, "--out", "why.docx"], 2, "no picture ends so"),
        ([*EXPLAIN, "--out", "-"], 2, "--out must name a picture or a folder"),
        ([*EXPLAIN, "--out", "why.png", "--json", ""], 2, "--json must name a file"),
        (["predict", "--run", "r", "x.jpg", "--html", "-"], 2, "--html must name a file"),
        (["split", "nowhere", "--out", "-"], 2, "--out must name a file"),
        ([], 2, "required: COMMAND"),
    ],
)  # fmt: skip
def test_errors_are_one_line_that_says_the_way_out(
    arguments, code, message, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert status(arguments) == code
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith(f"cnnbook {arguments[0]}: " if arguments else "cnnbook: ")
    assert message in error
    assert list(tmp_path.iterdir()) == []


def test_a_large_photo_is_taken_without_a_warning(tree, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 48 * 48 - 1)  # Pillow refuses twice as many
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        assert main(["split", str(tree), "--out", str(tmp_path / "split.csv")]) == 0
    assert [str(warning.message) for warning in warned] == []
    assert capsys.readouterr().err == ""


def test_a_typo_does_not_burn_the_run_folder(tree, tmp_path, capsys):
    train = ["train", "--data", str(tree), "--out", str(tmp_path / "run"), "--size", "8"]
    assert status([*train, "--model", "mobilenet_v2", "--size", "32", "--weights", "typo.h5"]) == 1
    assert "no weights file typo.h5" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_ctrl_c_says_how_to_go_on_and_the_run_does(tree, tmp_path):
    train = ["train", "--data", str(tree), "--out", str(tmp_path / "run"), "--size", "8",
             "--batch-size", "4", "--patience", "300"]  # fmt: skip
    command = [sys.executable, "-m", "cnnbook", *train, "--epochs", "300"]
    process = subprocess.Popen(
        command,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(CODE)},
        # A test run in the background of a shell ignores the signal, and so would this process.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    log = tmp_path / "run" / "stage-1" / "log.csv"
    while process.poll() is None and not log.exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 130
    assert said[-1] == (
        "cnnbook train: interrupted; the same command goes on after the last finished epoch"
    )
    assert all(line.startswith("epoch ") for line in said[:-1])  # TensorFlow is silent
    done = len(log.read_text().splitlines()) - 1
    settings = json.loads((tmp_path / "run" / "config.json").read_text())
    settings["config"]["epochs"] = done
    (tmp_path / "run" / "config.json").write_text(json.dumps(settings))
    assert main([*train, "--epochs", str(done + 1)]) == 0
    assert len(log.read_text().splitlines()) - 1 == done + 1


def test_an_interrupted_command_ends_while_photos_are_still_read(tmp_path):
    """Waiting for the reader, or taking the interpreter from it, hung or crashed the process."""
    interrupted_while_reading = """
import threading, time
import keras
import numpy as np
from cnnbook import cli, training
from cnnbook.models.building import compiled

def read(positions):
    if threading.current_thread() is not threading.main_thread():
        for _ in range(200):
            time.sleep(0.002)
    return np.zeros((len(positions), 1, 1, 3), "float32")

class Interrupt(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        raise KeyboardInterrupt

def run(given):
    layers = [keras.Input((1, 1, 3)), keras.layers.Flatten(), keras.layers.Dense(2, "softmax")]
    batches = training.Batches(read, np.arange(400) % 2, batch_size=4, seed=0)
    training.fit(compiled(keras.Sequential(layers)), batches, batches, rules=[Interrupt()])

cli.train.run = run
cli.program()
"""
    done = subprocess.run(
        [sys.executable, "-c", interrupted_while_reading, *TRAIN],
        env=os.environ | {"PYTHONPATH": str(CODE)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr.splitlines()[-1]) == (
        130,
        "cnnbook train: interrupted; the same command goes on after the last finished epoch",
    )


def test_the_defaults_of_train_stand_in_one_place(monkeypatch):
    asked = []
    monkeypatch.setattr(
        "cnnbook.training.runs.train_run", lambda config, *_, **__: asked.append(config) or 1 / 0
    )
    assert main(["train", "--data", "photos", "--out", "run"]) == 1
    assert asked == [RunConfig("photos")]


def test_help_teaches_and_is_quick(capsys):
    """The help imports no TensorFlow and its example names real commands and options."""
    program = (
        "import sys; from cnnbook.cli import main\n"
        "for command in ([], ['train']):\n"
        "    try: main([*command, '--help'])\n"
        "    except SystemExit: pass\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, env={"PYTHONPATH": str(CODE)}, check=True,
    )  # fmt: skip
    for command in ("draw", "split", "train", "predict", "explain", "report", "export"):
        assert f"cnnbook {command} " in done.stdout
        assert status([command, "--help"]) == 0
        assert "2 wrong arguments; 130 interrupted" in capsys.readouterr().out
    for field in fields(RunConfig):
        if field.default not in (MISSING, None):
            assert f"(default {field.default})" in " ".join(done.stdout.split())


@pytest.mark.parametrize("command", [["draw", "z"], ["split", "z", "--out", "s.csv"]])
def test_a_missing_package_names_the_extra_to_install(command, tmp_path):
    program = (
        "import sys; sys.modules['PIL'] = None\n"
        f"from cnnbook.cli import main; sys.exit(main({command!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, env={"PYTHONPATH": str(CODE)}, cwd=tmp_path,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"cnnbook {command[0]}: cnnbook {command[0]} needs PIL: pip install 'cnnbook[models]'"
    ]
