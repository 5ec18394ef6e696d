"""What a page gets while it is served live."""

import re

# Where the server keeps what only live pages load.
FILES = "/live/"
# Thebe sets styles of its own, shows pictures as it gets them, and talks with this server alone.
POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "frame-ancestors 'self'"
)
_META = re.compile(r'\s*<meta http-equiv="Content-Security-Policy"[^>]*>')
_STYLES = ("figures/figures.css", "live.css")
_STYLE = "".join(f'<link rel="stylesheet" href="{FILES}{name}" />' for name in _STYLES)
_SCRIPT = f'<script defer src="{FILES}live.js"></script>'


def live(page: str) -> str:
    """Return a page of the site with the script that makes it live, and without its own policy.

    The server sends another policy, as a header; the stricter of two would hold.

    >>> live('<head><meta http-equiv="Content-Security-Policy" content="x" /></head><p>a')[:12]
    '<head><link '
    """
    return _META.sub("", page, count=1).replace("</head>", f"{_STYLE}{_SCRIPT}</head>", 1)
