// Under each page found: its text around the words found, as written.
(() => {
  "use strict";
  const AROUND = 110;
  const { texts, titles, synonyms } = persianBookTexts;
  const stemmer = new Stemmer();
  const stems = (text) =>
    bookWords(text).flat().map((part) => stemmer.stemWord(part.toLowerCase()));

  // The stems of the query, and of the other names of the terms in it.
  const wanted = (query) => {
    const found = new Set(stems(query));
    for (const names of synonyms)
      if (names.some((name) => stems(name).every((stem) => found.has(stem))))
        names.flatMap(stems).forEach((stem) => found.add(stem));
    return found;
  };

  // Two neighbouring words of a query may stand joined in a text: then that is searched for too.
  const search = Search._performSearch;
  Search._performSearch = (query, terms, ...others) => {
    const results = search(query, terms, ...others);
    const seen = new Set(results.map(([page, , anchor]) => page + anchor));
    const parts = bookWords(query).flat();
    const known = { ...Search._index.terms, ...Search._index.titleterms };
    for (let at = 0; at + 1 < parts.length; at++) {
      const joined = stemmer.stemWord(parts[at] + parts[at + 1]);
      if (!Object.hasOwn(known, joined)) continue;
      const rest = [...parts.slice(0, at), ...parts.slice(at + 2)].flatMap(stems);
      const more = search(query, new Set([joined, ...rest]), ...others);
      results.unshift(...more.filter(([page, , anchor]) => !seen.has(page + anchor)));
    }
    return results;
  };

  const hits = (text, stemsWanted) => {
    const found = [];
    for (const match of text.matchAll(/(?:\p{N}\s?×\s?(?=\p{N})|[\p{L}\p{N}\p{M}_\u200c])+/gu)) {
      const parts = stems(match[0]);
      if (parts.some((stem) => stemsWanted.has(stem)) || wantedJoined.has(parts.join("")))
        found.push([match.index, match.index + match[0].length]);
    }
    return found;
  };

  const summary = (text, stemsWanted) => {
    const found = hits(text, stemsWanted);
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

  // A title with a formula comes as the TeX of its source.
  const writeFormulas = (link) => {
    const walker = document.createTreeWalker(link, NodeFilter.SHOW_TEXT);
    while (walker.nextNode())
      for (const [source, shown] of Object.entries(titles))
        walker.currentNode.data = walker.currentNode.data.replaceAll(source, shown);
  };

  const query = new URLSearchParams(window.location.search).get("q") || "";
  const stemsWanted = wanted(query);
  const wantedJoined = new Set(stems(query).map((stem, at, all) => stem + (all[at + 1] || "")));
  const results = document.getElementById("search-results");
  const finish = (item) => {
    const link = item.querySelector("a");
    const page = link.getAttribute("href").replace(/\.html(#.*)?$/, "");
    item.querySelectorAll(".section-number").forEach(writeDigits);
    writeFormulas(link);
    // What is found by the name of an object has a description instead.
    if (texts[page] && !item.querySelector(":scope > span"))
      item.append(summary(texts[page], stemsWanted));
  };
  const seen = new WeakSet();
  new MutationObserver(() => {
    for (const item of results.querySelectorAll("li"))
      if (!seen.has(item)) {
        seen.add(item);
        finish(item);
      }
    results.querySelectorAll(".search-summary").forEach(writeDigits);
  }).observe(results, { childList: true, subtree: true });
})();
