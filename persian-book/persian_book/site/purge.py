"""Style sheets without the rules that no page can need.

The theme's sheet is made for every site; a book uses a sixth of it. A rule stays if every class and
id that it names is a word of some page or script, so that what a script adds later is styled too.
"""

import re
from collections.abc import Iterable
from typing import Any

import tinycss2
from tinycss2 import serialize

WORD = re.compile(r"-{0,2}[A-Za-z_][\w-]*")
NAMED = re.compile(r"[.#]((?:[\w-]|\\.)+)")
VARIABLE = re.compile(r"var\(\s*(--[\w-]+)")
DECLARED = re.compile(r"[{;]\s*--")
# What a selector says of elements that are not there must not keep a rule from the others.
ABSENT = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
AT_RULES_WITH_RULES = {"media", "supports", "layer", "container"}
Nodes = list[Any]  # tinycss2 ships no types


def words_of(texts: Iterable[str]) -> set[str]:
    """Return every word of pages and scripts that may be a class or an id."""
    found: set[str] = set()
    for text in texts:
        found.update(WORD.findall(text))
    return found | {word.lstrip("-") for word in found}  # a sign before it may be a script's minus


def purged(css: str, words: set[str]) -> str:
    """Drop the rules whose classes are no words, and the variables that nothing reads.

    >>> purged("a{top:0} .b, .c{left:0} @media print{.c{top:0}} .d{}", {"b"})
    'a{top:0}.b{left:0}'
    """
    rules = kept(tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True), words)
    while True:  # a variable may be read by one that nothing reads
        text = "".join(rules)
        read = set(VARIABLE.findall(text)) | {word for word in words if word.startswith("--")}
        fewer = [without_variables(rule, read) for rule in rules]
        if fewer == rules:
            return text
        rules = [rule for rule in fewer if rule]


def kept(rules: Nodes, words: set[str]) -> list[str]:
    """Return the rules that some element may need, as text."""
    found = []
    for rule in rules:
        if rule.type == "at-rule" and rule.lower_at_keyword in AT_RULES_WITH_RULES and rule.content:
            inner = kept(
                tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True),
                words,
            )
            if inner:
                found.append(f"@{rule.at_keyword}{serialize(rule.prelude)}{{{''.join(inner)}}}")
        elif rule.type == "at-rule":
            found.append(serialize([rule]))
        elif rule.type == "qualified-rule":
            selectors = [one for one in selectors_of(rule.prelude) if is_needed(one, words)]
            body = tight(rule.content)
            if selectors and body:
                found.append(f"{','.join(selectors)}{{{body}}}")
    return found


def selectors_of(prelude: Nodes) -> list[str]:
    """Split the list of selectors before a rule."""
    parts: list[Nodes] = [[]]
    for node in prelude:
        if node.type == "literal" and node.value == ",":
            parts.append([])
        elif node.type != "comment":
            parts[-1].append(node)
    return [serialize(part).strip() for part in parts]


def is_needed(selector: str, words: set[str]) -> bool:
    """Say whether an element may match: alternatives in brackets count as possible."""
    plain = re.sub(r"\[[^\]]*\]", "", ABSENT.sub("", selector))
    while "(" in plain:  # :is(.a, .b) matches if one of them does
        shorter = re.sub(r":[\w-]+\([^()]*\)", "", plain)
        if shorter == plain:
            break
        plain = shorter
    return all(name.replace("\\", "") in words for name in NAMED.findall(plain))


def tight(content: Nodes) -> str:
    """Write the declarations of a rule without the space around them."""
    text = serialize([node for node in content if node.type != "comment"])
    return re.sub(r"\s*\n\s*", "", text).strip().rstrip(";")


def without_variables(rule: str, read: set[str]) -> str:
    """Drop from a rule the variables that nothing reads."""
    if not DECLARED.search(rule) or rule.startswith("@"):
        return rule
    prelude, _, rest = rule.partition("{")
    body = []
    for part in tinycss2.parse_blocks_contents(rest.removesuffix("}")):
        if part.type == "declaration" and part.name.startswith("--") and part.name not in read:
            continue
        if part.type not in ("whitespace", "comment"):
            body.append(serialize([part]).strip().rstrip(";"))
    return f"{prelude}{{{';'.join(body)}}}" if body else ""
