"""The four sets of digits: the one table, for Python and for the scripts of the pages."""

LATIN = "0123456789"
PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
ARABIC = "٠١٢٣٤٥٦٧٨٩"
WIDE = "０１２３４５６７８９"  # of East Asian keyboards
# What the scripts get, as `persianBookWords.digits` and as a table of the search.
DIGITS = {"latin": LATIN, "persian": PERSIAN, "arabic": ARABIC, "wide": WIDE}

_TO_PERSIAN = str.maketrans(LATIN + ARABIC + WIDE, PERSIAN * 3)
_TO_LATIN = str.maketrans(PERSIAN + ARABIC + WIDE, LATIN * 3)


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
