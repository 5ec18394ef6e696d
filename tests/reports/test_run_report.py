"""The report of a run, read back as a page, against what can be counted by hand."""

import html
import json
import os
import re
import shutil
from typing import get_args

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image

from cnnbook import cars
from cnnbook.cli import main
from cnnbook.intervals import share
from cnnbook.photos import ProblemKind, load, share_out
from cnnbook.reports import LANGUAGES, mistakes_of, run_report, scores_of
from cnnbook.reports.page import path
from cnnbook.reports.reasons import _PERSIAN, reason
from cnnbook.reports.words import WORDS
from cnnbook.settings import RunConfig
from cnnbook.training.runs import train_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Two classes with names of either direction, one with markup, and a broken file."""
    folder = tmp_path_factory.mktemp("report")
    drawn = folder / "drawn"
    cars.write_folder(drawn, n=50, seed=3, size=32)
    data = folder / "عکس‌ها"
    for source, name in (("mazda_3", "<مزدا & 3>"), ("saipa_saina", "saina")):
        shutil.copytree(drawn / source, data / name)
    (data / "saina" / "خراب (1).jpg").write_text("no picture")
    train_run(RunConfig(str(data), size=8, epochs=2, batch_size=8), folder / "run")
    return folder / "run"


@pytest.fixture(scope="module")
def pages(run):
    return {language: run_report(run, language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_file_that_asks_for_nothing(language, pages):
    soup = BeautifulSoup(pages[language], "html.parser")
    assert soup.html["lang"] == language
    assert soup.html["dir"] == {"fa": "rtl", "en": "ltr"}[language]
    assert soup.find_all(["link", "script", "iframe"]) == []
    assert all(tag["src"].startswith("data:image/") for tag in soup.find_all(src=True))
    assert "http" not in re.sub(r"data:[^\"]*", "", pages[language])
    headings = [heading.text for heading in soup.find_all("h2")]
    i = LANGUAGES.index(language)
    for key in ("in short", "classes", "confusion", "calibration", "unlike", "curves", "mistakes",
                "left out", "settings"):  # fmt: skip
        assert WORDS[key][i] in headings
    assert len(soup.find_all("svg")) == 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_of_users_keep_their_direction(language, run, pages):
    soup = BeautifulSoup(pages[language], "html.parser")
    named = [tag.text for tag in soup.find_all("bdi")]
    assert "<مزدا & 3>" in named and "saina/خراب (1).jpg" in named
    for tag in soup.find_all(["td", "th", "figcaption", "p"]):
        outside = "".join(text for text in tag.find_all(string=True) if not text.find_parent("bdi"))
        assert "مزدا" not in outside and ".jpg" not in outside


def test_the_numbers_are_those_of_the_run(run, pages):
    told = json.loads((run / "metrics.json").read_text())
    soup = BeautifulSoup(pages["en"], "html.parser")
    tables = [
        [[cell.text for cell in row.find_all(["td", "th"])] for row in table.find_all("tr")]
        for table in soup.find_all("table")
    ]
    classes, confusion, calibration = tables[:3]
    assert [[int(cell) for cell in row[1:]] for row in confusion[1:]] == told["confusion"]
    assert [row[0] for row in classes[1:]] == told["class_names"]
    assert [int(row[3]) for row in classes[1:]] == np.sum(told["confusion"], axis=1).tolist()
    assert calibration[1][1:] == [
        f"{told['uncalibrated']['log_loss']:.3f}", f"{told['log_loss']:.3f}"
    ]  # fmt: skip
    text = html.unescape(pages["en"])
    for said in (told["run_id"], told["data_digest"], f"{told['balanced_accuracy']:.1%}"[:-1]):
        assert said in text
    assert "learnt nothing" in text or told["test_accuracy"] > told["majority_share"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_mistake_has_its_photo_map_and_overlay(language, run, pages):
    """The photos are there once; when they are gone the page says so."""
    names = json.loads((run / "metrics.json").read_text())["class_names"]
    wrong = mistakes_of(json.loads((run / "predictions.json").read_text()), names)
    soup = BeautifulSoup(pages[language], "html.parser")
    figures = soup.select(".gallery figure")
    assert [figure.bdi.text for figure in figures] == [mistake.path for mistake in wrong]
    assert all(len(figure.find_all("img")) == 3 for figure in figures)
    if wrong:
        data = run.parent / "عکس‌ها"
        moved = data.rename(run.parent / "moved")
        without = BeautifulSoup(run_report(run, language), "html.parser")
        moved.rename(data)
        assert without.find_all("img") == []
        assert str(data) in [tag.text for tag in without.find_all("bdi")]


def test_mistakes_come_surest_first_and_right_ones_never():
    told = [
        {"path": "1", "class": "a", "probabilities": [0.4, 0.6]},
        {"path": "2", "class": "a", "probabilities": [0.9, 0.1]},
        {"path": "3", "class": "b", "probabilities": [0.8, 0.2]},
    ]
    found = mistakes_of(told, ["a", "b"])
    assert [(m.path, m.true, m.said, m.probability) for m in found] == [
        ("3", "b", "a", 0.8), ("1", "a", "b", 0.6)
    ]  # fmt: skip


def test_scores_by_hand_and_by_counting_photos():
    confusion = np.array([[6, 2, 0], [1, 3, 0], [0, 4, 0]])
    true = np.repeat(np.arange(3), confusion.sum(axis=1))
    said = np.concatenate([np.repeat(np.arange(3), row) for row in confusion])
    for c, (precision, recall, f1) in enumerate(scores_of(confusion)):
        if (said == c).any():
            assert precision == share(true[said == c] == c)
        else:
            assert precision is None
        assert recall == share(said[true == c] == c)
        hits = ((said == c) & (true == c)).sum()
        assert f1.value == pytest.approx(2 * hits / ((said == c).sum() + (true == c).sum()))
        assert f1.low <= f1.value <= f1.high


def test_the_interval_of_f1_holds_the_truth_in_95_of_100_samples():
    rng = np.random.default_rng(0)
    cells = np.array([[0.35, 0.15], [0.1, 0.4]])
    truth = 2 * 0.35 / (0.5 + 0.45)
    held = []
    for _ in range(1500):
        confusion = rng.multinomial(80, cells.ravel()).reshape(2, 2)
        held.append(truth in scores_of(confusion)[0].f1)
    assert 0.93 <= np.mean(held) <= 0.97


def test_every_word_is_there_in_both_languages_with_the_same_places():
    for persian, english in WORDS.values():
        assert set(re.findall(r"{\w+}", persian)) == set(re.findall(r"{\w+}", english))


def spoiled(folder):
    """Spoil a folder of photos in every way that a file can be without asking its decoder."""
    mazda, kia = folder / "mazda_3", folder / "kia_cerato"
    for name in ("a.heic", "raw.NEF", "notes.txt", "noending", ".hidden.jpg", "empty.jpg"):
        (mazda / name).touch()
    (mazda / "page.jpg").write_text("<html>404</html>")
    (mazda / "deep").mkdir()
    (mazda / "lost.jpg").symlink_to("nowhere.jpg")
    (mazda / "loop.jpg").symlink_to("loop.jpg")
    os.mkfifo(mazda / "pipe.jpg")
    Image.new("RGB", (16, 90)).save(mazda / "thumb.png")
    Image.new("F", (90, 90)).save(mazda / "float.tif")
    Image.fromarray(np.full((90, 90), 2**20, np.int32)).save(mazda / "deep.tif")
    shutil.copy(mazda / "1.jpg", mazda / "again.jpg")
    shutil.copy(mazda / "2.jpg", kia / "wrong.jpg")
    with Image.open(mazda / "3.jpg") as photo:
        photo.resize((40, 40)).save(kia / "like.png")
    (folder / "beside.jpg").touch()
    (folder / "nothing").mkdir()
    (folder / "self").symlink_to(folder)
    (folder / "other").symlink_to(kia)
    for photo in (folder / "saipa_saina").iterdir():
        photo.write_text("<html>")


def test_every_reason_has_its_persian_with_paths_apart(tmp_path):
    cars.write_folder(tmp_path, n=25, seed=1, size=64)
    spoiled(tmp_path)
    problems = share_out(load(tmp_path), None, 0).problems
    assert {problem.kind for problem in problems} == set(get_args(ProblemKind)) - {"leak"}
    others = ["beside the folders train, validation and test", "there is no such file",
              "like a/1.jpg, which is in train"]  # fmt: skip
    patterns = {english for english in _PERSIAN if "AVIF" not in english}
    for detail in {problem.detail for problem in problems} | set(others):
        said = BeautifulSoup(reason(detail, "fa"), "html.parser")
        assert re.search("[آ-ی]", said.text), detail
        apart = "".join(text for text in said.find_all(string=True) if not text.find_parent("bdi"))
        assert not re.search("/|photo|which|[0-9]", apart)
        patterns -= {english for english in patterns if re.fullmatch(english, detail)}
        assert BeautifulSoup(reason(detail, "en"), "html.parser").bdi.text == detail
    assert patterns == set()
    assert reason("cannot decode", "fa") == "<bdi>cannot decode</bdi>"


def test_a_path_keeps_the_order_of_its_parts():
    soup = BeautifulSoup(path("/مزدا ۳/خراب (1).jpg"), "html.parser")
    assert soup.bdi["dir"] == "ltr" and soup.text == "/مزدا ۳/خراب (1).jpg"
    assert [part.text for part in soup.bdi.find_all("bdi")] == ["مزدا ۳", "خراب (1).jpg"]


def test_the_command_writes_it(run, tmp_path, capsys):
    out = tmp_path / "report.html"
    assert main(["report", str(run), "--lang", "fa", "--out", str(out)]) == 0
    assert 'dir="rtl"' in out.read_text("utf-8")
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "x.html")]) == 1
    assert not (tmp_path / "x.html").exists()
