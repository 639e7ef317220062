// Which danger of the catalogue stands in a text: the rule of domain/src/district/danger.rs, so that whoever writes of one
// reads whom to call before anything is sent. Both are held against the same texts (domain/tests/dangers.json).

const GAP = 6, STOPS = "。！？；.!?;\n", LATIN = /[0-9a-z]/i;

// Small letters, narrow forms, no space but between words of Latin letters.
export function fold(text) {
  let out = "", space = false;
  for (let c of text) {
    const code = c.codePointAt(0);
    if (code >= 0xff01 && code <= 0xff5e) c = String.fromCodePoint(code - 0xfee0);
    if (c !== "\n" && /\s/u.test(c)) { space = true; continue; }
    if (space && LATIN.test(c) && LATIN.test(out.at(-1) ?? "")) out += " ";
    space = false;
    out += c.toLowerCase();
  }
  return out;
}

// Where a part begins, from a place on, that is not the middle of a longer Latin word; -1: nowhere.
function whole(text, part, from) {
  const joined = (a, b) => LATIN.test(a ?? "") && LATIN.test(b ?? "");
  for (let at = text.indexOf(part, from); at >= 0; at = text.indexOf(part, at + 1)) {
    if (!joined(text[at - 1], part[0]) && !joined(part.at(-1), text[at + part.length])) return at;
  }
  return -1;
}

function follows(text, parts) {
  if (parts.length === 0) return true;
  const [part, ...rest] = parts, near = [...text].slice(0, GAP);
  const stop = near.findIndex((c) => STOPS.includes(c));
  const within = (stop < 0 ? near : near.slice(0, stop)).join("").length;
  const at = text.slice(0, within + part.length).indexOf(part);
  return at >= 0 && follows(text.slice(at + part.length), rest);
}

function standsIn(text, word) {
  const [first, ...rest] = word.split("…");
  for (let at = whole(text, first, 0); at >= 0; at = whole(text, first, at + first.length)) {
    if (follows(text.slice(at + first.length), rest)) return true;
  }
  return false;
}

// The first danger with a word that stands in the text: { danger, word }.
export function dangerIn(text, dangers) {
  const folded = fold(text);
  for (const danger of dangers) {
    const word = danger.words.find((word) => standsIn(folded, fold(word)));
    if (word) return { danger, word };
  }
  return null;
}
