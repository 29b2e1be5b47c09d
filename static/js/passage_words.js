// Where the words of a passage stand in texts that follow one another, whatever stands between them.
const WORDS = /[\p{L}\p{N}\p{M}_]+/gu;

/** Return {from: [text, at], to: [text, at]} of the first place where these words stand in this order, or null. */
export function find(passage, texts) {
  const wanted = [...passage.matchAll(WORDS)].map(([word]) => word);
  if (!wanted.length) return null;
  const found = pieces(texts);
  const all = found.map(({ letters }) => letters).join("");
  const start = all.indexOf(wanted.join(""));
  if (start < 0) return null;
  return { from: place(found, start, false), to: place(found, start + wanted.join("").length, true) };
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
