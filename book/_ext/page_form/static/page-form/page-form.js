// Paper shows solutions when its reader has asked for them, and for this once.
(() => {
  "use strict";
  const root = document.documentElement;
  // Before the listener that prints.
  document.addEventListener(
    "click",
    (event) => {
      const button = event.target.closest(".btn-download-pdf-button");
      if (button) root.classList.toggle("with-solutions", button.matches(".with-solutions"));
    },
    true
  );
  window.addEventListener("afterprint", () => root.classList.remove("with-solutions"));
})();
