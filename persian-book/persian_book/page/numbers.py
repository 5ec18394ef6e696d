"""Persian numbers in Persian text."""

import re

from ..digits import persian_digits

SIGN = {"-": "−", "−": "−", "+": "+", "±": "±"}
# Levels are not decimals: "1.2. " before a heading, "(3.1)" of an equation, "شکل 2.1".
LEVEL = r"^\s*\(?\d+(?:\.\d+)*(?:\.\s|\)\s*$)|(?:شکل|جدول|بخش|فصل|معادله|معادلهٔ|تمرین)\s\d+\.\d+"
NUMBER = re.compile(
    rf"(?P<level>{LEVEL})|(?<![\w.])(?P<sign>[-−+±](?=\d))?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?![\d,])|\d+)(?P<more>(?:\.\d+)*)(?P<percent>%?)"
)


def persian_number(match: re.Match[str]) -> str:
    """Write one number: decimal sign, thousands, percent, and a real minus, isolated.

    A sign before a number would otherwise move to its other side in right-to-left text.
    """
    if match["level"]:
        return persian_digits(match["level"])
    # Two points make a version, "2.16.1".
    point = "٫" if match["more"].count(".") == 1 else "."
    number = match["digits"].replace(",", "٬") + match["more"].replace(".", point)
    number = persian_digits(number) + match["percent"].replace("%", "٪")
    return f'<bdi dir="ltr">{SIGN[match["sign"]]}{number}</bdi>' if match["sign"] else number


def persian_numbers(text: str) -> str:
    """Write the numbers of a Persian text in Persian; the text holds no Latin words.

    >>> persian_numbers("دقت 93.5% از 1,574 تصویر")
    'دقت ۹۳٫۵٪ از ۱٬۵۷۴ تصویر'
    >>> persian_numbers("1.2. مقدمه")
    '۱.۲. مقدمه'
    """
    return NUMBER.sub(persian_number, text)
