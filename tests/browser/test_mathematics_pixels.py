"""Formulas set in the build, beside the same ones set by MathJax in the browser, pixel by pixel.

`mathjax-tex-chtml.js.xz` is the file `es5/tex-chtml.js` of MathJax 3.2.2 (npm, Apache License 2.0),
which pages would run if the build had not set their formulas.
"""

import io
import lzma
from html import escape
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from persian_book.mathematics.engine import SCALE, TEXT_FONT, Engine
from persian_book.mathematics.fonts import FONTS
from persian_book.mathematics.setting import Setting
from persian_book.site.typefaces import FONTS as TYPEFACES

MATHJAX = Path(__file__).parent / "mathjax-tex-chtml.js.xz"
# Ten as both editions have them, and five in the words of each.
COMMON = [
    r"S(i,j)=\sum_{m=-1}^{1}\;\sum_{n=-1}^{1} I(i+m,\;j+n)\,k(m,n)",
    r"o_{\mathrm{same}} = \left\lceil \frac{n}{s} \right\rceil \qquad p = \max\bigl(0, k - n\bigr)",
    r"X = \begin{bmatrix} 2 & 3 & 4 \\ 3 & 1 & 5 \\ 4 & -1 & -2 \end{bmatrix}",
    r"\frac{\partial L}{\partial F_{pq}} = \sum_{i,j} G_{ij}\, X_{i+p,\,j+q}",
    r"p_j = \frac{e^{z_j}}{\sum_i e^{z_i}}, \qquad L = -\log p_k",
    r"r_L = 1 + \sum_{l=1}^{L} (k_l - 1) \prod_{m<l} s_m",
    r"\begin{aligned} O_{00} &= 2\cdot 0 + 3\cdot 3 = 9 \\ O_{01} &= \tfrac14 \end{aligned}",
    r"X\in\mathbb{R}^{m\times n}, \quad \sqrt{\sigma^2+\varepsilon}",
    r"\left\lfloor \frac{28 + 2\cdot 1 - 3}{2} \right\rfloor + 1 = \lfloor 13.5 \rfloor + 1",
    r"\hat{y} = \begin{cases} 1 & z \ge 0 \\ 0 & z < 0 \end{cases}",
]
WORDS = {
    "fa": [
        r"\text{دقت} = \frac{\text{پیش‌بینی‌های درست}}{\text{همه}}",
        r"\text{شمار پارامترها} = (k^2 c + 1)\, n",
        r"o = n \quad \text{اگر } p = \tfrac{k-1}{2}",
        r"\text{خروجی}_{ij} = \sum_c w_c\, \text{ورودی}_{ijc}",
        r"x \mapsto \max(0, x) \qquad \text{(یکسوساز)}",
    ],
    "en": [
        r"\text{accuracy} = \frac{\text{correct}}{\text{all}}",
        r"\text{parameters} = (k^2 c + 1)\, n",
        r"o = n \quad \text{if } p = \tfrac{k-1}{2}",
        r"\text{output}_{ij} = \sum_c w_c\, \text{input}_{ijc}",
        r"x \mapsto \max(0, x) \qquad \text{(rectifier)}",
    ],
}
CONFIGURE = """([fonts, family]) => {
  window.MathJax = {
    startup: { typeset: false },
    options: { enableMenu: false },
    chtml: { fontURL: fonts, mtextFont: family },
  };
}"""
SET = """async ([formulas, scale]) => {
  await MathJax.startup.promise;
  for (const [index, formula] of formulas.entries()) {
    const place = document.getElementById(`browser-${index}`);
    place.append(await MathJax.tex2chtmlPromise(formula, { display: true, scale }));
  }
  document.head.append(MathJax.chtmlStylesheet());
  await document.fonts.ready;
  await Promise.all([...document.fonts].map((face) => face.load()));
}"""
STYLE = f"""
@font-face {{ font-family: Vazirmatn;
  src: url({TYPEFACES.as_uri()}/vazirmatn-arabic-wght-normal.woff2);
  unicode-range: U+0600-06FF, U+200C-200E }}
@font-face {{ font-family: Vazirmatn;
  src: url({TYPEFACES.as_uri()}/vazirmatn-latin-wght-normal.woff2); unicode-range: U+0000-00FF }}
:root {{ --pst-font-family-base: Vazirmatn }}
body {{ font: 16px/1.65 Vazirmatn; margin: 0 }}
/* MathJax rounds the width of text to a whole pixel; without that it is the text's own. */
mjx-utext {{ width: auto !important }}
section {{ height: 160px; width: 700px; overflow: hidden; contain: strict }}
"""


def page_of(formulas: list[str], language: str) -> str:
    """Write a page with formulas from the build, and a place for each that the browser sets."""
    setting = Setting(Engine(FONTS.as_uri()), {})
    direction = {"fa": "rtl", "en": "ltr"}[language]
    rows = [
        f'<section id="build-{i}">{setting.formula(escape(tex), display=True)}</section>'
        f'<section id="browser-{i}"></section>'
        for i, tex in enumerate(formulas)
    ]
    head = f"<meta charset=utf-8><style>{STYLE}{setting.sheet()}</style>"
    return f"<!doctype html><html lang={language} dir={direction}>{head}<body>{''.join(rows)}"


def picture(page: Page, place: str) -> np.ndarray:
    shot = page.locator(f"#{place}").screenshot()
    return np.asarray(Image.open(io.BytesIO(shot)).convert("L"), dtype=int)


@pytest.mark.parametrize("language", WORDS)
def test_the_build_sets_formulas_as_mathjax_does_in_a_browser(
    browser: Browser, language: str, tmp_path: Path
) -> None:
    formulas = [*COMMON, *WORDS[language]]
    (tmp_path / "page.html").write_text(page_of(formulas, language), "utf-8")
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.goto((tmp_path / "page.html").as_uri())
    page.evaluate(CONFIGURE, [FONTS.as_uri(), TEXT_FONT])
    page.add_script_tag(content=lzma.decompress(MATHJAX.read_bytes()).decode())
    page.evaluate(SET, [formulas, SCALE])
    apart = {}
    for index, tex in enumerate(formulas):
        ours, theirs = (picture(page, f"{place}-{index}") for place in ("build", "browser"))
        assert (theirs < 128).sum() > 100, f"nothing is to be seen of {tex}"
        if different := int((np.abs(ours - theirs) > 8).sum()):
            apart[tex] = different
    page.close()
    assert apart == {}
