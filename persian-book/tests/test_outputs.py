"""What cells show: colours of a terminal, formulas in HTML and in Markdown."""

from copy import deepcopy
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from building import build
from myst_nb.core.lexers import AnsiColorLexer
from pygments.formatters import Terminal256Formatter
from test_builds import CONFIG, texts, write_book

from persian_book.tree.colours import CODES, as_shown

NAMES = ["Black", "Red", "Green", "Yellow", "Blue", "Magenta", "Cyan", "White"]
PAGE = r"""---
jupytext:
  text_representation: {extension: .md, format_name: myst}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
# {fa}`خروجی`{en}`Output`

```{code-cell} ipython3
print("\x1b[38;2;250;10;0mA\x1b[0m \x1b[91mB\x1b[0m \x1b[38;5;21mC\x1b[0m")
print("\x1b[1;48;5;46mD\x1b[0m \x1b[32mE")
```

```{code-cell} ipython3
from IPython.display import HTML, Markdown, display
display(HTML(r"<table><tr><th>$\alpha$</th><td>$x &lt; y$</td><td>\$5 of $5-$6</td></tr></table>"))
display(HTML("<code>$a$</code>"))
```

```{code-cell} ipython3
display(Markdown("**bold** $x^2$"))
```
"""


def shown(codes: str) -> dict[str, str]:
    """Return the pieces of a line that a cell printed in a colour, and the name of each."""
    line = CODES.sub(as_shown, f"\x1b[{codes}mcoloured\x1b[m not")
    return {text: str(token) for token, text in AnsiColorLexer().get_tokens(line)}


@pytest.mark.parametrize("name", NAMES)
def test_a_colour_of_any_kind_is_the_one_that_the_lexer_knows(name: str) -> None:
    """The lexer of MyST-NB says which; the numbers are those that xterm gives the eight."""
    number = NAMES.index(name)
    red, green, blue = Terminal256Formatter().xterm_colors[number]
    for codes in (f"3{number}", f"9{number}", f"38;5;{number}", f"38;2;{red};{green};{blue}"):
        assert shown(codes)["coloured"] == f"Token.Color.{name}"
    for codes in (f"4{number}", f"10{number}", f"48;5;{number}", f"48;2;{red};{green};{blue}"):
        assert shown(codes)["coloured"] == f"Token.Color.BG{name}"


@pytest.mark.parametrize("codes", ["0", "4", "38;5", "38;2;1;2", "38;5;999", "38;7", ""])
def test_what_is_no_colour_colours_nothing(codes: str) -> None:
    assert not any("Color" in token for token in shown(codes).values())


def test_what_a_cell_shows_has_its_colours_and_its_formulas(tmp_path: Path) -> None:
    config = deepcopy(CONFIG)
    config["sphinx"]["config"]["nb_render_markdown_format"] = "myst"
    write_book(tmp_path, "page", config=config)
    (tmp_path / "page.md").write_text(PAGE, "utf-8")
    done = build(tmp_path, ".", "-W", "-n", "--keep-going")
    assert done.status == 0, done.output
    (sheet,) = (tmp_path / "_build" / "html" / "_static").glob("book.*.css")
    styles = sheet.read_text("utf-8")
    for text in texts(tmp_path, "page"):
        page = BeautifulSoup(text, "html.parser")
        letters = {s.text: s["class"][-1] for s in page.select('span[class*="-Color"]')}
        names = {letter: name.rpartition("-")[2] for letter, name in letters.items()}
        assert names == {"A": "Red", "B": "Red", "C": "Blue", "D": "BGGreen", "E": "Green"}
        assert all(f".-Color[class*=-{name}]{{" in styles for name in names.values())
        assert [math.text for math in page.select("td math, th math")] == ["α", "x<y"]
        assert "5 of $5-$6" in page.select("td")[1].text  # prices
        assert [code.text for code in page.select(".output code")] == ["$a$"]
        bold = page.find("strong", string="bold")
        assert bold is not None and bold.find_next("math").text == "x2"
