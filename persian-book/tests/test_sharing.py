"""What both editions load stands in the site once."""

from pathlib import Path

from fontTools.ttLib import TTFont

from persian_book.site.editions import put_below


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf-8")
    return folder


def test_the_second_edition_uses_the_files_of_the_first(tmp_path: Path) -> None:
    page = (
        '<link href="{up}_static/same.css?v=1"><script src="{up}_static/words.js"></script>'
        '<img src="{up}_images/own.png"><a href="{up}other.html">_static/same.css</a>'
    )
    site = write(
        tmp_path / "html",
        {
            "_static/same.css": "a{}",
            "_static/words.js": "fa",
            "en/old.html": "",
            "en/_static/x": "",
        },
    )
    edition = write(
        tmp_path / "html-en",
        {
            "_static/same.css": "a{}",
            "_static/words.js": "en",
            "_images/own.png": "picture",
            "page.html": page.format(up=""),
            "part/page.html": page.format(up="../"),
        },
    )
    for _ in range(2):  # a build after a build
        put_below(edition, site, "en")
        for path in (Path("page.html"), Path("part/page.html")):
            up = "../" * len(path.parts)
            assert (site / "en" / path).read_text("utf-8") == (
                f'<link href="{up}_static/same.css?v=1">'
                f'<script src="{up}_static/words.en.js"></script>'
                f'<img src="{up}_images/own.png">'
                f'<a href="{"../" * (len(path.parts) - 1)}other.html">_static/same.css</a>'
            )
        files = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
        assert files == {
            "_static/same.css",
            "_static/words.js",
            "_static/words.en.js",
            "_images/own.png",
            "en/page.html",
            "en/part/page.html",
        }
        assert (site / "_static/words.js").read_text("utf-8") == "fa"
        assert (site / "_static/words.en.js").read_text("utf-8") == "en"


def test_the_fonts_have_the_glyphs_of_both_editions(tmp_path: Path) -> None:
    face = "@font-face{font-family:MJXTEX;src:url(fonts/MathJax_Main-Regular.woff2)}"
    sheets = {"html": f'{face}a{{content:"a"}}', "html-en": f'{face}a{{content:"b"}}'}
    for folder, sheet in sheets.items():
        write(tmp_path / folder, {"_static/mathematics/page.css": sheet})
    site = tmp_path / "html"
    put_below(tmp_path / "html-en", site, "en")
    font = TTFont(site / "_static/mathematics/fonts/MathJax_Main-Regular.woff2")
    assert {ord("a"), ord("b")} <= set(font.getBestCmap())
