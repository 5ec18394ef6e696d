// Runs before everything else of a page, and notes what goes wrong in it.
window.complaints = [];
window.addEventListener(
  "error",
  ({ message, target }) => complaints.push(message || `${target.src || target.href} did not load`),
  true
);
window.addEventListener("unhandledrejection", ({ reason }) => complaints.push(String(reason)));
document.addEventListener("securitypolicyviolation", (event) =>
  complaints.push(`${event.violatedDirective} forbids ${event.blockedURI} ${event.sample}`)
);
for (const kind of ["error", "assert"]) {
  const written = console[kind];
  console[kind] = (...words) => {
    if (kind === "error" || !words[0]) complaints.push(words.join(" "));
    written(...words);
  };
}
