"""The package as a wheel beside the notebooks, for those who have nothing installed."""

from pathlib import Path

from hatchling.builders.wheel import WheelBuilder
from sphinx.application import Sphinx

from cnnbook import __version__

ROOT = Path(__file__).parents[3]
NAME = f"cnnbook-{__version__}-py3-none-any.whl"


def address(site: str, folder: str) -> str:
    """Return what pip is to install: from the site, or from the folder of the notebook.

    >>> address("", "_notebooks").startswith("cnnbook[models] @ https://")
    False
    >>> address("https://a.org/", "_notebooks").startswith("cnnbook[models] @ https://a.org/_note")
    True
    """
    if not site:
        return f"./{NAME}[models]"
    return f"cnnbook[models] @ {site.rstrip('/')}/{folder}/{NAME}"


def write(app: Sphinx, error: Exception | None) -> None:
    """Build the wheel into the folder of the notebooks, if this build has written any."""
    folder = Path(app.outdir) / "_notebooks"
    if error is None and app.builder.name == "html" and folder.is_dir():
        list(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
