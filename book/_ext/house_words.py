"""One word, one idea: the build stops where prose uses a spelling that the book refuses.

``refused.yml``, beside the pages, is a list of::

    - say: تعداد
      not: [شمار]
      but: [به شمار]

``not`` holds regular expressions of whole words; in Persian a suffix after a half-space belongs to
its word. ``but`` holds the contexts in which one of them is right after all. A word alone in
quotation marks is spoken of, not used. Code, mathematics and targets of references are no prose.

A page is read as the edition being built sees it, once its other language has been taken out, and
of its code cells the options' texts in this language. So each edition checks its own words.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

FILE = "refused.yml"
TERMS = "terms.yml"
HALF_SPACE = "\u200c"
PERSIAN = re.compile("[\u0600-\u06ff]")
# Letters that would make a longer, and so another, word.
LETTER = rf"[\w{HALF_SPACE}]"
SUFFIX = rf"(?:{HALF_SPACE}(?:ها|های|هایی|هایش|هایشان|ای|اش|شان|ی|ام|اند))?"
KASRA = "\u0650?"

FENCE = re.compile(r"\s*(?:[-*+>] +)?(`{3,}|~{3,})\s*(.*?)\s*$")
# Fences whose body is no Markdown: those without a directive, and these directives.
CODE = re.compile(
    r"(?!\{)|\{(?:code|code-block|code-cell|eval-rst|givens|literalinclude|math|raw)\}"
)
NO_PROSE = re.compile(r"\s*(?::[\w-]+:|%|\([\w-]+\)=)")
INLINE = re.compile(r"\{(?P<language>fa|en)\}(`+)(?P<text>.+?)\2(?!`)")
SHOWN = re.compile(r"\{(?:ref|doc|term|numref)\}`([^`<]+?)\s*<[^`]*>`")
HIDDEN = re.compile(r"(?:\{[\w:-]+\})?(`+)(?!`).+?(?<!`)\1(?!`)|\$[^$]+\$|(?<=\])\([^)]*\)|<[^>]*>")
MEANING = re.compile(r"\s+(fa|en): (.*)")


@dataclass(frozen=True)
class Rule:
    """What to say, and how to find what not to say."""

    say: str
    refused: re.Pattern[str]
    allowed: re.Pattern[str]

    @property
    def language(self) -> str:
        """The language that the rule is about."""
        return "fa" if PERSIAN.search(self.say) else "en"

    def found(self, text: str) -> Iterator[str]:
        """Yield each refused spelling that a text uses.

        >>> rule = make_rule({"say": "تعداد", "not": ["شمار"], "but": ["به شمار"]})
        >>> list(rule.found("شمار کانال‌ها"))
        ['شمار']
        >>> list(rule.found("به شمار می‌آید؛ شماره؛ بی‌شمار؛ «شمار»"))
        []
        """
        spared = [match.span() for match in self.allowed.finditer(text)]
        for match in self.refused.finditer(text):
            if not any(start <= match.start() and match.end() <= end for start, end in spared):
                yield match[0]


def make_rule(entry: dict[str, str | list[str]]) -> Rule:
    """Compile one entry of the file."""
    say, refused, allowed = str(entry["say"]), entry["not"], entry.get("but", [])
    unknown = set(entry) - {"say", "not", "but"}
    if unknown or not isinstance(refused, list) or not isinstance(allowed, list):
        raise ValueError(f"{say}: an entry has `say`, a list `not` and perhaps a list `but`")
    words = "|".join(refused).replace(" ", f"{KASRA} ")
    suffix = SUFFIX if PERSIAN.search(say) else ""
    whole = rf"(?<!{LETTER})(?<![«“\"])(?:{words}){suffix}(?!{LETTER})(?![»”\"])"
    return Rule(say, re.compile(whole, re.IGNORECASE), re.compile("|".join(allowed) or "(?!)"))


def read_rules(folder: Path) -> list[Rule]:
    """Read the rules of the book in `folder`."""
    path = folder / FILE
    try:
        return [make_rule(entry) for entry in yaml.safe_load(path.read_text("utf-8"))]
    except (KeyError, OSError, TypeError, ValueError, re.error, yaml.YAMLError) as error:
        raise ExtensionError(f"{path.name}: {error}") from error


def prose(source: str, language: str) -> Iterator[tuple[int, str]]:
    r"""Yield the lines that hold prose, with their numbers, code and mathematics masked.

    >>> list(prose("یک `کد` و $x$.\n```python\nشمار\n```", "fa"))
    [(1, 'یک x و x.')]
    """
    fence, mathematics = "", False
    for number, line in enumerate(source.split("\n"), 1):
        match = FENCE.match(line)
        if fence:
            if match and match[1].startswith(fence) and not match[2]:
                fence = ""
            texts = [m["text"] for m in INLINE.finditer(line) if m["language"] == language]
        elif match and CODE.match(match[2]):
            fence, texts = match[1], []
        elif line.strip().startswith("$$"):
            mathematics = not mathematics and line.count("$$") == 1
            texts = []
        else:
            texts = [] if mathematics or NO_PROSE.match(line) else [line]
        for text in texts:
            yield number, HIDDEN.sub("x", SHOWN.sub(r"\1", text))


def meanings(source: str, language: str) -> Iterator[tuple[int, str]]:
    """Yield the names and meanings of the terms, but not what readers search for besides."""
    for number, line in enumerate(source.split("\n"), 1):
        match = MEANING.match(line)
        if match and match[1] == language:
            yield number, HIDDEN.sub("x", match[2])


class HouseWords:
    """What one build has found so far."""

    def __init__(self) -> None:
        self.rules: list[Rule] = []
        self.problems: list[str] = []

    def check(self, path: Path, lines: Iterator[tuple[int, str]]) -> None:
        """Note each refused spelling with its place and its remedy."""
        for number, text in lines:
            for rule in self.rules:
                self.problems += [
                    f"{os.path.relpath(path)}:{number}: “{word}”: the book says “{rule.say}”"
                    for word in rule.found(text)
                ]

    def begin(self, app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
        """Read the rules, and check the terms by them."""
        language, folder = app.config.language, Path(app.srcdir)
        self.rules = [rule for rule in read_rules(folder) if rule.language == language]
        terms = folder / TERMS
        self.check(terms, meanings(terms.read_text("utf-8"), language))

    def read(self, app: Sphinx, docname: str, source: list[str]) -> None:
        """Check a page that is being read; it is read anew when the rules change."""
        app.env.note_dependency(str(Path(app.srcdir, FILE)))
        path = Path(app.env.doc2path(docname))
        if path.suffix == ".md":
            self.check(path, prose(source[0], app.config.language))

    def end(self, app: Sphinx, env: BuildEnvironment) -> None:
        """Stop the build before what was read is kept."""
        if self.problems:
            raise ExtensionError("\n".join(self.problems))


def setup(app: Sphinx) -> None:
    """Check after the other language has been taken out of the source."""
    words = HouseWords()
    app.connect("env-before-read-docs", words.begin)
    app.connect("source-read", words.read, priority=200)
    app.connect("env-updated", words.end)
