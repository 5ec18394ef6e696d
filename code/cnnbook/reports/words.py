"""The words of a report, Persian and English, and its numbers."""

from __future__ import annotations

from typing import Literal

__all__ = ["LANGUAGES", "WORDS", "Language", "number", "percent", "whole"]

Language = Literal["fa", "en"]
LANGUAGES: tuple[Language, ...] = ("fa", "en")

# key: (Persian, English)
WORDS: dict[str, tuple[str, str]] = {
    "title": ("گزارش آموزش", "Training report"),
    "predictions": ("پیش‌بینی‌ها", "Predictions"),
    "explanations": ("توضیح‌ها", "Explanations"),
    "in short": ("خلاصه", "In short"),
    "right": (
        "{right} عکس از {of} عکس آزمون درست است: {value} (بازهٔ ۹۵٪: {low} تا {high}).",
        "{right} of {of} test photos are right: {value} (95 % interval: {low} to {high}).",
    ),
    "balanced": (
        "میانگین بازیابی کلاس‌ها (دقت متوازن) {balanced} است؛ اگر همیشه پرتعدادترین کلاس گفته "
        "می‌شد، دقت {majority} و دقت متوازن {chance} بود.",
        "The mean recall of the classes (balanced accuracy) is {balanced}; always saying the most "
        "frequent class would give an accuracy of {majority} and a balanced one of {chance}.",
    ),
    "nothing": (
        "این مدل چیزی نیاموخته است که به حساب بیاید: از گفتن همیشگی پرتعدادترین کلاس بهتر نیست.",
        "This model has learnt nothing that counts: it is no better than always saying the most "
        "frequent class.",
    ),
    "classes": ("کلاس به کلاس", "Class by class"),
    "class": ("کلاس", "Class"),
    "precision": ("درستی پاسخ (precision)", "Precision"),
    "recall": ("بازیابی (recall)", "Recall"),
    "f1": ("F1", "F1"),
    "train": ("آموزش", "Training"),
    "validation": ("اعتبارسنجی", "Validation"),
    "test": ("آزمون", "Test"),
    "intervals": (
        "در پرانتز بازهٔ ۹۵٪ ویلسون است؛ بازهٔ F1 همان بازه برای نسبت J است، با F1 = 2J / (1 + J).",
        "In brackets Wilson's 95 % interval; that of F1 is the one of the share J, "
        "with F1 = 2J / (1 + J).",
    ),
    "confusion": ("ماتریس درهم‌ریختگی", "Confusion matrix"),
    "confusion note": (
        "هر سطر یک کلاس واقعی است و هر ستون پاسخ مدل.",
        "A row is a true class, a column what the model said.",
    ),
    "true": ("واقعی", "true"),
    "said": ("پاسخ مدل", "said"),
    "calibration": ("واسنجی", "Calibration"),
    "temperature": (
        "دمای {temperature} که روی عکس‌های اعتبارسنجی یافته شده، لاجیت‌ها را تقسیم کرده است. "
        "روی عکس‌های آزمون:",
        "The temperature {temperature}, found on the validation photos, divides the logits. "
        "On the test photos:",
    ),
    "before": ("پیش از آن", "Before"),
    "after": ("پس از آن", "After"),
    "log loss": ("آنتروپی متقاطع", "Log loss"),
    "calibration error": ("خطای واسنجی", "Calibration error"),
    "reliability": (
        "دقت در برابر اطمینان مدل؛ هر نقطه یک بازه از اطمینان است و خط‌چین، واسنجی کامل.",
        "Accuracy against confidence; a point is a bin of confidence, the dashed line is perfect "
        "calibration.",
    ),
    "confidence": ("اطمینان", "Confidence"),
    "accuracy": ("دقت", "Accuracy"),
    "unlike": ("عکس‌هایی که شبیه عکس‌های آموزش نیستند", "Pictures unlike the training's"),
    "unlike some": (
        "عکسی که شباهتش از {below} کمتر باشد ناآشنا شمرده می‌شود و احتمال‌هایش معنایی ندارند. "
        "از عکس‌های آزمون {value} به اشتباه چنین شمرده شدند (بازهٔ ۹۵٪: {low} تا {high}؛ "
        "قرار بود {promised} باشد).",
        "A picture of a likeness below {below} is called unlike, and its probabilities mean "
        "nothing. Of the test photos {value} were called so wrongly (95 % interval: {low} to "
        "{high}; {promised} was meant).",
    ),
    "unlike none": (
        "برای تعیین آستانه دست‌کم ۱۹ عکس اعتبارسنجی لازم است؛ این‌جا کمتر بود و هیچ عکسی ناآشنا "
        "شمرده نمی‌شود.",
        "A threshold needs at least 19 validation photos; there were fewer, so no picture is "
        "called unlike.",
    ),
    "curves": ("آموزش در گذر دوره‌ها", "Training, epoch by epoch"),
    "loss": ("اتلاف", "Loss"),
    "epoch": ("دوره", "Epoch"),
    "mistakes": ("بدترین خطاها", "The worst mistakes"),
    "mistakes note": (
        "عکس‌های آزمونی که مدل با بیشترین اطمینان اشتباه گرفته است: عکس، نقشهٔ Grad-CAM برای "
        "کلاسی که مدل گفت، و هر دو روی هم. لایه:",
        "The test photos that the model got wrong with the most confidence: the photo, the map of "
        "Grad-CAM for the class it said, and both. Layer:",
    ),
    "mistake": (
        "{true}، اما مدل گفت {said} ({value})",
        "{true}, but the model said {said} ({value})",
    ),
    "no mistakes": ("هیچ عکس آزمونی اشتباه نشده است.", "No test photo was wrong."),
    "no photos": (
        "عکس‌ها دیگر در این پوشه نیستند، پس نشان داده نمی‌شوند:",
        "The photos are no longer in this folder, so none is shown:",
    ),
    "photo": ("عکس", "photo"),
    "map": ("نقشه", "map"),
    "overlay": ("هر دو", "both"),
    "left out": ("فایل‌هایی که مشکلی داشتند", "Files with problems"),
    "nothing left out": ("هیچ فایلی مشکلی نداشت.", "No file had a problem."),
    "file": ("فایل", "File"),
    "problem": ("مشکل", "Problem"),
    "detail": ("شرح", "Detail"),
    "kind left out": ("کنار گذاشته شد", "left out"),
    "kind unreadable": ("خوانده نمی‌شود", "unreadable"),
    "kind tiny": ("کوچک‌تر از ۳۲ پیکسل", "tiny"),
    "kind duplicate": ("تکراری", "duplicate"),
    "kind mislabelled": ("همین عکس در کلاسی دیگر", "mislabelled"),
    "kind doubtful label": ("همانند عکسی از کلاسی دیگر", "doubtful label"),
    "kind leak": ("همانند عکسی از بخشی دیگر", "leak"),
    "kind empty class": ("کلاس خالی", "empty class"),
    "settings": ("تنظیم‌ها و نسخه‌ها", "Settings and versions"),
    "setting": ("نام", "Name"),
    "value": ("مقدار", "Value"),
    "run id": ("شناسهٔ اجرا", "run id"),
    "data digest": ("شناسهٔ داده‌ها", "data digest"),
    "parameters": ("پارامترها", "parameters"),
    "epochs done": ("دوره‌های انجام‌شده", "epochs done"),
}
_DIGITS = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")


def number(value: float, language: Language, digits: int = 2) -> str:
    """Write a number as the language does.

    Examples
    --------
    >>> number(0.256, "fa"), number(0.256, "en")
    ('۰٫۲۶', '0.26')
    """
    text = f"{value:.{digits}f}"
    return text.translate(_DIGITS) if language == "fa" else text


def whole(value: int, language: Language) -> str:
    """Write a whole number as the language does.

    Examples
    --------
    >>> whole(12, "fa")
    '۱۲'
    """
    return number(value, language, digits=0)


def percent(value: float, language: Language) -> str:
    """Write a share in per cent as the language does.

    Examples
    --------
    >>> percent(0.256, "fa"), percent(0.256, "en")
    ('۲۵٫۶٪', '25.6 %')
    """
    return number(100 * value, language, digits=1) + ("٪" if language == "fa" else " %")
