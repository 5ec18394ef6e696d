"""Any photos: read, found in folders, checked, split, and written down."""

from cnnbook.photos.folders import (
    Photo,
    Photos,
    Problem,
    check,
    copy_split,
    load,
    read_manifest,
    write_manifest,
)
from cnnbook.photos.reading import (
    ImageError,
    read_image,
    unreadable,
)
from cnnbook.photos.splitting import (
    Split,
    split,
)

__all__ = [
    "ImageError",
    "Photo",
    "Photos",
    "Problem",
    "Split",
    "check",
    "copy_split",
    "load",
    "read_image",
    "read_manifest",
    "split",
    "unreadable",
    "write_manifest",
]
