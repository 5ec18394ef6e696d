"""Why a file is a problem, in Persian: the package says so in English, and a report in either."""

from __future__ import annotations

import re

from cnnbook.reports.page import name, path
from cnnbook.reports.words import Language, whole

__all__ = ["reason"]

_SAVE = "آن را با قالب JPEG ذخیره کنید"
_BITS = "بازهٔ معلومی ندارند؛ آن را ۸ یا ۱۶ بیتی ذخیره کنید"
_ENDING = "عکس پسوند قالب خود را لازم دارد، مانند <bdi>.jpg</bdi>"

# What `cnnbook.photos` says, as a pattern, and its Persian; what varies is a path or a number.
_PERSIAN = {
    "the file is empty": "فایل خالی است",
    "there is no such file": "چنین فایلی نیست",
    "not a picture: it begins with (.+)": "تصویر نیست؛ آغازش چنین است: {}",
    "an AVIF picture, and this Pillow .+": f"تصویر AVIF است و این Pillow آن را نمی‌خواند؛ {_SAVE}",
    "a HEIC picture, .+": f"تصویر HEIC است که Pillow نمی‌خواند؛ {_SAVE}",
    "a camera's raw file; .+": f"فایل خام دوربین است؛ آن را ظاهر کنید و {_SAVE}",
    "floating-point pixels .+": f"پیکسل‌های اعشاری {_BITS}",
    "32-bit pixels .+": f"پیکسل‌های ۳۲ بیتی {_BITS}",
    r"(\d+)x(\d+) pixels": "{} در {} پیکسل",
    "the same photo is in (.+) and (.+)": "همین عکس در {} و {} هم هست",
    "the same photo as (.+)": "همان عکس {} است",
    "like (.+), which is in (.+)": "مانند {} است که در {} است",
    r"none of its (\d+) photos is left": "از {} عکسش هیچ‌کدام نمانده است",
    "no photo in it": "عکسی در آن نیست",
    "beside the classes' folders; .+": "کنار پوشه‌های کلاس‌هاست؛ جای عکس درون یکی از آن‌هاست",
    "beside the folders train, .+": "کنار پوشه‌های train و validation و test است",
    "a link to the folder that holds it": "پیوندی به پوشه‌ای است که خودش در آن است",
    "a link to the class (.+)": "پیوندی به کلاس {} است",
    "a link to itself": "پیوندی به خودش است",
    "a link to (.+), which does not exist": "پیوندی به {} است که وجود ندارد",
    "its name begins with a dot": "نامش با نقطه آغاز می‌شود",
    r"a folder in a class's folder; move its photos \((\d+)\) up into the class": (
        "پوشه‌ای درون پوشهٔ کلاس است؛ عکس‌هایش ({}) را به خود کلاس ببرید"
    ),
    "neither a file nor a folder": "نه فایل است و نه پوشه",
    "the ending (.+) is none of a photo's; .+": f"پسوند {{}} از پسوندهای عکس نیست؛ {_ENDING}",
    "no ending; .+": f"پسوند ندارد؛ {_ENDING}",
}


def reason(detail: str, language: Language) -> str:
    """Return what is wrong with a file as markup; what a decoder says of it stays as it is.

    Examples
    --------
    >>> reason("16x90 pixels", "fa"), reason("16x90 pixels", "en")
    ('۱۶ در ۹۰ پیکسل', '<bdi>16x90 pixels</bdi>')
    """
    if language == "fa":
        for english, persian in _PERSIAN.items():
            if (found := re.fullmatch(english, detail, re.DOTALL)) is not None:
                return persian.format(*map(_varying, found.groups()))
    return name(detail)


def _varying(text: str) -> str:
    return whole(int(text), "fa") if text.isdecimal() else path(text)
