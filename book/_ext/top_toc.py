"""Read the table of contents and the package from the repository root.

Jupyter Book looks for ``_toc.yml`` beside the pages only (jupyter-book#1461); ours stands at the
top, beside ``_config.yml``. Symbolic links would do on Unix, but not in a checkout without them.
"""

import os
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config


def use_repository_root(app: Sphinx, config: Config) -> None:
    """Point sphinx-external-toc to the top, and notebook kernels to ``code/``."""
    root = Path(app.srcdir).parent
    config["external_toc_path"] = (root / "_toc.yml").as_posix()
    code = str(root / "code")
    others = [p for p in os.environ.get("PYTHONPATH", "").split(os.pathsep) if p not in ("", code)]
    os.environ["PYTHONPATH"] = os.pathsep.join([code, *others])


def setup(app: Sphinx) -> dict[str, bool]:
    """Run before sphinx-external-toc, which reads the path at priority 900."""
    app.connect("config-inited", use_repository_root, priority=850)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
