"""The last touch on every page, whatever template it came from: search and index included."""

from typing import Any

from sphinx.application import Sphinx
from sphinx.builders import Builder
from sphinx.config import Config
from sphinx.jinja2glue import BuiltinTemplateLoader
from sphinx.theming import Theme

from .languages import Language, language_of


class Pages(BuiltinTemplateLoader):
    """Sphinx's own templates, with each finished page passed through `finish`."""

    def init(
        self, builder: Builder, theme: Theme | None = None, dirs: list[str] | None = None
    ) -> None:
        """Remember the edition's language."""
        super().init(builder, theme, dirs)
        self.language = language_of(builder.config)

    def render(self, template: str, context: dict[str, Any]) -> str:  # type: ignore[override]
        """Render a template; finish it if it is a page."""
        text = super().render(template, context)
        return finish(text, self.language) if text.lstrip()[:9].lower() == "<!doctype" else text


def finish(page: str, language: Language) -> str:
    """Make a rendered page one of its edition."""
    return page.replace("<html ", f'<html dir="{language.direction}" ', 1)


def use_templates(app: Sphinx, config: Config) -> None:
    """Have Sphinx render through `Pages`."""
    config["template_bridge"] = f"{__name__}.{Pages.__name__}"


def setup(app: Sphinx) -> None:
    """Register the hook."""
    app.connect("config-inited", use_templates)
