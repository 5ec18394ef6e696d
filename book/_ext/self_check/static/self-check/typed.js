// Reads what people type: a number, a list of numbers, a matrix, a polynomial in H, in the digits,
// signs and separators of Persian, Arabic and English. What cannot be read is null.
globalThis.Typed = (() => {
  "use strict";

  const DIRECTION_MARKS = /[\u061c\u200c-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
  const MINUS = /[\u2010-\u2015\u2212\u207b\ufe58\ufe63\uff0d]/g;
  const WORDS = [
    [/منفی|minus/gi, "-"],
    [/مثبت|plus/gi, "+"],
  ];

  const plain = (text) =>
    persianBookWords
      .latinDigits(
        WORDS.reduce((rest, [word, sign]) => rest.replace(word, sign), text.replace(DIRECTION_MARKS, ""))
      )
      .replace(MINUS, "-")
      .replace(/[＋﹢]/g, "+")
      .replace(/٫/g, ".")
      .replace(/(\d)٬(?=\d{3}(?!\d))/g, "$1")
      .replace(/[٬،]/g, ",")
      .replace(/؛/g, ";")
      .replace(/[\u2044\u2215]/g, "/")
      .replace(/[\s\u00a0]+/g, " ")
      .trim();

  // In Iran the decimal sign is often typed as a slash, so ۹/۷۵ is 9.75 or nine seventy-fifths.
  const PERSIAN = `[${persianBookWords.digits.persian}]`;
  const PERSIAN_SLASH = new RegExp(`${PERSIAN}\\s*/\\s*${PERSIAN}`);

  const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
  const THOUSANDS = /^\d{1,3}(?:([,' ])\d{3})(?:\1\d{3})*(?:\.\d+)?$/;
  const COMMA_DECIMAL = /^\d+,\d+$/;
  const unsigned = (text) => {
    if (DECIMAL.test(text)) return [Number(text)];
    const readings = [];
    if (THOUSANDS.test(text)) readings.push(Number(text.replace(/[,' ]/g, "")));
    if (COMMA_DECIMAL.test(text)) readings.push(Number(text.replace(",", ".")));
    return readings;
  };

  const fraction = (text, slashIsDecimal) => {
    const parts = text.match(/^(?:(\d+) )?([\d.,]+) ?\/ ?(\d+)$/);
    if (!parts) return unsigned(text);
    const [, whole = "0", above, below] = parts;
    const readings = Number(below)
      ? unsigned(above).map((number) => Number(whole) + number / Number(below))
      : [];
    if (slashIsDecimal && DECIMAL.test(`${above}.${below}`)) readings.push(Number(`${above}.${below}`));
    return readings;
  };

  // Every number that a text may mean; null when it is none. The sign stands before or, as in
  // right-to-left typing, after; a name before it ("S =") and a unit after it are passed over.
  const number = (text) => {
    const bare = plain(text)
      .replace(/^[^=]*=/, "")
      .replace(/(\d)\.$/, "$1")
      .replace(/([\d-]) ?[\p{L}\s]*$/u, "$1")
      .replace(/^ *[([{]+ *| *[)\]}]+ *$/g, "")
      .trim();
    const parts = bare.match(/^([+-]?) ?\(?([^+()-].*?)\)? ?([+-]?)$/);
    if (!parts || (parts[1] && parts[3])) return null;
    const sign = (parts[1] || parts[3]) === "-" ? -1 : 1;
    const readings = fraction(parts[2].trim(), PERSIAN_SLASH.test(text.replace(DIRECTION_MARKS, "")));
    return readings.length ? readings.map((reading) => sign * reading || 0) : null;
  };

  const BETWEEN = /\s*[,;]\s*| و | and |\s+/;
  const BETWEEN_SIZES = /\s*[×✕xX*,;]\s*| در | و | by | and |\s+/;
  const INTEGER = /^[+-]?\d+$|^\d+-$/;
  const whole = (separators) => (text) => {
    const bare = plain(text)
      .replace(/^[^=]*=/, "")
      .replace(/^ *[([{]+ *| *[)\]}]+ *$/g, "")
      .replace(/^none\s*[×x*,]?\s*/i, "")
      .replace(/[,;]$/, "");
    const parts = bare.split(separators);
    return parts.every((part) => INTEGER.test(part)) ? parts.map((part) => number(part)[0]) : null;
  };
  // A list of whole numbers, and a shape; the open size of a batch is passed over.
  const list = whole(BETWEEN);
  const shape = whole(BETWEEN_SIZES);

  // Rows of cells: lines or semicolons, and within them what separates numbers.
  const matrix = (text) => {
    const lines = text.replace(/[[\]()]/g, (b) => (b === "]" ? "\n" : " ")).split(/[\n;؛]+/);
    const rows = lines
      .map((line) => line.replace(/^[\s,،]+|[\s,،]+$/g, ""))
      .filter(Boolean)
      .map((line) => line.split(/[\s,،]+/).map((cell) => number(cell)?.[0] ?? null));
    const whole = rows.length && rows.every((row) => row.length === rows[0].length);
    return whole && rows.flat().every((cell) => cell !== null) ? rows : null;
  };

  // ---- polynomials in H: coefficients, the constant first ----
  const add = (a, b, sign = 1) =>
    Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + sign * (b[i] ?? 0));
  const multiply = (a, b) => {
    const product = Array(a.length + b.length - 1).fill(0);
    a.forEach((x, i) => b.forEach((y, j) => (product[i + j] += x * y)));
    return product;
  };
  const degree = (a) => a.reduce((top, c, i) => (c ? i : top), 0);
  const power = (base, exponent) =>
    Array.from({ length: exponent }).reduce((product) => multiply(product, base), [1]);

  const TOKEN = /\s*(?:(\d{1,3}(?:,\d{3})+(?!\d)|\d+\.?\d*|\.\d+)|(\*\*)|([-+*/^()H]))/giy;
  const tokens = (text) => {
    const found = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.length) {
      const match = TOKEN.exec(text);
      if (!match) return null;
      const [, digits, stars, sign] = match;
      found.push(digits ? Number(digits.replace(/,/g, "")) : stars ? "^" : sign.toUpperCase());
    }
    return found;
  };

  class Unreadable extends Error {}

  const parse = (queue) => {
    const take = (wanted) => (queue[0] === wanted ? queue.shift() : undefined);
    const atom = () => {
      const token = queue.shift();
      if (typeof token === "number") return [token];
      if (token === "H") return [0, 1];
      if (token !== "(") throw new Unreadable();
      const inner = expression();
      if (!take(")")) throw new Unreadable();
      return inner;
    };
    const factor = () => {
      const base = atom();
      if (!take("^")) return base;
      const exponent = queue.shift();
      if (!Number.isInteger(exponent) || exponent > 6) throw new Unreadable();
      return power(base, exponent);
    };
    const term = () => {
      let product = factor();
      for (;;) {
        if (take("*")) product = multiply(product, factor());
        else if (take("/")) {
          const divisor = factor();
          if (degree(divisor) || !divisor[0]) throw new Unreadable();
          product = product.map((c) => c / divisor[0]);
        } else if (queue.length && !["+", "-", ")", "^"].includes(queue[0]))
          product = multiply(product, factor()); // 1574H, 5(H + 1)
        else return product;
      }
    };
    const expression = () => {
      let total = take("-") ? add([0], term(), -1) : (take("+"), term());
      for (;;) {
        if (take("+")) total = add(total, term());
        else if (take("-")) total = add(total, term(), -1);
        else return total;
      }
    };
    const result = expression();
    if (queue.length) throw new Unreadable();
    return result;
  };

  const polynomial = (text) => {
    const bare = plain(text)
      .replace(/^[^=]*=/, "")
      .replace(/[×·⋅∙✕x]/gi, "*")
      .replace(/²/g, "^2")
      .replace(/³/g, "^3");
    const queue = tokens(bare.trim());
    if (!queue?.length) return null;
    try {
      return parse(queue);
    } catch (error) {
      if (error instanceof Unreadable) return null;
      throw error;
    }
  };
  const at = (coefficients, h) => coefficients.reduceRight((total, c) => total * h + c, 0);

  return { number, list, shape, matrix, polynomial, at };
})();
