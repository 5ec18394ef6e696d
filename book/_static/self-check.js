// Marks the self-check questions of a page (see _ext/self_check.py).
// Persian, Arabic and Latin digits, ×, x, * and every kind of comma and bracket count as equal.
const plain = (text) =>
  text
    .toLowerCase()
    .replace(/[۰-۹]/g, (digit) => digit.charCodeAt(0) - 0x6f0)
    .replace(/[٠-٩]/g, (digit) => digit.charCodeAt(0) - 0x660)
    .replace(/[−–]/g, "-")
    .replace(/٫/g, ".")
    .replace(/[\s()[\]{}\u200c\u200e\u200f]/g, "")
    .replace(/[×*x،٬]/g, ",");

// A lone number may be written with or without separators of thousands.
const same = (given, expected) => {
  const [a, b] = [plain(given), plain(expected)];
  return a === b || (!b.includes(",") && a.replaceAll(",", "") === b);
};

const mark = (block) => {
  const given = block.querySelector("input").value;
  if (!given.trim()) return;
  const verdict = block.querySelector(".verdict");
  const right = block.dataset.answers.split("|").some((answer) => same(given, answer));
  let named = false;
  for (const mistake of block.querySelectorAll(".mistake")) {
    mistake.hidden = right || !same(given, mistake.dataset.value);
    named ||= !mistake.hidden;
  }
  block.classList.toggle("right", right);
  block.classList.toggle("wrong", !right);
  verdict.textContent = right ? verdict.dataset.right : named ? "" : verdict.dataset.wrong;
};

document.addEventListener("DOMContentLoaded", () => {
  for (const block of document.querySelectorAll(".self-check")) {
    const form = block.querySelector("form");
    form.hidden = false;
    block.append(...block.querySelectorAll(".mistake")); // what is said of an answer stands below it
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      mark(block);
    });
  }
});
