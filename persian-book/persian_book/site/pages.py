"""The last touch on every page, whatever template it came from: search and index included."""

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.theming import Theme

from ..languages import language_of
from ..mathematics.sheets import with_formulas
from ..page.finish import Finish
from ..page.words import words_of
from .policy import Outsider, with_policy
from .scripts import without_needless_scripts


class Pages(BuiltinTemplateLoader):
    """Sphinx's own templates, with a last touch on each page."""

    def init(
        self, builder: Builder, theme: Theme | None = None, dirs: list[str] | None = None
    ) -> None:
        """Prepare the touch for the edition's language."""
        super().init(builder, theme, dirs)
        language = language_of(builder.config)
        self.finish = Finish(language, words_of(language))
        self.config = builder.config
        self.builder = builder

    def render(self, template: str, context: dict[str, Any]) -> str:  # type: ignore[override]
        """Render a template; finish it if it is a page."""
        text = super().render(template, context)
        if text.lstrip()[:9].lower() != "<!doctype":
            return text
        pagename = context["pagename"]
        finished = self.finish.page(without_needless_scripts(text, pagename))
        site = Path(self.builder.outdir)
        page = with_formulas(finished, pagename, self.config, site)
        return with_policy(Outsider(site, pagename).page(page))


def use_templates(app: Sphinx, config: Config) -> None:
    """Have Sphinx render through `Pages`."""
    config["template_bridge"] = f"{__name__}.{Pages.__name__}"
