"""The three sets of digits: the one table, for Python and for the scripts of the pages."""

LATIN = "0123456789"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
ARABIC = "٠١٢٣٤٥٦٧٨٩"
# What the scripts get, as `persianBookWords.digits` and as a table of the search.
DIGITS = {"latin": LATIN, "persian": PERSIAN, "arabic": ARABIC}

_TO_PERSIAN = str.maketrans(LATIN + ARABIC, PERSIAN * 2)
_TO_LATIN = str.maketrans(PERSIAN + ARABIC, LATIN * 2)


def persian_digits(text: str) -> str:
    """Write every digit in Persian.

    >>> persian_digits("28×28")
    '۲۸×۲۸'
    """
    return text.translate(_TO_PERSIAN)


def latin_digits(text: str) -> str:
    """Write every digit in Latin.

    >>> latin_digits("۲۸×٢٨")
    '28×28'
    """
    return text.translate(_TO_LATIN)
