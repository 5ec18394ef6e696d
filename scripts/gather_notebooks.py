"""Gather the notebooks of a built site as Colab and Binder want them, as a branch of their own.

python scripts/gather_notebooks.py _build/html notebooks
"""

import argparse
import shutil
from pathlib import Path

EDITIONS = {"fa": "_notebooks", "en": "en/_notebooks"}
README = (
    "Notebooks of the built book, written by its workflow; the sources are on the main branch.\n"
)


def gather(site: Path, out: Path) -> None:
    """Copy the notebooks of both editions, the package, and what Binder installs."""
    folders = {language: site / folder for language, folder in EDITIONS.items()}
    wheels = sorted(folders["fa"].glob("cnnbook-*.whl"))
    if not wheels:
        raise FileNotFoundError(f"no notebooks in {site}: run `make book` first")
    out.mkdir(parents=True)
    for language, folder in folders.items():
        shutil.copytree(folder, out / language, ignore=shutil.ignore_patterns("*.whl"))
    shutil.copy(wheels[-1], out)
    wanted = [f"./{wheels[-1].name}[models]", "myst-nb", "scipy"]
    (out / "requirements.txt").write_text("\n".join(wanted) + "\n", "utf-8")
    (out / "README.md").write_text(README, "utf-8")


def main() -> None:
    """Read the command line and gather."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("site", type=Path, help="the built site")
    parser.add_argument("out", type=Path, help="a new folder")
    asked = parser.parse_args()
    try:
        gather(asked.site, asked.out)
    except (FileNotFoundError, FileExistsError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
