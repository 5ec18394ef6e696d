"""Persian numbers in Persian text."""

import re

DIGITS = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
SIGN = {"-": "−", "−": "−", "+": "+", "±": "±"}
NUMBER = re.compile(
    r"(?<![\w.])(?P<sign>[-−+±](?=[\d۰-۹]))?"
    r"(?P<digits>[\d۰-۹]{1,3}(?:,[\d۰-۹]{3})+(?![\d,۰-۹])|[\d۰-۹]+)"
    r"(?P<more>(?:\.[\d۰-۹]+)*)(?P<percent>%?)"
)
# "1.2. " before a heading, "(3.1)" of an equation: levels, not decimals.
LEVELS = re.compile(r"\s*\(?\d+(?:\.\d+)*(?:\.\s|\)\s*$)")


def persian_digits(text: str) -> str:
    """Write every Latin digit in Persian.

    >>> persian_digits("28×28")
    '۲۸×۲۸'
    """
    return text.translate(DIGITS)


def persian_number(match: re.Match[str]) -> str:
    """Write one number: decimal sign, thousands, percent, and a real minus, isolated.

    A sign before a number would otherwise move to its other side in right-to-left text.
    """
    more = match["more"]
    # Two points make a version or a level, "2.16.1".
    point = "٫" if more.count(".") == 1 else "."
    number = match["digits"].replace(",", "٬") + more.replace(".", point)
    number = persian_digits(number + match["percent"].replace("%", "٪"))
    if match["sign"]:
        return f'<bdi dir="ltr">{SIGN[match["sign"]]}{number}</bdi>'
    return number


def persian_numbers(text: str) -> str:
    """Write the numbers of a Persian text in Persian; the text holds no Latin words.

    >>> persian_numbers("دقت 93.5% از 1,574 تصویر")
    'دقت ۹۳٫۵٪ از ۱٬۵۷۴ تصویر'
    >>> persian_numbers("1.2. مقدمه")
    '۱.۲. مقدمه'
    """
    if levels := LEVELS.match(text):
        end = levels.end()
        return persian_digits(text[:end]) + persian_numbers(text[end:])
    return NUMBER.sub(persian_number, text)
