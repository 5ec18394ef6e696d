"""What to install where an optional package is missing."""

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def extra(name: str, room: str) -> Iterator[None]:
    """Turn a missing package into the command that installs it, for the room that needs it.

    Examples
    --------
    >>> with extra("models", "cnnbook.gradcam"):
    ...     import no_such_package
    Traceback (most recent call last):
    ModuleNotFoundError: cnnbook.gradcam needs no_such_package: pip install 'cnnbook[models]'
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "cnnbook":
            raise
        message = f"{room} needs {error.name}: pip install 'cnnbook[{name}]'"
        raise ModuleNotFoundError(message, name=error.name) from error
