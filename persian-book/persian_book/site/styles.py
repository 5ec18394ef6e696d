"""The theme's style sheets, made logical once they are in the complete site."""

from pathlib import Path

from .logical import to_logical

MARK = "/*logical*/"
# Written logical, or of a library whose measures are its own.
LEFT_ALONE = ("persian-book.css", "fontawesome")


def make_logical(site: Path) -> None:
    """Rewrite every style sheet that is not so yet."""
    for path in (site / "_static").rglob("*.css"):
        css = path.read_text("utf-8")
        if not css.startswith(MARK) and not any(name in path.as_posix() for name in LEFT_ALONE):
            path.write_text(MARK + to_logical(css), "utf-8")
