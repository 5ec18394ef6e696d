"""How wide a line is and what paper shows: what this book alone asks of its pages."""

from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

STATIC = Path(__file__).parent / "static"


def add_static(app: Sphinx, config: Config) -> None:
    """Have our folder copied beside the theme's."""
    config["html_static_path"] = [*config.html_static_path, str(STATIC)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Bring one style sheet to every page."""
    app.connect("config-inited", add_static)
    app.add_css_file("page-form/page-form.css")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
