// Where the words of a passage stand in texts that follow one another, whatever stands between them.
const WORDS = /[\p{L}\p{N}\p{M}_]+/gu;
const MOST = 1_000; // places that are compared
const BEFORE = 200; // characters

/**
 * Return {from: [text, at], to: [text, at]} of the place where these words stand in this order, or null.
 *
 * Of several places it is the one with the words of `before` right before it; then one that begins and ends with a
 * word; then the first.
 */
export function find(passage, texts, before = "") {
  const wanted = lettersOf(passage);
  if (!wanted) return null;
  const found = pieces(texts);
  const all = found.map(({ letters }) => letters).join("");
  const start = bestStart(wanted, all, lettersOf(before), edges(found));
  if (start === null) return null;
  return { from: place(found, start, false), to: place(found, start + wanted.length, true) };
}

/** Return the last words of texts, to be found again by. */
export function lastWords(texts) {
  const words = pieces(texts).map(({ letters }) => letters);
  return words.join(" ").slice(-BEFORE);
}

function bestStart(wanted, all, before, edge) {
  let [best, most] = [null, -1];
  let start = all.indexOf(wanted);
  for (let tries = 0; start >= 0 && most < 3 && tries < MOST; tries++) {
    const isMeant = start >= before.length && all.startsWith(before, start - before.length);
    const fits = 2 * isMeant + (edge.has(start) && edge.has(start + wanted.length));
    if (fits > most) [best, most] = [start, fits];
    start = all.indexOf(wanted, start + 1);
  }
  return best;
}

/** Return where words begin and end, in letters. */
function edges(found) {
  let at = 0;
  return new Set([0, ...found.map(({ letters }) => (at += letters.length))]);
}

function lettersOf(text) {
  return [...text.matchAll(WORDS)].map(([word]) => word).join("");
}

/** Return the words of each text with where they begin in it: a word may go on in the next one. */
function pieces(texts) {
  return texts.flatMap((text, number) =>
    [...text.matchAll(WORDS)].map((match) => ({ number, at: match.index, letters: match[0] })),
  );
}

function place(found, letters, isEnd) {
  let left = letters;
  for (const piece of found) {
    const here = piece.letters.length;
    if (left < here || (isEnd && left === here)) return [piece.number, piece.at + left];
    left -= here;
  }
  return null;
}
