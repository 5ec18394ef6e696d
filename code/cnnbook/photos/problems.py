"""What can be wrong with a file of a folder of photos."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

from cnnbook.files import printable

ProblemKind = Literal[
    "left out",
    "unreadable",
    "tiny",
    "duplicate",
    "mislabelled",
    "doubtful label",
    "leak",
    "empty class",
]


class Problem(NamedTuple):
    """Something wrong with a file or folder: its kind, and the particulars.

    Attributes
    ----------
    path : Path
    kind : str
        "left out": it is not taken for a photo or a class, because of its name or place.
        "unreadable", "tiny" (a side below 32 pixels).
        "duplicate": another photo of its class has the same pixels.
        "mislabelled": a photo of another class has the same pixels; one of the two must be wrong.
        "doubtful label": a photo of another class looks like it; see `doubtful_labels`.
        "leak": a photo that looks like it is in an earlier part of a split made elsewhere.
        "empty class": a folder without a photo, or all of whose photos have a problem.
    detail : str

    Examples
    --------
    >>> print(Problem(Path("a.jpg"), "tiny", "16x16 pixels"))
    a.jpg: tiny (16x16 pixels)
    """

    path: Path
    kind: ProblemKind
    detail: str

    def __str__(self) -> str:
        return f"{printable(self.path)}: {self.kind} ({self.detail})"
