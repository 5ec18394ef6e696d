"""Build the edition whose arguments, pickled, come on standard input: a process of `editions`."""

import pickle
import sys

from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.docutils import docutils_namespace, patch_docutils

from .site.editions import FAILED


def main() -> int:
    """Build, and return the exit status."""
    arguments = pickle.load(sys.stdin.buffer)
    with patch_docutils(arguments["srcdir"]), docutils_namespace():
        try:
            app = Sphinx(**arguments)
            app.build()
        except SphinxError as error:
            print(f"{error.category}: {error}", file=sys.stderr)
            return FAILED
    return app.statuscode


if __name__ == "__main__":
    sys.exit(main())
