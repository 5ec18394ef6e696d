"""What search engines, hosts and other sites ask of a page, and of the site as a whole.

Addresses are absolute where the book says where it will stand (``html_baseurl``, the address of the
first edition); without it nothing is claimed that wants one.
"""

from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util import logging

from ..languages import Language, language_of
from ..mathematics.titles import in_words
from ..page.switch import TEMPLATES, address
from ..source.inline import choose
from .cards import can_shape, card
from .policy import HEADERS, with_policy

logger = logging.getLogger(__name__)

LOCALES = {Language.FA: "fa_IR", Language.EN: "en_US"}
# What search engines show of a description.
LENGTH = 160

# Files whose names hold a digest of their content never change; sources are text in UTF-8.
CACHED = """/_static/*
  Cache-Control: public, max-age=31536000, immutable
/_sources/*
  Content-Type: text/plain; charset=utf-8
"""
LOST = "404.html"
# What Jupyter Book says where the book names no repository.
NOT_OURS = "https://github.com/executablebooks/jupyter-book"
LINKS = ("use_repository_button", "use_edit_page_button", "use_issues_button")


def use_places(app: Sphinx, config: Config) -> None:
    """Offer the repository, where the book names one, and write the footer in one language."""
    options = config.html_theme_options
    if options.get("repository_url", NOT_OURS) not in ("", NOT_OURS):
        options.update(dict.fromkeys(LINKS, True))
    if config.html_baseurl and not can_shape():
        logger.info("No cards for links: Pillow finds no FriBiDi (Debian: apt install libfribidi0)")
    footer = str(options.get("extra_footer") or "")
    options["extra_footer"] = choose(footer, language_of(config).code)


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: Any
) -> None:
    """Write what a page is about, for those who show a link to it."""
    if doctree is None or pagename not in app.env.titles:
        return
    language = language_of(app.config)
    title = in_words(app.env.titles[pagename], app.config)
    tags = {
        "og:title": title,
        "og:description": description(doctree, app.config),
        "og:type": "article",
        "og:locale": LOCALES[language],
        "og:site_name": app.config.html_title or app.config.project,
        "og:url": address(app.config, language, f"{pagename}.html"),
        "og:image": picture(app, pagename, title, language),
    }
    lines = [f'<meta name="description" content="{escape(tags["og:description"])}" />']
    lines += [
        f'<meta property="{name}" content="{escape(content)}" />'
        for name, content in tags.items()
        if content
    ]
    if whole := address(app.config, Language.FA, f"{pagename}.html"):
        lines.append(f'<link rel="alternate" hreflang="x-default" href="{whole}" />')
    context["metatags"] = context.get("metatags", "") + "\n".join(lines) + "\n"


def description(doctree: nodes.document, config: Config) -> str:
    """Return the beginning of a page's first paragraph, up to a word."""
    paragraph = next(iter(doctree.findall(nodes.paragraph)), None)
    text = " ".join(in_words(paragraph, config).split()) if paragraph else ""
    return text if len(text) <= LENGTH else text[:LENGTH].rpartition(" ")[0] + " …"


def picture(app: Sphinx, pagename: str, title: str, language: Language) -> str:
    """Draw the card of a page, and return its address; a book without an address needs none."""
    name = f"_images/card-{pagename.replace('/', '-')}.{language.code}.png"
    whole = address(app.config, Language.FA, name)  # pictures of both editions stand together
    if not can_shape():
        return ""
    if whole:
        path = Path(app.outdir) / name
        path.parent.mkdir(exist_ok=True)
        card(title, app.config.html_title or app.config.project, language).save(path)
    return whole


def write_site_files(app: Sphinx, error: Exception | None) -> None:
    """Write the files that hosts and search engines look for at the top of a site."""
    if error is not None or app.builder.name != "html" or language_of(app.config) is Language.EN:
        return
    (app.outdir / ".nojekyll").touch()  # or GitHub's pages leave folders like _static out
    (app.outdir / "_headers").write_text(HEADERS + CACHED, "utf-8")
    (app.outdir / LOST).write_text(lost_page(app.config), "utf-8")
    sitemap = address(app.config, Language.FA, "sitemap.xml")
    robots = "User-agent: *\nAllow: /\n"
    if sitemap:
        robots += f"Sitemap: {sitemap}\n"
        (app.outdir / "sitemap.xml").write_text(sitemap_of(app), "utf-8")
    (app.outdir / "robots.txt").write_text(robots, "utf-8")


def lost_page(config: Config) -> str:
    """Return the page that hosts show, at any depth, for an address that leads nowhere.

    It is in both languages, since the address may not tell which the reader wants.
    """
    page = (TEMPLATES / LOST).read_text("utf-8")
    root = urlsplit(address(config, Language.FA, "")).path or "/"
    name = config.html_favicon and Path(config.html_favicon).name
    icon = f'<link rel="icon" href="_static/{name}" />\n' if name else ""
    page = page.replace("{icon}", icon)
    return with_policy(page.replace("{root}", escape(root)))


def sitemap_of(app: Sphinx) -> str:
    """List every page in both languages, each with the other."""
    rows = []
    for docname in sorted(app.env.found_docs):
        places = {there: address(app.config, there, f"{docname}.html") for there in Language}
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{there.code}" href="{escape(place)}"/>'
            for there, place in places.items()
        )
        rows += [f"<url><loc>{escape(place)}</loc>{links}</url>" for place in places.values()]
    spaces = (
        'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        'xmlns:xhtml="http://www.w3.org/1999/xhtml"'
    )
    body = "\n".join(rows)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {spaces}>\n{body}\n</urlset>\n'
