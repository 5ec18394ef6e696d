// How a word is spelt, for the texts and for a query: the rules of the search.
//
// - Letters: Arabic and Persian forms, hamza and madda, and the four sets of digits are one.
// - Half-space: a compound has parts; a suffix after a half-space is dropped.
// - Suffixes: plural and possessive ones are dropped from joined words too.
var bookTables = TABLES;

// A text in one spelling, as words, each a list of its parts.
var bookWords = function (text) {
  var folded = Array.from(text, bookFold)
    .join("")
    .replace(new RegExp("[" + bookTables.ignored + "]", "gu"), "")
    .replace(/(?<=[0-9۰-۹])\s*×\s*(?=[0-9۰-۹])/gu, "x");
  var persian = "[" + bookTables.persian + "]";
  var word = new RegExp(
    "(?:" + persian + "|\u200c)+|(?:(?!" + persian + ")[\\p{L}\\p{N}_])+", "gu");
  return (folded.match(word) || []).map(bookParts).filter(function (parts) { return parts.length; });
};

var bookFold = function (c) {
  return bookTables.fold[c] || bookTables.digits.persian[bookTables.digits.arabic.indexOf(c)] || c;
};

var bookParts = function (word) {
  if (word.charCodeAt(0) < 128 || word.indexOf("\u200c") < 0) return [bookDigits(word)];
  var parts = word.split("\u200c").filter(Boolean);
  while (parts.length > 1 && bookTables.afterHalfSpace.includes(parts[parts.length - 1])) parts.pop();
  return parts;
};

// A number in Persian digits, digits among letters in Latin.
var bookDigits = function (word) {
  var digits = bookTables.digits;
  var latin = Array.from(word, function (c) { return digits.latin[digits.persian.indexOf(c)] || c; });
  if (!/^[0-9]+$/.test(latin.join(""))) return latin.join("");
  return latin.map(function (d) { return digits.persian[d]; }).join("");
};

var bookPersianStem = function (word) {
  word = bookTables.plurals[word] || word;
  for (var [suffix, left] of bookTables.joined)
    if (word.endsWith(suffix) && word.length - suffix.length >= left)
      return bookPersianStem(word.slice(0, -suffix.length));
  return word;
};

function BookStemmer() {
  var english = new EnglishStemmer();
  this.stemWord = function (word) {
    if (word.charCodeAt(0) >= 128) return bookPersianStem(word);
    var stem = english.stemWord(word);
    // "validation" is no form of the padding "valid".
    return bookTables.apart.includes(stem) && word.length > stem.length + 1 ? word : stem;
  };
}

// Sphinx's search calls this with a query.
var splitQuery = function (query) {
  return bookWords(query).flat();
};
