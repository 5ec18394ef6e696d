"""Inline pairs: ``{fa}`متن`{en}`text```, resolved before parsing."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ..languages import Language

# What stands in backticks, with the role before it. A code span may hold anything that looks like
# one of ours, and the end of a role is no beginning of a span.
TICKED = re.compile(
    r"(?<![`}])(?P<span>`+)(?!`).+?(?<!`)(?P=span)(?!`)"
    r"|\{(?P<role>[^{}`\s]+)\}(?P<ticks>`+)(?P<text>.+?)(?<!`)(?P=ticks)(?!`)"
)
LANGUAGES = {language.code for language in Language}
# Roles whose text is not Markdown.
CODE_ROLES = {"code", "literal", "kbd", "samp", "math", "raw", "command", "file"}
UNCLOSED = re.compile(r"\{(?:fa|en)\}`")


class Text(NamedTuple):
    """An inline text of one language, and where it stands on its line."""

    language: str
    text: str
    start: int
    end: int


def inline_texts(line: str, at: int = 0) -> Iterator[Text]:
    """Yield the inline texts of a line, those within another role too.

    >>> [text.text for text in inline_texts("{ref}``{fa}`شکل`{en}`figure` <f>`` {fa}`متن`")]
    ['شکل', 'figure', 'متن']
    """
    for match in TICKED.finditer(line):
        if match["role"] in LANGUAGES:
            yield Text(match["role"], match["text"], at + match.start(), at + match.end())
        elif match["role"] and match["role"] not in CODE_ROLES:
            yield from inline_texts(match["text"], at + match.start("text"))


def choose(line: str, language: str) -> str:
    """Keep the inline texts of one language.

    >>> choose("{fa}`کرنل`{en}`kernel` and ``{fa}`code` ``", "en")
    'kernel and ``{fa}`code` ``'
    """
    pieces = []
    at = 0
    for found in inline_texts(line):
        pieces += [line[at : found.start], found.text if found.language == language else ""]
        at = found.end
    return "".join([*pieces, line[at:]])


def inline_faults(line: str) -> Iterator[str]:
    """Yield what is wrong with a line whose inline texts do not come in neighbouring pairs."""
    texts = list(inline_texts(line))
    neighbours = len(texts) % 2 == 0 and all(
        first.language != second.language and not line[first.end : second.start].strip()
        for first, second in zip(texts[::2], texts[1::2], strict=True)
    )
    if not neighbours:
        yield "an inline {fa} or {en} text has no twin right beside it"
    if UNCLOSED.search(TICKED.sub("", line)):
        yield "an inline {fa} or {en} text does not end on its line"
