// MathJax as the build uses it: TeX in, HTML out, without a browser. README.md says how it is bundled.
import { mathjax } from "mathjax-full/js/mathjax.js";
import { TeX } from "mathjax-full/js/input/tex.js";
import { CHTML } from "mathjax-full/js/output/chtml.js";
import { liteAdaptor } from "mathjax-full/js/adaptors/liteAdaptor.js";
import { RegisterHTMLHandler } from "mathjax-full/js/handlers/html.js";
import { AssistiveMmlHandler } from "mathjax-full/js/a11y/assistive-mml.js";
import { AllPackages } from "mathjax-full/js/input/tex/AllPackages.js";

// These load others in a browser, or hide mistakes.
const LEFT_OUT = ["autoload", "require", "noerrors", "noundefined", "setoptions", "physics", "colorv2"];
const packages = AllPackages.filter((name) => !LEFT_OUT.includes(name));
// No letters can be measured here; Vazirmatn's are so wide on average, of an em.
const adaptor = liteAdaptor({ unknownCharWidth: 0.53 });
AssistiveMmlHandler(RegisterHTMLHandler(adaptor));
// In em: what a line of a small phone may have no room for.
const WIDE = 11;
let chtml, page, scale;

// Begin a page: the style sheet grows with what is set on it. `textFont` is that of the page, and
// `scale` what makes the formulas' small letters as tall as its own.
globalThis.begin = (macros, fontURL, textFont, pageScale) => {
  scale = pageScale;
  const formatError = (_, error) => { throw Error(error.message); };
  const tex = new TeX({ packages, macros, formatError });
  // MathJax sets each letter of \text by itself, which leaves Persian unjoined and reversed; in the
  // page's font it is one run of text (mathjax/MathJax#3590).
  chtml = new CHTML({ fontURL, mtextFont: textFont });
  page = mathjax.document("", { InputJax: tex, OutputJax: chtml });
  return mathjax.version;
};
globalThis.typeset = (formula, display) => {
  const node = page.convert(formula, { display, scale });
  if (!display && chtml.getBBox(chtml.math, page).w > WIDE) adaptor.addClass(node, "wide");
  return adaptor.outerHTML(node);
};
globalThis.styles = () => adaptor.textContent(chtml.styleSheet(page));
