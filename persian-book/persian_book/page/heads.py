"""Heads of tables: of a column or of a row, and never empty."""

from .markup import Token, tokens

SCOPES = {"table": "", "thead": "col", "tbody": "row", "tfoot": "row"}


def head_cells(page: str) -> str:
    """Say of each head what it heads (WCAG's H63); the empty corner of a table heads nothing.

    >>> head_cells("<thead><th><p></p></th><th>n</th></thead>")
    '<thead><td><p></p></td><th scope="col">n</th></thead>'
    """
    cut = list(tokens(page))
    scope = ""
    for at, token in enumerate(cut):
        tag = token.tag
        if tag and tag.name in SCOPES:
            scope = SCOPES[tag.name]
        elif tag and tag.name == "th":
            end = next((i for i in range(at, len(cut)) if cut[i].closes == "th"), at)
            if is_empty(cut[at + 1 : end]):
                cut[at] = Token(tag.named("td").source)
                cut[end] = Token("</td>")
            elif scope:
                cut[at] = Token(tag.having("scope", scope).source)
    return "".join(token.source for token in cut)


def is_empty(content: list[Token]) -> bool:
    """Say whether a cell shows nothing."""
    return not any(
        (token.is_text and token.source.strip()) or (token.tag and token.tag.name in ("img", "svg"))
        for token in content
    )
