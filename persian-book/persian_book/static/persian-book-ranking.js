// Which sections answer a query, the best first.
//
// A section is scored by the words of its title, of its page's title and of its text (BM25), more where
// the words of the query stand near each other, less for each that is missing. A word stands for
// the other names of its term, and is found written joined, with a half-space or with a space. The
// weights were chosen by the places that the queries of a book came to.
var persianBookRanking = (() => {
  "use strict";
  const { pages, chapters, terms } = persianBookTexts;
  const OTHER_NAME = 0.7; // of a term, beside the name typed
  const PART = 0.15; // of a compound, beside a word of its own
  const BEGINNING = 0.4; // of a word that stands nowhere whole
  const TITLE = 1.5;
  const PAGE_TITLE = 2.5;
  const KINDS = { page: 1, section: 1, name: 0.3, term: 0.2 };
  const CHAPTER = 1.6;
  const REFERENCE = 0.5; // of a page of documented names, whose tables have a line of every subject
  const WHOLE_PAGE = 0.6;
  const EXPLAINED = 3; // on the page that a term's `at` names
  const IDENTIFIER = 8; // a documented name typed as it is
  const SHORTEST_PART = 3;
  const PER_PAGE = 3;

  const stemmer = new Stemmer();
  const stemOf = new Map();
  const stem = (part) => {
    if (!stemOf.has(part)) stemOf.set(part, stemmer.stemWord(part.toLowerCase()));
    return stemOf.get(part);
  };
  // A text as its words: each one's stem, joined, and those of its parts.
  const read = (text) =>
    bookWords(text).map((parts) => ({ key: stem(parts.join("")), parts: parts.map(stem), raw: parts }));

  const sections = [];
  const ofPage = new Map();
  for (const [page, list] of Object.entries(pages)) {
    const ofItsKind = chapters.includes(page) ? CHAPTER : list.some(([, kind]) => kind === "name") ? REFERENCE : 1;
    for (const [anchor, kind, title, text] of list) {
      const whole = list[0][2];
      const words = read(title);
      const weight = KINDS[kind] * ofItsKind;
      sections.push({ page, anchor, kind, title, text, whole, weight, words: [...words, ...read(text)],
        titleLength: words.length, top: !ofPage.has(page) });
      if (!ofPage.has(page)) ofPage.set(page, sections.length - 1);
    }
  }
  const average = sections.reduce((sum, { words }) => sum + words.length, 0) / sections.length;

  // Where a stem stands: section by section, its places. Two words that the book elsewhere joins count too.
  const index = new Map();
  const parts = new Map();
  const note = (into, key, number, at) => {
    if (!into.has(key)) into.set(key, new Map());
    const places = into.get(key);
    if (!places.has(number)) places.set(number, []);
    places.get(number).push(at);
  };
  const compounds = new Set();
  for (const { words } of sections) for (const { key, parts } of words) if (parts.length > 1) compounds.add(key);
  sections.forEach(({ words }, number) => {
    words.forEach((word, at) => {
      note(index, word.key, number, at);
      if (word.parts.length > 1)
        for (const part of word.parts) if (part.length >= SHORTEST_PART) note(parts, part, number, at);
      const next = words[at + 1];
      const joined = next && stem(word.parts.join("") + next.parts.join(""));
      if (compounds.has(joined)) note(index, joined, number, at);
    });
  });

  // The places of words one after the other.
  const places = (keys) => {
    const first = index.get(keys[0]) || new Map();
    if (keys.length === 1) return first;
    const found = new Map();
    for (const [number, list] of first) {
      const { words } = sections[number];
      const kept = list.filter((at) => keys.every((key, i) => words[at + i]?.key === key));
      if (kept.length) found.set(number, kept);
    }
    return found;
  };

  // Words written as one: as they stand, and each without its suffixes.
  const joinedKeys = (words) => [stem(words.flatMap(({ raw }) => raw).join("")),
    words.flatMap(({ parts }) => parts).join("")];
  const names = terms.map(({ names: list }) => list.map(read).map((words) => (
    { keys: words.map(({ key }) => key), joined: joinedKeys(words) })));
  const sameKeys = (a, b) => a.length === b.length && a.every((key, i) => key === b[i]);

  // A query as its ideas, each the ways in which it may be written and what they weigh.
  const ideasOf = (query) => {
    const words = read(query);
    const isStop = ({ parts }) => parts.every((part) => stopStems.has(part));
    const onlyStops = words.every(isStop);
    const ideas = [];
    for (let at = 0; at < words.length; ) {
      let size = 1;
      let term = null;
      for (let length = Math.min(5, words.length - at); length > 0 && !term; length--) {
        const keys = joinedKeys(words.slice(at, at + length));
        term = names.filter((list) => list.some(({ joined }) => keys.some((key) => joined.includes(key))));
        if (!term.length) term = null;
        else size = length;
      }
      if (!term && !onlyStops && isStop(words[at])) {
        at += 1;
        continue;
      }
      if (!term && at + 1 < words.length && index.has(joinedKey(words[at], words[at + 1]))) size = 2;
      const typed = words.slice(at, at + size);
      const ways = [[typed.map(({ key }) => key), 1], [typed.flatMap(({ parts }) => parts), 1]];
      if (size === 2 && !term) ways.push([[joinedKey(...typed)], 1]);
      for (const list of term || []) for (const { keys } of list) ways.push([keys, OTHER_NAME]);
      const idea = ways.filter(([keys], i) => ways.findIndex(([other]) => sameKeys(keys, other)) === i);
      idea.pages = (term || []).map((list) => terms[names.indexOf(list)].at);
      ideas.push(idea);
      at += size;
    }
    return ideas;
  };
  const joinedKey = (one, other) => stem([...one.parts, ...other.parts].join(""));
  const stopStems = new Set(stopwords.map(stem));

  // Where an idea stands: section by section, what each place weighs.
  const placesOf = (ways) => {
    const found = new Map();
    const add = (list, weight) => {
      for (const [number, ats] of list) {
        if (!found.has(number)) found.set(number, new Map());
        const weights = found.get(number);
        for (const at of ats) weights.set(at, Math.max(weight, weights.get(at) || 0));
      }
    };
    for (const [keys, weight] of ways) add(places(keys), weight);
    for (const [keys] of ways.filter(([keys, weight]) => weight === 1 && keys.length === 1))
      add(parts.get(keys[0]) || [], PART);
    if (!found.size)
      for (const [keys] of ways.filter(([keys]) => keys.length === 1 && keys[0].length >= SHORTEST_PART))
        for (const key of index.keys()) if (key.startsWith(keys[0])) add(index.get(key), BEGINNING);
    return found;
  };

  // The shortest stretch that holds a place of every list.
  const stretch = (lists) => {
    const all = lists.flatMap((list, i) => list.map((at) => [at, i])).sort((a, b) => a[0] - b[0]);
    let best = Infinity;
    const last = lists.map(() => -Infinity);
    for (const [at, i] of all) {
      last[i] = at;
      best = Math.min(best, at - Math.min(...last) + 1);
    }
    return best;
  };

  const scoreOf = (number, found) => {
    const section = sections[number];
    const here = found.map((places) => places.get(number) || new Map());
    let score = 0;
    found.forEach((places, i) => {
      if (!places.size) return;
      const rare = Math.log(1 + (sections.length - places.size + 0.5) / (places.size + 0.5));
      let inText = 0;
      let inTitle = 0;
      for (const [at, weight] of here[i])
        if (at < section.titleLength) inTitle = Math.max(inTitle, weight);
        else inText += weight;
      const long = 0.25 + 0.75 * (section.words.length / average);
      const top = sections[ofPage.get(section.page)];
      const above = Math.max(0, ...[...(places.get(ofPage.get(section.page)) || [])]
        .filter(([at]) => at < top.titleLength).map(([, weight]) => weight));
      score += rare * ((2.2 * inText) / (inText + 1.2 * long)
        + inTitle * (1 + TITLE / Math.sqrt(section.titleLength || 1))
        + (section.top ? 0 : above * PAGE_TITLE / Math.sqrt(top.titleLength || 1)) * (here[i].size > 0));
    });
    const asked = found.length;
    const present = here.filter((weights) => weights.size).length;
    if (present > 1) score *= 1 + present / stretch(here.filter((w) => w.size).map((w) => [...w.keys()]));
    return score * section.weight * (present / asked) ** 2;
  };

  // The sections that answer, at most a few of a page.
  const rank = (query) => {
    const ideas = ideasOf(query);
    const found = ideas.map(placesOf);
    const explained = new Set(ideas.flatMap(({ pages }) => pages));
    const numbers = new Set(found.flatMap((places) => [...places.keys()]));
    const scored = [...numbers].map((number) => ({ ...sections[number], score: scoreOf(number, found) }));
    // What a page says beside its best section speaks for that one.
    const totals = new Map();
    for (const { page, kind, score } of scored)
      if (kind === "page" || kind === "section") totals.set(page, (totals.get(page) || 0) + score);
    const typed = query.trim().toLowerCase();
    for (const section of scored) {
      section.score += WHOLE_PAGE * (totals.get(section.page) || 0);
      // Where the glossary is named, its row says it all.
      if (explained.has(section.page)) section.score *= EXPLAINED / (section.kind === "term" ? KINDS.term : 1);
      const name = section.kind === "name" && section.anchor.split(".").pop().toLowerCase();
      if (typed.includes("_") && name === typed) section.score *= IDENTIFIER;
    }
    scored.sort((a, b) => b.score - a.score || (a.page + a.anchor < b.page + b.anchor ? -1 : 1));
    const seen = new Map();
    return scored.filter(({ page }) => {
      seen.set(page, (seen.get(page) || 0) + 1);
      return seen.get(page) <= PER_PAGE;
    });
  };

  // The stems that a hit shows marked.
  const marked = (query) => new Set(ideasOf(query).flatMap((ways) => ways.flatMap(([keys]) => keys)));

  return { rank, marked, read };
})();
