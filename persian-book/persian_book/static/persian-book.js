// Words that other scripts write, and the way to the other language.
(() => {
  "use strict";
  const words = persianBookWords;

  // Sphinx's scripts ask Documentation; the copy button has a table of its own.
  if (typeof Documentation !== "undefined") Object.assign(Documentation.TRANSLATIONS, words.messages);
  if (typeof messages !== "undefined" && typeof locale !== "undefined") {
    messages[document.documentElement.lang] = words.copy;
    locale = document.documentElement.lang;
  }
  // Its pictures are written before the table is, and their titles name the button.
  if (typeof iconCopy !== "undefined") {
    const titled = (icon, word) => icon.replace(/<title>.*?<\/title>/, `<title>${word}</title>`);
    iconCopy = titled(iconCopy, words.copy.copy_to_clipboard);
    iconCheck = titled(iconCheck, words.copy.copy_success);
  }
})();

// The switch keeps the reader at the section in view, if it has the same id in both editions.
document.addEventListener("click", (event) => {
  "use strict";
  const link = event.target.closest("a.language-switch");
  if (!link) return;
  const above = [...document.querySelectorAll("section.labelled section.labelled")].filter(
    (section) => section.getBoundingClientRect().top < window.innerHeight / 3
  );
  link.hash = above.length ? above[above.length - 1].id : "";
});

// togglebutton names its buttons in English, whatever the page's language.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  const name = persianBookWords.messages["Toggle hidden content"];
  if (name) for (const button of document.querySelectorAll(".toggle-button")) button.ariaLabel = name;
});

// What the theme's buttons do, which it writes into the page.
document.addEventListener("click", (event) => {
  "use strict";
  if (event.target.closest(".btn-download-pdf-button")) window.print();
  if (event.target.closest(".btn-fullscreen-button")) toggleFullScreen();
});

// On paper everything is open, and black on white.
(() => {
  "use strict";
  const root = document.documentElement;
  let theme, opened, unfolded;
  window.addEventListener("beforeprint", () => {
    theme = root.dataset.theme;
    root.dataset.theme = "light";
    opened = [...document.querySelectorAll(".bd-article details:not([open])")];
    for (const details of opened) details.open = true;
    unfolded = [...document.querySelectorAll(".admonition.toggle-hidden")];
    for (const box of unfolded) box.classList.remove("toggle-hidden");
  });
  window.addEventListener("afterprint", () => {
    root.dataset.theme = theme;
    for (const details of opened) details.open = false;
    for (const box of unfolded) box.classList.add("toggle-hidden");
  });
})();

// The keyboard must reach what scrolls: formulas here, code and outputs by the theme's script. The
// browser tells sizes when it has them; to ask box after box would lay the page out as often.
const persianBookScrolling = new ResizeObserver((entries) => {
  "use strict";
  const scrolls = (box) => {
    const formula = box.querySelector(":scope > mjx-math");
    // Not the scrollWidth of a formula, which counts the invisible MathML.
    if (formula) return formula.offsetWidth > box.clientWidth;
    return box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
  };
  const boxes = new Set(entries.map(({ target }) => target.closest("mjx-container") ?? target));
  const found = [...boxes].map((box) => [box, scrolls(box) ? 0 : -1]); // all, before one changes
  for (const [box, index] of found) if (box.tabIndex !== index) box.tabIndex = index;
});
window.addEventListener("load", () => {
  "use strict";
  // Other formulas stand in the line, whole.
  for (const formula of document.querySelectorAll("mjx-container:is(.wide, [display])"))
    for (const box of [formula, formula.querySelector("mjx-math")]) persianBookScrolling.observe(box);
});

// The theme's drawers and its search: one that is closed gives the focus back to what opened it,
// and a link to this page closes the drawer that lies over it.
document.addEventListener("DOMContentLoaded", () => {
  "use strict";
  let opener = null;
  const remember = (event) => {
    const control = event.target.closest("button, a, input, summary, [tabindex]");
    if (control && !control.closest("dialog")) opener = control;
  };
  document.addEventListener("focusin", remember);
  document.addEventListener("click", remember, true);
  for (const dialog of document.querySelectorAll("dialog")) {
    let left = false;
    dialog.addEventListener("click", (event) => {
      const link = event.target.closest("a[href]");
      left = Boolean(link?.hash) && link.pathname === window.location.pathname;
      if (left) dialog.close();
    });
    dialog.addEventListener("close", () => {
      if (!left) setTimeout(() => opener?.focus({ preventScroll: true }));
      left = false;
    });
  }
});
