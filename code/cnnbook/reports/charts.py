"""Curves and the reliability diagram as SVG, in the page and in its colours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cnnbook.reports.words import WORDS, Language, number, whole

__all__ = ["curves", "reliability"]

_WIDTH, _HEIGHT = 380, 240
_LEFT, _TOP, _RIGHT, _BOTTOM = 46, 26, 14, 38


def curves(
    history: Mapping[str, Sequence[float]], what: str, title: str, language: Language
) -> str:
    """Draw a quantity of training and of validation against the epoch.

    Examples
    --------
    >>> chart = curves({"loss": [2.0, 1.0], "val_loss": [2.0, 1.5]}, "loss", "Loss", "en")
    >>> chart.count("<polyline"), "1.50" in chart
    (2, False)
    """
    i = ("fa", "en").index(language)
    series = [(history[key], colour) for key, colour in ((what, "a"), (f"val_{what}", "b"))
              if key in history]  # fmt: skip
    values = [value for line, _ in series for value in line]
    low, high = min(0.0, *values), max(values) or 1.0
    epochs = max(len(line) for line, _ in series)

    def x(epoch: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * (epoch / max(1, epochs - 1))

    def y(value: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (high - value) / ((high - low) or 1)

    drawn = [_axes([(y(v), number(v, language)) for v in (low, (low + high) / 2, high)])]
    drawn += [_text(x(at), _HEIGHT - 20, whole(at + 1, language)) for at in sorted({0, epochs - 1})]
    drawn.append(_text(_WIDTH / 2, _HEIGHT - 5, WORDS["epoch"][i]))
    for (line, colour), part in zip(series, ("train", "validation"), strict=False):
        points = " ".join(f"{x(e):.1f},{y(v):.1f}" for e, v in enumerate(line))
        drawn.append(
            f'<polyline points="{points}" fill="none" stroke="var(--{colour})" stroke-width="2"/>'
        )
        place = _LEFT + 8 if part == "train" else _LEFT + 120
        drawn.append(
            f'<rect x="{place}" y="8" width="14" height="4" fill="var(--{colour})"/>'
            f'<text x="{place + 20}" y="15" direction="ltr">{WORDS[part][i]}</text>'
        )
    return _svg(drawn, title)


def reliability(
    before: Sequence[Mapping[str, float]],
    after: Sequence[Mapping[str, float]],
    language: Language,
) -> str:
    """Draw accuracy against confidence, before and after calibration; a disc's area is its photos.

    Examples
    --------
    >>> row = {"confidence": 0.8, "accuracy": 0.5, "count": 4}
    >>> reliability([row], [row], "en").count("<circle")
    2
    """
    i = ("fa", "en").index(language)

    def x(confidence: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * confidence

    def y(accuracy: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - accuracy)

    drawn = [_axes([(y(v), number(v, language, 1)) for v in (0.0, 0.5, 1.0)])]
    drawn += [_text(x(v), _HEIGHT - 20, number(v, language, 1)) for v in (0.0, 0.5, 1.0)]
    drawn.append(
        f'<line x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}" stroke="var(--line)" '
        'stroke-dasharray="5 4"/>'
    )
    for bins, colour, word, place in ((before, "b", "before", 8), (after, "a", "after", 120)):
        most = max(row["count"] for row in bins)
        drawn += [
            f'<circle cx="{x(row["confidence"]):.1f}" cy="{y(row["accuracy"]):.1f}" '
            f'r="{3 + 5 * (row["count"] / most) ** 0.5:.1f}" fill="var(--{colour})" '
            'fill-opacity=".7"/>'
            for row in bins
        ]
        drawn.append(
            f'<rect x="{_LEFT + place}" y="6" width="10" height="10" fill="var(--{colour})"/>'
            f'<text x="{_LEFT + place + 16}" y="15" direction="ltr">{WORDS[word][i]}</text>'
        )
    drawn.append(_text(_WIDTH / 2, _HEIGHT - 5, WORDS["confidence"][i]))
    return _svg(drawn, WORDS["calibration"][i])


def _axes(ticks: Sequence[tuple[float, str]]) -> str:
    return "".join(
        f'<line x1="{_LEFT}" x2="{_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}" '
        f'stroke="var(--line)" stroke-width=".6"/>'
        f'<text x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end" direction="ltr">{text}</text>'
        for y, text in ticks
    )


def _text(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{text}</text>'


def _svg(parts: Sequence[str], title: str) -> str:
    return (
        f'<figure><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" height="{_HEIGHT}" '
        f'role="img" aria-label="{title}">{"".join(parts)}</svg><figcaption>{title}</figcaption>'
        "</figure>"
    )
