"""Every bad file is found and named, whatever is wrong with it."""

import shutil
import subprocess
import sys

import pytest
from PIL import Image

from cnnbook.photos import Problem, check, load


def found(folder):
    return {(problem.path.name, problem.kind) for problem in check(load(folder))}


def test_every_bad_file_is_named_with_its_reason(tree):
    mazda, kia = tree / "mazda_3", tree / "kia_cerato"
    (mazda / "page.jpg").write_text("<html>404</html>")
    (mazda / "empty.jpg").touch()
    (mazda / "cut.jpg").write_bytes((mazda / "1.jpg").read_bytes()[:700])
    Image.new("RGB", (20, 90)).save(mazda / "thumb.png")
    shutil.copy(mazda / "2.jpg", mazda / "copy.jpg")
    shutil.copy(mazda / "3.jpg", kia / "wrong.jpg")
    (kia / "phone.heic").touch()
    assert found(tree) == {
        ("phone.heic", "left out"),
        ("page.jpg", "unreadable"),
        ("empty.jpg", "unreadable"),
        ("cut.jpg", "unreadable"),
        ("thumb.png", "tiny"),
        ("copy.jpg", "duplicate"),
        ("3.jpg", "mislabelled"),
        ("wrong.jpg", "mislabelled"),
    }


def test_a_resaved_copy_is_found_though_its_bytes_differ(tree):
    """A seller's photo is saved again without its EXIF: other bytes, the same pixels."""
    mazda = tree / "mazda_3"
    Image.open(mazda / "1.jpg").convert("RGB").save(mazda / "again.png")
    assert found(tree) == {("again.png", "duplicate")}


@pytest.mark.parametrize("how", ["unreadable", "tiny", "in another class", "all of these"])
def test_a_class_without_a_good_photo_is_named_and_stays_out(tree, how):
    kia = sorted((tree / "kia_cerato").iterdir())
    for i, path in enumerate(kia):
        match how if how != "all of these" else ("unreadable", "tiny", "in another class")[i % 3]:
            case "unreadable":
                path.write_text("no picture")
            case "tiny":
                Image.new("RGB", (8, 8)).save(path)
            case "in another class":
                shutil.copy(path, tree / "mazda_3" / f"copy {i}.jpg")
    photos = load(tree)
    problems = check(photos)
    named = Problem(tree / "kia_cerato", "empty class", "none of its 10 photos is left")
    assert named in problems
    remaining = photos.without(problems)
    assert "kia_cerato" not in remaining.class_names
    assert set(remaining.labels.tolist()) == set(range(len(remaining.class_names))) == set(range(4))


def test_names_that_are_not_utf8_are_named_on_one_line(tree):
    mazda = bytes(tree / "mazda_3")
    for name in (b"caf\xe9.jpg", b"two\nlines.jpg"):
        with open(mazda + b"/" + name, "wb"):
            pass
    lines = [str(problem) for problem in check(load(tree))]
    assert len(lines) == 2
    for line, shown in zip(sorted(lines), (r"caf\xe9.jpg", r"two\nlines.jpg"), strict=True):
        assert line.encode() and len(line.splitlines()) == 1
        assert line.endswith(f"{shown}: unreadable (the file is empty)")


PEAK = """
import resource, sys
from pathlib import Path
from cnnbook.photos import check, load, read_image, unreadable
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
folder = Path(sys.argv[1])
assert [p.kind for p in check(load(folder))] == ["duplicate"]
assert read_image(folder / "a" / "large.jpg", size=(96, 96)).shape == (96, 96, 3)
assert unreadable(sorted(folder.glob("*/*.jpg"))) == {}
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_large_jpeg_costs_no_more_than_its_reduced_size(tmp_path):
    """12000x9000 pixels are 324 MB as RGB, and a quarter of the sides are 20 MB."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("RGB", (64, 64), "red" if name == "a" else "blue").save(tmp_path / name / "1.jpg")
    large = tmp_path / "a" / "large.jpg"
    Image.linear_gradient("L").resize((12000, 9000)).save(large)
    shutil.copy(large, tmp_path / "a" / "with exif.jpg")
    exif = Image.Exif()
    exif[0x010E] = "a description"
    content = large.read_bytes()
    block = b"Exif\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")
    header = b"\xff\xe1" + (len(block) + 2).to_bytes(2, "big") + block
    (tmp_path / "a" / "with exif.jpg").write_bytes(content[:2] + header + content[2:])
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PEAK, tmp_path],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert float(done.stdout) < 200  # megabytes, two files at a time
