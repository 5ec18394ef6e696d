"""Words of the other language inside a text: isolated, and marked with their language.

Without it ``C++`` shows as ``++C`` in Persian text, since the signs at its end take the direction
of the text around them.
"""

import re
from collections.abc import Callable

from ..digits import persian_digits
from ..languages import Language
from ..letters import is_english
from .numbers import persian_numbers

_ENTITY = r"(?P<entity>&(?:#\d+|#x[\da-fA-F]+|[a-zA-Z]+);)"
# A word is what stands between spaces, Persian letters, brackets and quotation marks, and holds a
# Latin letter; a phrase goes on over single spaces, not past a stop, and takes numbers in:
# "TensorFlow 2.21".
_SIGN = r"[^\s\u0600-\u06ff\u200c-\u200f()\[\]{}«»“”\"…—–&A-Za-z]"
_WORD = rf"{_SIGN}*[A-Za-z](?:{_SIGN}|[A-Za-z])*(?:\(\))?"
# A version, and whole: a number in Persian digits, with thousands or a sign within ("100,741",
# "93.5%", "3×3") belongs to the Persian text.
_NUMBER = r"[0-9]+(?:\.[0-9]+)*(?![\w%٫]|[^\s\w]\d)"
_SPACE = "(?<![.,:;!?]) "
LATIN = re.compile(rf"{_ENTITY}|(?P<phrase>{_WORD}(?:{_SPACE}(?:{_WORD}|{_NUMBER}))*)")
# A heading's number, what follows, and the space after it.
WHOLE = re.compile(r"(\s*(?:\d+(?:\.\d+)*\.\s+)?)(.*?)(\s*)", re.S)
_LETTERS = "[\u0600-\u060b\u060d-\u061a\u061c-\u061e\u0620-\u06ff\u200c]+"
PERSIAN = re.compile(rf"{_ENTITY}|(?P<phrase>{_LETTERS}(?:[ ،؛×]+{_LETTERS})*)")
# These belong to the text around a phrase, not to the phrase.
BEFORE = "'،؛"
AFTER = ".,:;!?'"
# A name of two halves, such as Grad-CAM, which stays in one line.
HYPHENED = re.compile(r"(?<![\w-])(?=[\w-]{1,20}(?![\w-]))\w+(?:-\w+)+")


def persian_text(text: str) -> str:
    """Isolate the Latin words of a Persian text, and write its numbers in Persian.

    >>> persian_text("زبان C++ با 3 لایه")
    'زبان <bdi lang="en" dir="ltr">C++</bdi> با ۳ لایه'
    >>> persian_text("با Grad-CAM")
    'با <bdi lang="en" dir="ltr"><span class="unbroken">Grad-CAM</span></bdi>'
    """
    whole = WHOLE.fullmatch(text)
    if whole and is_english(whole[2]):
        return f"{persian_digits(whole[1])}{isolated(whole[2], Language.EN)}{whole[3]}"
    return _rewrite(text, LATIN, persian_numbers, lambda phrase: isolated(phrase, Language.EN))


def plain_persian_text(text: str) -> str:
    """Write the numbers of a text that cannot hold markup, such as a page's title.

    >>> plain_persian_text("2.1. شبکهٔ ResNet50")
    '۲.۱. شبکهٔ ResNet50'
    """
    return _rewrite(text, LATIN, persian_digits, str)


def english_text(text: str) -> str:
    """Isolate the Persian words of an English text.

    >>> english_text("kernel, in Persian کرنل.")
    'kernel, in Persian <bdi lang="fa" dir="rtl">کرنل</bdi>.'
    >>> english_text("کانولوشن ۱×۱")
    '<bdi lang="fa" dir="rtl">کانولوشن ۱×۱</bdi>'
    """
    return _rewrite(text, PERSIAN, str, lambda phrase: isolated(phrase, Language.FA))


def isolated(phrase: str, language: Language) -> str:
    """Wrap a phrase, without the stops around it; an English name with a hyphen stays whole."""
    words = phrase.lstrip(BEFORE).rstrip(AFTER)
    before, _, after = phrase.partition(words)
    if language is Language.EN:
        words = HYPHENED.sub(r'<span class="unbroken">\g<0></span>', words)
    return f'{before}<bdi lang="{language.code}" dir="{language.direction}">{words}</bdi>{after}'


def _rewrite(
    text: str, phrases: re.Pattern[str], own: Callable[[str], str], other: Callable[[str], str]
) -> str:
    """Pass what matches `phrases` through `other`, the rest through `own`, entities untouched."""
    pieces = []
    at = 0
    for match in phrases.finditer(text):
        pieces.append(own(text[at : match.start()]))
        pieces.append(match["entity"] or other(match["phrase"]))
        at = match.end()
    return "".join([*pieces, own(text[at:])])
