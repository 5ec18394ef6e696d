import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnbook import cars
from cnnbook.cli import main

QUICK = ["--size", "32", "--epochs", "2", "--batch-size", "8"]


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


def images_of(page: str) -> int:
    return len(re.findall(r'<img src="data:image/png;base64,', page))


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
        "metrics.json", "model.keras", "report.html",
    }  # fmt: skip
    assert {p.name for p in (run / "stage-1").iterdir()} == {"log.csv", "best.weights.h5"}
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["photos"] == {"train": 40, "validation": 5, "test": 5}
    assert np.sum(metrics["confusion"]) == 5
    assert np.trace(metrics["confusion"]) / 5 == pytest.approx(metrics["test_accuracy"])
    assert sum(row["count"] for row in metrics["calibration"]) == 5
    assert images_of((run / "report.html").read_text()) == 2


def test_the_same_command_again_changes_nothing(run, tree, capsys):
    before = (run / "model.keras").stat().st_mtime_ns
    assert main(["train", "--data", str(tree), "--out", str(run), *QUICK]) == 0
    assert (run / "model.keras").stat().st_mtime_ns == before
    assert main(["train", "--data", str(tree), "--out", str(run), "--size", "64"]) == 1
    assert "size was 32" in capsys.readouterr().err


def test_predict_answers_as_the_model_does(run, tree, tmp_path, capsys):
    from cnnbook.training.runs import open_run

    paths = [str(p) for p in sorted(tree.rglob("1.jpg"))]
    answers, page = tmp_path / "answers.json", tmp_path / "answers.html"
    assert main(["predict", "--run", str(run), *paths, "--json", str(answers),
                 "--html", str(page)]) == 0  # fmt: skip
    lines = capsys.readouterr().out.splitlines()
    given = json.loads(answers.read_text())
    opened = open_run(run)
    pictures = np.stack(
        [np.asarray(Image.open(p).resize((32, 32), Image.Resampling.BILINEAR)) for p in paths]
    )
    expected = opened.model.predict(pictures, verbose=0)
    for line, path, answer, row in zip(lines, paths, given, expected, strict=True):
        assert line.startswith(f"{path}: {cars.CLASS_NAMES[row.argmax()]}")
        assert list(answer["probabilities"].values()) == pytest.approx(row.tolist(), abs=1e-5)
    assert images_of(page.read_text()) == 5


def test_predict_names_the_picture_it_cannot_read(run, tree, tmp_path, capsys):
    broken = tmp_path / "broken.jpg"
    broken.write_text("no picture")
    good = str(next(tree.rglob("1.jpg")))
    assert main(["predict", "--run", str(run), good, str(broken)]) == 1
    captured = capsys.readouterr()
    assert good in captured.out
    assert "broken.jpg: unreadable" in captured.err


def test_explain_writes_a_sheet_or_a_folder(run, tree, tmp_path):
    paths = [str(p) for p in sorted(tree.rglob("2.jpg"))][:3]
    assert main(["explain", "--run", str(run), *paths, "--out", str(tmp_path / "why.png")]) == 0
    assert Image.open(tmp_path / "why.png").convert("RGB").size[0] > 200
    assert main(["explain", "--run", str(run), *paths, "--out", str(tmp_path / "why")]) == 0
    pictures = sorted((tmp_path / "why").glob("*.png"))
    assert len(pictures) == 3
    for picture, path in zip(pictures, paths, strict=True):
        assert Path(path).stem in picture.name
        with Image.open(picture) as explained:
            assert explained.size == (32, 32)
    assert images_of((tmp_path / "why" / "report.html").read_text()) == 3


def test_train_goes_on_without_a_broken_file_and_strict_refuses(tree, tmp_path, capsys):
    spoiled = tmp_path / "cars"
    shutil.copytree(tree, spoiled)
    (spoiled / "mazda_3" / "broken.jpg").write_text("<html>")
    command = ["train", "--data", str(spoiled), "--size", "32", "--epochs", "1"]
    assert main([*command, "--out", str(tmp_path / "strict"), "--strict"]) == 1
    assert "broken.jpg: unreadable" in capsys.readouterr().err
    assert main([*command, "--out", str(tmp_path / "run")]) == 0
    assert "broken.jpg: unreadable" in capsys.readouterr().err
    noted = json.loads((tmp_path / "run" / "problems.json").read_text())
    assert [Path(p["path"]).name for p in noted] == ["broken.jpg"]


def test_photos_train_end_to_end_in_two_stages(photos_folder, tmp_path, capsys):
    """The command that a reader with real photos gives, small."""
    out = tmp_path / "run"
    assert main(["train", "--data", str(photos_folder), "--model", "mobilenet_v2", "--weights",
                 "drawn", "--size", "64", "--epochs", "2", "--fine-tune", "1",
                 "--out", str(out)]) == 0  # fmt: skip
    picture = next(iter(sorted(photos_folder.rglob("*.jpg"))))
    assert main(["predict", "--run", str(out), str(picture)]) == 0
    assert main(["explain", "--run", str(out), str(picture), "--out", str(tmp_path / "x")]) == 0
    metrics = json.loads((out / "metrics.json").read_text())
    assert metrics["class_names"] == list(cars.CLASS_NAMES)
    assert metrics["epochs"] == 3
    assert "test accuracy" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["predict", "--run", "nowhere", "x.jpg"], "none of the pictures can be read"),
        (["split", "nowhere", "--out", "x.csv"], "no folder 'nowhere'"),
        (["train", "--data", "nowhere", "--out", "run"], "no folder 'nowhere'"),
    ],
)
def test_errors_are_one_line_that_says_the_way_out(
    arguments, message, capsys, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 1
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith(f"cnnbook {arguments[0]}: ")
    assert message in error
    assert list(tmp_path.iterdir()) == []


def test_help_teaches_and_is_quick():
    """The help imports no TensorFlow and its example names real commands and options."""
    program = (
        "import sys; from cnnbook.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    code = Path(cars.__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, env={"PYTHONPATH": str(code)}, check=True,
    )  # fmt: skip
    for command in ("draw", "split", "train", "predict", "explain"):
        assert f"cnnbook {command} " in done.stdout
        with pytest.raises(SystemExit) as stop:
            main([command, "--help"])
        assert stop.value.code == 0
