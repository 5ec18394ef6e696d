// Marks the self-check questions of a page (see _ext/self_check.py).
// Persian, Arabic and Latin digits, ×, x, * and every kind of comma and bracket count as equal.
const latinDigit = (sign) => {
  const { latin, persian, arabic } = persianBookWords.digits;
  return latin[persian.indexOf(sign)] ?? latin[arabic.indexOf(sign)] ?? sign;
};
const plain = (text) =>
  [...text.toLowerCase()]
    .map(latinDigit)
    .join("")
    .replace(/[−–]/g, "-")
    .replace(/٫/g, ".")
    .replace(/[\s()[\]{}\u200c\u200e\u200f]/g, "")
    .replace(/[×*x،٬]/g, ",");

// A lone number may be written with or without separators of thousands.
const same = (given, expected) => {
  const [a, b] = [plain(given), plain(expected)];
  return a === b || (!b.includes(",") && a.replaceAll(",", "") === b);
};

// What is said of an answer stands in the live region, or a screen reader would not say it.
const say = (block, verdict, ...content) => {
  block.classList.toggle("right", verdict === "right");
  block.classList.toggle("wrong", verdict === "wrong");
  block.querySelector(".verdict").replaceChildren(...content);
};

const mark = (block) => {
  const given = block.querySelector("input").value;
  if (!given.trim()) return say(block, "");
  const { right, wrong } = block.querySelector(".verdict").dataset;
  if (block.dataset.answers.split("|").some((answer) => same(given, answer)))
    return say(block, "right", right);
  const mistakes = [...block.querySelectorAll(":scope > .mistake")];
  const known = mistakes.filter((mistake) => same(given, mistake.dataset.value));
  const messages = known.map((mistake) => mistake.cloneNode(true));
  for (const message of messages) message.hidden = false;
  say(block, "wrong", ...(messages.length ? messages : [wrong]));
};

document.addEventListener("DOMContentLoaded", () => {
  for (const block of document.querySelectorAll(".self-check")) {
    const form = block.querySelector("form");
    form.hidden = false;
    form.addEventListener("input", () => say(block, "")); // no verdict on what is being typed
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      mark(block);
    });
  }
});
