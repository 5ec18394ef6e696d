"""Never serve a cached page whose imported package has changed.

jupyter-cache keys a page on its code cells alone (jupyter-book#1633), so an edit under ``code/``
would leave the old outputs on every page that imports it. Here each such page gets one hidden
cell that holds a digest of the package and of the libraries' versions: the digest is part of the
key, and pages with an old one are read again. The same holds for data that the package reads from
a folder named by an environment variable.
"""

import hashlib
import os
import re
from importlib.metadata import version
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

CELL = "\n\n```{{code-cell}} ipython3\n:tags: [remove-cell]\n# package digest {digest}\n```\n"


def package_digest(root: Path, distributions: list[str]) -> str:
    """Digest of every file of the package below `root`, and of the versions it runs with."""
    digest = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    for name in distributions:
        digest.update(f"{name}=={version(name)}\0".encode())
    return digest.hexdigest()[:16]


def folder_digest(variable: str) -> str:
    """Digest of the names, sizes and times of the files below the folder that `variable` names."""
    digest = hashlib.sha256()
    folder = os.environ.get(variable)
    for path in sorted(Path(folder).rglob("*")) if folder else []:
        facts = path.stat()
        digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode())
    return digest.hexdigest()[:16]


def imports_package(text: str, packages: list[str]) -> bool:
    """Say whether a page's cells import one of `packages`."""
    names = "|".join(map(re.escape, packages))
    return re.search(rf"^\s*(?:from|import)\s+(?:{names})\b", text, re.M) is not None


def compute_digest(app: Sphinx) -> None:
    """Compute the digest once a build."""
    roots = [Path(app.srcdir).parent / "code" / name for name in app.config.code_key_packages]
    parts = [package_digest(root, app.config.code_key_distributions) for root in roots]
    parts += [folder_digest(variable) for variable in app.config.code_key_folders]
    app.config.code_key_digest = "-".join(parts)


def add_cell(app: Sphinx, docname: str, source: list[str]) -> None:
    """Append the digest cell to a page that runs the package."""
    text = source[0]
    if "{code-cell}" in text and imports_package(text, app.config.code_key_packages):
        source[0] = text + CELL.format(digest=app.config.code_key_digest)


def outdated_pages(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    """Name the pages to read again because the package changed since the last build."""
    before = getattr(env, "code_key_digest", None)
    env.code_key_digest = app.config.code_key_digest  # type: ignore[attr-defined]
    if before in (None, app.config.code_key_digest):
        return []
    pages = {doc: Path(env.doc2path(doc)) for doc in env.found_docs}
    return [
        doc
        for doc, path in pages.items()
        if path.exists() and imports_package(path.read_text("utf-8"), app.config.code_key_packages)
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the settings and the three hooks."""
    app.add_config_value("code_key_packages", [], "env")
    app.add_config_value("code_key_distributions", [], "env")
    app.add_config_value("code_key_folders", [], "env")
    app.add_config_value("code_key_digest", "", "")
    app.connect("builder-inited", compute_digest)
    app.connect("env-get-outdated", outdated_pages)
    app.connect("source-read", add_cell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
