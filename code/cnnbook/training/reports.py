"""Reports as one HTML file each, pictures inside, so that it can be sent and opened anywhere."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

__all__ = ["pictures_report", "train_report"]

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;border-bottom:1px solid #ccc;"
    "text-align:start}img{max-width:100%}figure{display:inline-block;margin:.5rem}"
)


def train_report(
    metrics: Mapping[str, Any], problems: Sequence[Mapping[str, str]], figures: Mapping[str, Any]
) -> str:
    """Tell how a run went: numbers, problem files, calibration, figures.

    Examples
    --------
    >>> page = train_report({"test_accuracy": 0.9, "calibration": []}, [], {})
    >>> "<td>test_accuracy</td><td>0.9000</td>" in page
    True
    """
    simple = [(k, _text(v)) for k, v in metrics.items() if not isinstance(v, list)]
    body = [_table(("Quantity", "Value"), simple)]
    if problems:
        rows = [(p["path"], p["kind"], p["detail"]) for p in problems]
        body += ["<h2>Files with problems</h2>", _table(("File", "Problem", "Detail"), rows)]
    bins = [
        (f"{b['from']:.1f}-{b['to']:.1f}", str(b["count"]), _text(b["confidence"]),
         _text(b["accuracy"]))
        for b in metrics["calibration"]
    ]  # fmt: skip
    columns = ("Confidence", "Pictures", "Mean confidence", "Accuracy")
    body += ["<h2>Calibration</h2>", _table(columns, bins)]
    for title, figure in figures.items():
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", dpi=110)
        body += [f"<h2>{html.escape(title)}</h2>", _image(buffer.getvalue(), title)]
    return _page("Training report", body)


def pictures_report(
    title: str, pictures: Sequence[NDArray[np.uint8]], captions: Sequence[str]
) -> str:
    """Show pictures (h, w, 3) with a caption each.

    Examples
    --------
    >>> page = pictures_report("Explained", [np.zeros((2, 2, 3), np.uint8)], ["a <car>"])
    >>> "<figcaption>a &lt;car&gt;</figcaption>" in page
    True
    """
    body = []
    for picture, caption in zip(pictures, captions, strict=True):
        buffer = io.BytesIO()
        Image.fromarray(picture).save(buffer, "PNG")
        image = _image(buffer.getvalue(), caption)
        body.append(f"<figure>{image}<figcaption>{html.escape(caption)}</figcaption></figure>")
    return _page(title, body)


def _text(value: Any) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f"<th>{html.escape(c)}</th>" for c in columns)
    lines = ["".join(f"<td>{html.escape(c)}</td>" for c in row) for row in rows]
    return f"<table><tr>{head}</tr>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def _image(png: bytes, alt: str) -> str:
    data = base64.b64encode(png).decode()
    return f'<img src="data:image/png;base64,{data}" alt="{html.escape(alt, quote=True)}">'


def _page(title: str, body: Sequence[str]) -> str:
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>{_STYLE}</style><h1>{html.escape(title)}</h1>{''.join(body)}</html>\n"
    )
