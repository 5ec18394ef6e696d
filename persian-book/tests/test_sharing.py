"""What both editions load stands in the site once."""

from pathlib import Path

from fontTools.ttLib import TTFont

from persian_book.mathematics.sheets import write_fonts_of
from persian_book.site.editions import put_together
from persian_book.site.sharing import share


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def files_of(folder: Path) -> dict[str, bytes]:
    paths = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def test_the_second_edition_uses_the_files_of_the_first(tmp_path: Path) -> None:
    page = (
        '<link href="{up}_static/same.css?v=1"><script src="{up}_static/words.js"></script>'
        '<img src="{up}_images/own.png"><a href="{up}other.html">_static/same.css</a>'
    )
    site = write(tmp_path, {"_static/same.css": "a{}", "_static/words.js": "fa"})
    edition = write(
        site / "en",
        {
            "_static/same.css": "a{}",
            "_static/words.js": "en",
            "_images/own.png": "picture",
            "page.html": page.format(up=""),
            "part/page.html": page.format(up="../"),
        },
    )
    share(site, edition, "en")
    for path in (Path("page.html"), Path("part/page.html")):
        up = "../" * len(path.parts)
        assert (site / "en" / path).read_text("utf-8") == (
            f'<link href="{up}_static/same.css?v=1">'
            f'<script src="{up}_static/words.en.js"></script>'
            f'<img src="{up}_images/own.png">'
            f'<a href="{"../" * (len(path.parts) - 1)}other.html">_static/same.css</a>'
        )
    assert files_of(site).keys() == {
        "_static/same.css",
        "_static/words.js",
        "_static/words.en.js",
        "_images/own.png",
        "en/page.html",
        "en/part/page.html",
    }
    assert (site / "_static/words.js").read_text("utf-8") == "fa"
    assert (site / "_static/words.en.js").read_text("utf-8") == "en"


def test_a_site_takes_the_place_of_the_last_and_leaves_the_editions_as_they_are(
    tmp_path: Path,
) -> None:
    page = '<html><head><link rel="stylesheet" href="_static/own.css" /></head><p class="a">{}</p>'
    sheet = {"_static/own.css": ".a{margin-left:1px}"}
    first = write(tmp_path / "html-fa", {"page.html": page.format("fa"), **sheet})
    second = write(tmp_path / "html-en", {"page.html": page.format("en"), **sheet})
    editions = files_of(first), files_of(second)
    site = write(tmp_path / "html", {"old.html": "", "en/old.html": ""})
    put_together(first, second, site)
    made = files_of(site)
    (name,) = (name for name in made if name.endswith(".css"))
    assert not any("old" in name for name in made)
    assert made[name] == b".a{margin-inline-start:1px}"
    assert name in made["page.html"].decode() and f"../{name}" in made["en/page.html"].decode()
    put_together(first, second, site)
    assert files_of(site) == made
    assert (files_of(first), files_of(second)) == editions


def test_the_fonts_have_the_glyphs_of_both_editions(tmp_path: Path) -> None:
    face = "@font-face{font-family:MJXTEX;src:url(fonts/MathJax_Main-Regular.woff2)}"
    for folder, sign in {".": "a", "en": "b"}.items():
        sheet = f'{face}a{{content:"{sign}"}}'
        write(tmp_path / folder, {"_static/mathematics/page.css": sheet})
    share(tmp_path, tmp_path / "en", "en")
    write_fonts_of(tmp_path)
    font = TTFont(tmp_path / "_static/mathematics/fonts/MathJax_Main-Regular.woff2")
    assert {ord("a"), ord("b")} <= set(font.getBestCmap())
