// What a page says of itself once it stands.
async () => {
  await document.fonts.ready;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const text = (elements) => elements.map((element) => element.textContent.trim().slice(0, 80));
  const names = [
    "aria-label", "title", "placeholder", "alt",
    "data-bs-title", "data-bs-original-title", "data-tooltip", "data-toggle-hint",
  ];
  const around = [
    "button", "summary", "label", ".admonition-title", ".onthispage", ".prev-next-area p",
    ".bd-footer", ".skip-link", ".search-summary", ".caption-number",
    ".toggle-details__summary-text",
  ].join();
  // A letter is as high as its drawing makes it.
  const letters = (e) => {
    const scale = e.getScreenCTM ? Math.hypot(e.getScreenCTM().a, e.getScreenCTM().b) : 1;
    return scale * parseFloat(getComputedStyle(e).fontSize);
  };
  return {
    root: [document.documentElement.lang, document.documentElement.dir],
    unrendered: text(all(".math").filter((e) => !e.querySelector("mjx-container"))),
    mathErrors: text(all("mjx-merror, [data-mjx-error]")),
    withoutAlt: all("img").filter((e) => !e.alt && e.role !== "presentation").map((e) => e.src),
    withoutHead: text(all("table:not(.indextable)").filter((e) => !e.querySelector("th"))),
    tiny: all(".bd-article svg text, .bd-article .pictures .title")
      .filter((e) => e.checkVisibility() && e.textContent.trim() && letters(e) < 10)
      .map((e) => `${letters(e).toFixed(1)}: ${e.textContent}`),
    wide: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    labels: all(around).filter((e) => e.checkVisibility()).map((e) => e.innerText.trim()),
    names: all("body *")
      .filter((e) => !e.closest("[lang=en]:not(html)"))
      .flatMap((e) => names.map((name) => e.getAttribute(name)).filter(Boolean)),
  };
}
