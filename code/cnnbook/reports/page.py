"""One HTML file with everything in it, for either direction, light and dark."""

from __future__ import annotations

import base64
import html
import io
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cnnbook.files import printable
from cnnbook.reports.words import Language

__all__ = ["image", "name", "page", "paragraph", "path", "pieces_of_page", "section", "table"]

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1b1b;--paper:#fff;--line:#c9c9c9;--soft:#f3f3f3;--a:#1f5fa8;
--b:#b3541e}
@media (prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#16181b;--line:#4a4d52;
--soft:#23262b;--a:#7db4ef;--b:#f0a070}}
*{box-sizing:border-box}
body{font:16px/1.7 Vazirmatn,system-ui,"Segoe UI",Tahoma,sans-serif;color:var(--ink);
background:var(--paper);max-width:64rem;margin:0 auto;padding:1rem}
h1{font-size:1.6rem}h2{font-size:1.25rem;margin-block:2rem .5rem;break-after:avoid}
p{margin-block:.5rem}table{border-collapse:collapse}
.wide{--shade:color-mix(in srgb,var(--ink) 40%,transparent);overflow-x:auto;margin-block:.6rem;
background:linear-gradient(to right,var(--paper) 50%,transparent) 0 0/2rem 100% no-repeat local,
linear-gradient(to left,var(--paper) 50%,transparent) 100% 0/2rem 100% no-repeat local,
linear-gradient(to right,var(--shade),transparent) 0 0/.9rem 100% no-repeat,
linear-gradient(to left,var(--shade),transparent) 100% 0/.9rem 100% no-repeat}
tr{break-inside:avoid}
td,th{padding:.25rem .7rem;border-block-end:1px solid var(--line);text-align:start;
vertical-align:top}thead th{background:var(--soft)}td{white-space:nowrap}
td bdi{white-space:normal;overflow-wrap:anywhere}
figure{margin:0;padding:.6rem;border:1px solid var(--line);border-radius:.4rem;min-width:0}
.gallery{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr));gap:1rem}
.row{display:flex;gap:.4rem}.row>div{flex:1 1 0;min-width:0;text-align:center;font-size:.85rem}
img{width:100%;height:auto;display:block}figcaption{overflow-wrap:anywhere;margin-top:.3rem}
svg{max-width:100%;height:auto}svg text{fill:var(--ink);font:12px system-ui,Tahoma,sans-serif}
.charts{display:flex;flex-wrap:wrap;gap:1.5rem}.warn{border-inline-start:4px solid var(--b);
padding-inline-start:.7rem}
@media (max-width:40rem){.list thead{display:none}.list :is(tr,th,td){display:block;border:0;
padding:.1rem 0;white-space:normal}.list tr{padding-block:.5rem;
border-block-end:1px solid var(--line)}}
@media print{:root{color-scheme:light;--ink:#000;--paper:#fff;--line:#999;--soft:#eee;--a:#1f5fa8;
--b:#b3541e}body{font-size:11px;padding:0;max-width:none}.wide{overflow:visible;background:none}
td,th{padding:.2rem .4rem;white-space:normal;overflow-wrap:anywhere}figure{break-inside:avoid}}
"""


def page(title: str, body: Sequence[str], language: Language) -> str:
    """Return a whole page.

    Examples
    --------
    >>> page("گزارش", [], "fa").startswith('<!doctype html><html lang="fa" dir="rtl">')
    True
    """
    return "".join(pieces_of_page(title, body, language))


def pieces_of_page(title: str, body: Iterable[str], language: Language) -> Iterator[str]:
    """Return a page piece by piece, for one that is better written than held.

    Examples
    --------
    >>> first, *middle, last = pieces_of_page("Report", ["<p>one</p>", "<p>two</p>"], "en")
    >>> middle, last.strip()
    (['<p>one</p>', '<p>two</p>'], '</body></html>')
    """
    direction = "rtl" if language == "fa" else "ltr"
    yield (
        f'<!doctype html><html lang="{language}" dir="{direction}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body><h1>{html.escape(title)}</h1>"
    )
    yield from body
    yield "</body></html>\n"


def name(text: str) -> str:
    """Return a path or a name of a user, which keeps its own direction among other words.

    Examples
    --------
    >>> name("پژو <1>.jpg")
    '<bdi>پژو &lt;1&gt;.jpg</bdi>'
    """
    return f"<bdi>{html.escape(printable(text))}</bdi>"


def path(text: str) -> str:
    """Return a path, whose parts stand from left to right and keep each its own direction.

    Examples
    --------
    >>> path("مزدا ۳/1.jpg")
    '<bdi dir="ltr"><bdi>مزدا ۳</bdi>/<bdi>1.jpg</bdi></bdi>'
    """
    return (
        f'<bdi dir="ltr">{"/".join(name(part) if part else "" for part in text.split("/"))}</bdi>'
    )


def section(title: str, *parts: str) -> str:
    """Return a part of the page below its title.

    Examples
    --------
    >>> section("a & b")
    '<section><h2>a &amp; b</h2></section>'
    """
    return f"<section><h2>{html.escape(title)}</h2>{''.join(parts)}</section>"


def paragraph(text: str, warns: bool = False) -> str:
    """Return a paragraph of markup.

    Examples
    --------
    >>> paragraph("so <bdi>a</bdi>")
    '<p>so <bdi>a</bdi></p>'
    """
    return f'<p class="warn">{text}</p>' if warns else f"<p>{text}</p>"


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "table") -> str:
    """Return a table of cells of markup; the first of each row heads it.

    One of the kind ``list`` has a line a cell on a telephone, for sentences in its cells.

    Examples
    --------
    >>> table(["a", "b"], [["1", "2"]]).count("<th ")
    3
    """
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    lines = (
        f'<tr><th scope="row">{first}</th>' + "".join(f"<td>{c}</td>" for c in rest) + "</tr>"
        for first, *rest in rows
    )
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def image(picture: NDArray[np.uint8], alt: str) -> str:
    """Return a picture (h, w, 3) as markup, in the file.

    Examples
    --------
    >>> image(np.zeros((2, 2, 3), np.uint8), 'a "b"').endswith('alt="a &quot;b&quot;">')
    True
    """
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=88)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<img src="data:image/jpeg;base64,{data}" alt="{html.escape(printable(alt), quote=True)}">'
    )
