// Under each section found: its text around the words found, as written.
(() => {
  "use strict";
  const AROUND = 110;
  const { rank, marked, read } = persianBookRanking;
  const escaped = document.createElement("span");
  const escape = (text) => {
    escaped.textContent = text;
    return escaped.innerHTML;
  };
  // Where a result leads, as its link says it.
  const texts = new Map();

  // Sphinx shows the last first: page, title, address in it, description, score and file.
  Search._performSearch = (query) =>
    rank(query)
      .map(({ page, anchor, title, text, whole, score }) => {
        const hash = anchor && `#${anchor}`;
        texts.set(page + DOCUMENTATION_OPTIONS.LINK_SUFFIX + hash, text);
        return [page, escape(anchor ? `${whole} › ${title}` : title), hash, null, score, page];
      })
      .reverse();

  const hits = (text, wanted) => {
    const found = [];
    for (const match of text.matchAll(/(?:\p{N}\s?×\s?(?=\p{N})|[\p{L}\p{N}\p{M}_\u200c])+/gu)) {
      const words = read(match[0]);
      const isWanted = ({ key, parts }) => wanted.has(key) || parts.some((part) => wanted.has(part));
      if (words.some(isWanted)) found.push([match.index, match.index + match[0].length]);
    }
    return found;
  };

  const summary = (text, wanted) => {
    const found = hits(text, wanted);
    const middle = found.length ? found[0][0] : 0;
    const start = middle > AROUND ? text.indexOf(" ", middle - AROUND) + 1 : 0;
    const end = text.indexOf(" ", middle + AROUND) < 0 ? text.length : text.indexOf(" ", middle + AROUND);
    const paragraph = document.createElement("p");
    paragraph.className = "context";
    let at = start;
    for (const [from, to] of found.filter(([from, to]) => from >= start && to <= end)) {
      paragraph.append(text.slice(at, from));
      const mark = document.createElement("mark");
      mark.textContent = text.slice(from, to);
      paragraph.append(mark);
      at = to;
    }
    paragraph.append(text.slice(at, end));
    if (start > 0) paragraph.prepend("… ");
    if (end < text.length) paragraph.append(" …");
    return paragraph;
  };

  // In the Persian edition, numbers that Sphinx's script writes.
  const writeDigits = (element) => {
    if (document.documentElement.lang === "fa" && /\d/.test(element.textContent))
      element.textContent = element.textContent.replace(/\d/g, (d) => bookTables.digits.persian[d]);
  };

  const wanted = marked(new URLSearchParams(window.location.search).get("q") || "");
  const results = document.getElementById("search-results");
  const seen = new WeakSet();
  new MutationObserver(() => {
    for (const item of results.querySelectorAll("li"))
      if (!seen.has(item)) {
        seen.add(item);
        const text = texts.get(item.querySelector("a").getAttribute("href"));
        if (text) item.append(summary(text, wanted));
      }
    results.querySelectorAll(".search-summary").forEach(writeDigits);
  }).observe(results, { childList: true, subtree: true });
})();
