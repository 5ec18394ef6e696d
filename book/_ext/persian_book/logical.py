"""Physical CSS rewritten as logical: one style sheet for both directions.

``margin-left`` becomes ``margin-inline-start`` and so on, which is the same in a left-to-right page
and the mirror image in a right-to-left one. What has no logical form (shadows, transforms, glyphs)
is left to a small sheet written by hand.
"""

import re

SIDES = {"left": "inline-start", "right": "inline-end"}
CORNERS = {
    "border-top-left-radius": "border-start-start-radius",
    "border-top-right-radius": "border-start-end-radius",
    "border-bottom-left-radius": "border-end-start-radius",
    "border-bottom-right-radius": "border-end-end-radius",
}
PROPERTIES = {
    **{side: f"inset-{logical}" for side, logical in SIDES.items()},
    **{
        f"{box}-{side}": f"{box}-{logical}"
        for box in ("margin", "padding", "scroll-margin", "scroll-padding", "border")
        for side, logical in SIDES.items()
    },
    **{
        f"border-{side}-{part}": f"border-{logical}-{part}"
        for part in ("color", "style", "width")
        for side, logical in SIDES.items()
    },
    **CORNERS,
}
VALUES = {
    "text-align": {"left": "start", "right": "end"},
    "justify-content": {"left": "start", "right": "end"},
    "float": SIDES,
    "clear": SIDES,
}
# Shorthands of four sides: top, right, bottom, left.
BOXES = {
    "margin": "margin-{}",
    "padding": "padding-{}",
    "inset": "inset-{}",
    "scroll-margin": "scroll-margin-{}",
    "scroll-padding": "scroll-padding-{}",
    "border-color": "border-{}-color",
    "border-style": "border-{}-style",
    "border-width": "border-{}-width",
}
OPAQUE = re.compile(r"/\*.*?\*/|\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'|url\([^)\"']*\)", re.S)
RULE = re.compile(r"([^{};]*)\{([^{}]*)\}")
IMPORTANT = re.compile(r"\s*!important\s*$")
# Placements computed by a script are physical, and a rule that names a direction means it.
PHYSICAL = re.compile(r"popper-placement|\[dir|:dir\(")


def to_logical(css: str) -> str:
    """Rewrite a style sheet.

    >>> to_logical("a { margin-left: 1rem; float: right }")
    'a { margin-inline-start: 1rem; float: inline-end }'
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[0])
        return f"\x00{len(kept) - 1}\x00"

    def rule(match: re.Match[str]) -> str:
        selector, body = match.groups()
        if PHYSICAL.search(selector):
            return match[0]
        return f"{selector}{{{';'.join(map(declaration, body.split(';')))}}}"

    rewritten = RULE.sub(rule, OPAQUE.sub(keep, css))
    return re.sub(r"\x00(\d+)\x00", lambda match: kept[int(match[1])], rewritten)


def declaration(source: str) -> str:
    """Rewrite one declaration, or return it as it is."""
    start, colon, value = source.partition(":")
    start = start.rstrip()
    name = re.split(r"[\s\x00]", start)[-1]
    if not colon or not name or name.startswith("--"):
        return source
    before = start[: len(start) - len(name)]
    important = IMPORTANT.search(value)
    flag = important[0] if important else ""
    plain = value.removesuffix(flag)
    pairs = logical_pairs(name.lower(), plain.strip())
    if pairs is None:
        return source
    space = plain[: len(plain) - len(plain.lstrip())]
    after = plain[len(plain.rstrip()) :]
    return before + ";".join(f"{key}:{space}{text}{flag}" for key, text in pairs) + after


def logical_pairs(name: str, value: str) -> list[tuple[str, str]] | None:
    """Return the logical declarations for a physical one; nothing if it has no sides."""
    if name in ("left", "right") and value == "50%":
        return None  # centred with a transform, which has no logical form
    if name in PROPERTIES:
        return [(PROPERTIES[name], value)]
    if name in VALUES and value in VALUES[name]:
        return [(name, VALUES[name][value])]
    if name in BOXES:
        return box_pairs(BOXES[name], words(value))
    if name == "border-radius" and "/" not in value:
        return radius_pairs(words(value))
    if name in ("transition", "transition-property"):
        pattern = "|".join(sorted(PROPERTIES, key=len, reverse=True))
        changed = re.sub(
            rf"(?<![\w-])(?:{pattern})(?![\w-])", lambda match: PROPERTIES[match[0]], value
        )
        return [(name, changed)]
    return None


def box_pairs(form: str, sides: list[str]) -> list[tuple[str, str]] | None:
    """Split a shorthand whose left and right differ."""
    if len(sides) != 4 or sides[1] == sides[3]:
        return None
    top, right, bottom, left = sides
    return [(form.format("block"), f"{top} {bottom}"), (form.format("inline"), f"{left} {right}")]


def radius_pairs(corners: list[str]) -> list[tuple[str, str]] | None:
    """Split a shorthand of corners that differ."""
    if len(corners) == 2:
        corners = corners * 2
    if len(corners) == 3:
        corners = [*corners, corners[1]]
    if len(corners) != 4 or (corners[0] == corners[1] and corners[2] == corners[3]):
        return None
    names = ("start-start", "start-end", "end-end", "end-start")
    return [(f"border-{name}-radius", corner) for name, corner in zip(names, corners, strict=True)]


def words(value: str) -> list[str]:
    """Split a value at the spaces outside its brackets.

    >>> words("0 calc(1px + 2px) auto")
    ['0', 'calc(1px + 2px)', 'auto']
    """
    found: list[str] = []
    depth = 0
    for piece in value.split():
        if depth:
            found[-1] += f" {piece}"
        else:
            found.append(piece)
        depth += piece.count("(") - piece.count(")")
    return found
