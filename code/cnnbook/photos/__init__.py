"""Any photos: read, found in folders, checked, split, and written down."""

from cnnbook._extras import extra

with extra("models", "cnnbook.photos"):
    from cnnbook.photos.checking import check
    from cnnbook.photos.copying import copy_split
    from cnnbook.photos.folders import Photo, Photos, load
    from cnnbook.photos.gathering import Gathered, find, is_left_out, share_out
    from cnnbook.photos.grouping import (
        doubtful_labels,
        group_alike,
        group_by_column,
        group_by_name,
        join_groups,
    )
    from cnnbook.photos.listing import looks_like_a_picture, why_raw
    from cnnbook.photos.manifest import read_manifest, write_manifest
    from cnnbook.photos.parted import load_parted, parts_by_folder
    from cnnbook.photos.problems import Problem, ProblemKind
    from cnnbook.photos.reading import ImageError, read_image, read_reduced, unreadable
    from cnnbook.photos.splitting import Split, split

__all__ = [
    "Gathered",
    "ImageError",
    "Photo",
    "Photos",
    "Problem",
    "ProblemKind",
    "Split",
    "check",
    "copy_split",
    "doubtful_labels",
    "find",
    "group_alike",
    "group_by_column",
    "group_by_name",
    "is_left_out",
    "join_groups",
    "load",
    "load_parted",
    "looks_like_a_picture",
    "parts_by_folder",
    "read_image",
    "read_manifest",
    "read_reduced",
    "share_out",
    "split",
    "unreadable",
    "why_raw",
    "write_manifest",
]
