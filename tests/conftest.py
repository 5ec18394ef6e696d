"""Set the plotting back end and TensorFlow's log level before anything is imported."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from browser.chromium import browser
from browser.widget_book import small_site

__all__ = ["browser", "small_site"]

# A busy machine is no fault of what is tested.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

os.environ.setdefault("MPLBACKEND", "agg")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Else there are no convolutions with channels first on processors that TensorFlow does not know.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def photos_folder(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of real car photos if there is one, else of drawn ones."""
    given = os.environ.get("CNNBOOK_TEST_PHOTOS")
    if given:
        return Path(given)
    beside = root.parent / "shared" / "cars"
    if beside.is_dir():
        return beside
    from cnnbook.cars import write_folder

    folder = tmp_path_factory.mktemp("photos") / "cars"
    write_folder(folder, n=15, seed=1, size=96)
    return folder


@pytest.fixture(scope="session")
def site(root: Path) -> Path:
    """Return the built site, which `make test` builds first."""
    html = root / "_build" / "html"
    if not (html / "index.html").exists():
        pytest.fail("The book is not built; run `make book` first.")
    return html
