"""The two languages of a book."""

from enum import Enum

from sphinx.config import Config


class Language(Enum):
    """A language: its code, its direction and its own name."""

    FA = ("fa", "rtl", "فارسی")
    EN = ("en", "ltr", "English")

    def __init__(self, code: str, direction: str, autonym: str) -> None:
        self.code = code
        self.direction = direction
        self.autonym = autonym


def language_of(config: Config) -> Language:
    """Return the language of the edition being built."""
    return Language.FA if config.language == "fa" else Language.EN
