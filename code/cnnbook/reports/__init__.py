"""Pages one can hand over: the report of a run, and pictures with what a model says of them."""

from cnnbook._extras import extra

with extra("models", "cnnbook.reports"):
    from cnnbook.reports.gallery import Mistake, Shown, mistakes_of, shown
    from cnnbook.reports.per_class import ClassScores, scores_of
    from cnnbook.reports.pictures import pictures_page
    from cnnbook.reports.run_report import run_report
    from cnnbook.reports.words import LANGUAGES, Language

__all__ = [
    "LANGUAGES",
    "ClassScores",
    "Language",
    "Mistake",
    "Shown",
    "mistakes_of",
    "pictures_page",
    "run_report",
    "scores_of",
    "shown",
]
