"""Write into `_config.yml` where the book will stand, before it is built for a site.

    python scripts/say_where.py --address https://example.org/book/ --repository https://github.com/a/b

The pages then name their true addresses, and link to the repository.
"""

import argparse
from pathlib import Path
from urllib.parse import urlsplit

import yaml

CONFIG = Path(__file__).parent.parent / "_config.yml"


def whole(text: str) -> str:
    """Return an address, if it is whole."""
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no whole address, like https://example.org/book/"
        )
    return text


def with_places(config: str, address: str | None, repository: str | None, branch: str) -> str:
    """Return the settings with the places in them."""
    settings = yaml.safe_load(config)
    if address:
        settings.setdefault("html", {})["baseurl"] = address.rstrip("/") + "/"
    if repository:
        settings["repository"] = {"url": repository, "branch": branch, "path_to_book": "book"}
    return str(yaml.safe_dump(settings, allow_unicode=True, sort_keys=False))


def main() -> None:
    """Read the command line and rewrite the settings."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--address", type=whole, help="where the first edition will stand")
    parser.add_argument("--repository", type=whole, help="where the sources are")
    parser.add_argument("--branch", default="main")
    asked = parser.parse_args()
    text = with_places(CONFIG.read_text("utf-8"), asked.address, asked.repository, asked.branch)
    CONFIG.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
