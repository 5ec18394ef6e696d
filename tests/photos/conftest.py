import shutil

import pytest

from cnnbook import cars


@pytest.fixture(scope="session")
def drawn_tree(tmp_path_factory):
    folder = tmp_path_factory.mktemp("drawn") / "cars"
    cars.write_folder(folder, n=50, seed=7, size=64)
    return folder


@pytest.fixture
def tree(drawn_tree, tmp_path):
    """Return a folder of fifty drawn photos, ten a class, to be spoiled."""
    return shutil.copytree(drawn_tree, tmp_path / "cars")
