/* The definition of a term: Escape puts it away, and on a touch screen the first tap shows it. */
"use strict";

(() => {
  const terms = [...document.querySelectorAll("a.first-use")];
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape")
      terms.forEach((term) => term.matches(":hover, :focus, .shown") && term.classList.add("dismissed"));
  });
  for (const term of terms) {
    // Not in the page, whose checker does not know the attribute yet.
    term.setAttribute("aria-description", term.dataset.means);
    const again = () => term.classList.remove("dismissed", "shown");
    term.addEventListener("blur", again);
    term.addEventListener("pointerleave", (event) => event.pointerType === "mouse" && again());
    term.addEventListener("click", (event) => {
      if (event.pointerType !== "touch" || term.classList.contains("shown")) return;
      event.preventDefault();
      terms.forEach((other) => other.classList.remove("shown"));
      term.classList.add("shown");
    });
  }
})();
