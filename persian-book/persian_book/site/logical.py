"""Physical CSS rewritten as logical: one style sheet for both directions.

``margin-left`` becomes ``margin-inline-start`` and so on, which is the same in a left-to-right page
and the mirror image in a right-to-left one. What has no logical form (shadows, transforms, glyphs)
is left to a small sheet written by hand.
"""

import re
from typing import Any

import tinycss2
from tinycss2 import serialize
from tinycss2.ast import Declaration

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
# Placements computed by a script are physical, and a rule that names a direction means it.
PHYSICAL = re.compile(r"popper-placement|\[dir|:dir\(")
Nodes = list[Any]  # tinycss2 ships no types


def to_logical(css: str) -> str:
    """Rewrite a style sheet; what browsers cannot read in it is dropped.

    >>> to_logical("a { margin-left: 1rem; float: right }")
    'a { margin-inline-start: 1rem; float: inline-end;}'
    """
    return str(serialize(rewritten(tinycss2.parse_stylesheet(css))))


def rewritten(nodes: Nodes) -> Nodes:
    """Rewrite the declarations of rules, of rules within rules, and of a list of them."""
    kept: Nodes = []
    for node in nodes:
        if node.type == "declaration":
            kept += declarations(node)
        elif node.type != "error":
            is_physical = node.type == "qualified-rule" and PHYSICAL.search(serialize(node.prelude))
            if getattr(node, "content", None) is not None and not is_physical:
                node.content = rewritten(tinycss2.parse_blocks_contents(node.content))
            kept.append(node)
    return kept


def declarations(node: Any) -> Nodes:
    """Return the logical declarations for one; itself if it has no sides."""
    pairs = logical_pairs(node.lower_name, node.value)
    if pairs is None:
        return [node]
    return [
        Declaration(node.source_line, node.source_column, name, name, value, node.important)
        for name, value in pairs
    ]


def logical_pairs(name: str, value: Nodes) -> list[tuple[str, Nodes]] | None:
    """Return the logical properties and values for a physical one; nothing if it has no sides."""
    text = serialize(value).strip()
    if name in ("left", "right") and text == "50%":
        return None  # centred with a transform, which has no logical form
    if name in PROPERTIES:
        return [(PROPERTIES[name], value)]
    if name in VALUES and text in VALUES[name]:
        return [(name, parsed(f" {VALUES[name][text]}"))]
    if name in BOXES:
        return box_pairs(BOXES[name], words(value))
    if name == "border-radius" and "/" not in text:
        return radius_pairs(words(value))
    if name in ("transition", "transition-property"):
        return [(name, [logical_name(part) for part in value])]
    return None


def box_pairs(form: str, sides: list[str]) -> list[tuple[str, Nodes]] | None:
    """Split a shorthand whose left and right differ."""
    if len(sides) != 4 or sides[1] == sides[3]:
        return None
    top, right, bottom, left = sides
    return [
        (form.format("block"), parsed(f"{top} {bottom}")),
        (form.format("inline"), parsed(f"{left} {right}")),
    ]


def radius_pairs(corners: list[str]) -> list[tuple[str, Nodes]] | None:
    """Split a shorthand of corners that differ."""
    if len(corners) == 2:
        corners = corners * 2
    if len(corners) == 3:
        corners = [*corners, corners[1]]
    if len(corners) != 4 or (corners[0] == corners[1] and corners[2] == corners[3]):
        return None
    names = ("start-start", "start-end", "end-end", "end-start")
    return [
        (f"border-{name}-radius", parsed(corner))
        for name, corner in zip(names, corners, strict=True)
    ]


def words(value: Nodes) -> list[str]:
    """Split a value at its spaces.

    >>> words(parsed("0 calc(1px + 2px) auto"))
    ['0', 'calc(1px + 2px)', 'auto']
    """
    return [serialize([part]) for part in value if part.type not in ("whitespace", "comment")]


def parsed(value: str) -> Nodes:
    """Read a value."""
    return list(tinycss2.parse_component_value_list(value))


def logical_name(part: Any) -> Any:
    """Return the name of a property as that of its logical one; anything else as it is."""
    if part.type == "ident" and part.lower_value in PROPERTIES:
        return parsed(PROPERTIES[part.lower_value])[0]
    return part
