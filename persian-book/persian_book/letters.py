"""Which language a text is written in, by its letters."""

import re


def is_english(text: str) -> bool:
    """Say whether a text has Latin words and no Persian ones.

    >>> is_english("1×1 convolution"), is_english("1×1")
    (True, False)
    """
    return re.search("[A-Za-z]", text) is not None and re.search("[\u0600-\u06ff&]", text) is None


def is_persian(text: str) -> bool:
    """Say whether a text has Persian letters.

    >>> is_persian("لایهٔ Conv2D"), is_persian("Conv2D")
    (True, False)
    """
    return any("\u0600" <= letter <= "\u06ff" for letter in text)
