// The browser's half of search.py.
var bookTables = TABLES;

// A text in one spelling, as words, each a list of its parts.
var bookWords = function (text) {
  var folded = Array.from(text, function (c) { return bookTables.fold[c] || c; })
    .join("")
    .replace(new RegExp("[" + bookTables.ignored + "]", "gu"), "");
  var persian = "[" + bookTables.persian + "]";
  var word = new RegExp(
    "(?:" + persian + "|\u200c)+|(?:(?!" + persian + ")[\\p{L}\\p{N}_])+", "gu");
  return (folded.match(word) || []).map(bookParts).filter(function (parts) { return parts.length; });
};

var bookParts = function (word) {
  if (word.charCodeAt(0) < 128 || word.indexOf("\u200c") < 0) return [bookDigits(word)];
  var parts = word.split("\u200c").filter(Boolean);
  while (parts.length > 1 && bookTables.afterHalfSpace.includes(parts[parts.length - 1])) parts.pop();
  return parts;
};

// A number in Persian digits, digits among letters in Latin.
var bookDigits = function (word) {
  var latin = word.replace(/[۰-۹]/g, function (d) { return d.charCodeAt(0) - 0x6f0; });
  if (!/^[0-9]+$/.test(latin)) return latin;
  return latin.replace(/[0-9]/g, function (d) { return String.fromCharCode(0x6f0 + Number(d)); });
};

var bookPersianStem = function (word) {
  for (var [suffix, left] of bookTables.joined)
    if (word.endsWith(suffix) && word.length - suffix.length >= left)
      return bookPersianStem(word.slice(0, -suffix.length));
  return word;
};

function BookStemmer() {
  var english = new EnglishStemmer();
  this.stemWord = function (word) {
    return word.charCodeAt(0) < 128 ? english.stemWord(word) : bookPersianStem(word);
  };
}

// Sphinx's search calls this with a query.
var splitQuery = function (query) {
  return bookWords(query).flat();
};
