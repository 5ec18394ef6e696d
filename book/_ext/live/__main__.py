"""`python -m live SITE`: serve the built book with cells that run."""

import argparse
import sys
from pathlib import Path

from .server import PORT, serve


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="live", description="Serve the book with live cells.")
    parser.add_argument("site", type=Path, help="the folder of the built site")
    parser.add_argument("--port", type=int, default=PORT, help=f"default: {PORT}")
    arguments = parser.parse_args()
    try:
        serve(arguments.site, arguments.port)
    except FileNotFoundError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
