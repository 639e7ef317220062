// Checks a Doorstep receipt: no network, no library, no crypto.subtle (which a page without https does not have).
// Everything here follows public texts, so it can be read against them:
//   receipt     https://c2sp.org/tlog-proof       the entry, its place in the ledger, and the ledger's signed head
//   signed head https://c2sp.org/tlog-checkpoint  in a note of https://c2sp.org/signed-note
//   tree        RFC 6962 / RFC 9162 with SHA-256 (FIPS 180-4) · signature: Ed25519, RFC 8032 (SHA-512)
// All functions take and give Uint8Array for bytes; whatever is wrong ends in an Error whose message is one of the
// reason codes listed at verifyReceipt.

const utf8 = new TextEncoder();
const fail = (reason) => { throw new Error(reason); };
const join = (...parts) => Uint8Array.from(parts.flatMap((part) => [...part]));
const same = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** Standard base64, strict: no spaces, right padding. */
export function fromBase64(text) {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) fail("format");
  return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
}

// ---- SHA-2 ----------------------------------------------------------------------------------------------------
// The constants are the first 64 bits of the fractional parts of cube roots (K) and square roots (H) of the first
// primes; SHA-256 uses the upper 32 bits of the same numbers. Computed here, so nothing has to be copied rightly.

const MASK = (1n << 64n) - 1n;
const primes = [];
for (let n = 2; primes.length < 80; n++) if (primes.every((p) => n % p)) primes.push(n);
function root(value, power) { // the greatest integer whose power is at most value
  let low = 0n, high = 1n << 100n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (middle ** power <= value) low = middle; else high = middle;
  }
  return low;
}
const K512 = primes.map((p) => root(BigInt(p) << 192n, 3n) & MASK);
const H512 = primes.slice(0, 8).map((p) => root(BigInt(p) << 128n, 2n) & MASK);
const K256 = Uint32Array.from(K512.slice(0, 64), (k) => Number(k >> 32n));
const H256 = Uint32Array.from(H512, (h) => Number(h >> 32n));

/** The message, a 1 bit, zeros, and the length in bits at the end of the last block. */
function padded(message, block, lengthBytes) {
  const total = Math.ceil((message.length + 1 + lengthBytes) / block) * block;
  const out = new Uint8Array(total);
  out.set(message);
  out[message.length] = 0x80;
  new DataView(out.buffer).setBigUint64(total - 8, BigInt(message.length) * 8n);
  return new DataView(out.buffer);
}

export function sha256(message) {
  const data = padded(message, 64, 8);
  const state = H256.slice(), w = new Uint32Array(64);
  const turn = (x, n) => (x >>> n) | (x << (32 - n));
  for (let start = 0; start < data.byteLength; start += 64) {
    for (let i = 0; i < 64; i++) {
      if (i < 16) { w[i] = data.getUint32(start + 4 * i); continue; }
      const x = w[i - 15], y = w[i - 2];
      w[i] = w[i - 16] + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7] + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const t1 = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K256[i] + w[i]) | 0;
      const t2 = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] += word; });
  }
  const out = new DataView(new ArrayBuffer(32));
  state.forEach((word, i) => out.setUint32(4 * i, word));
  return new Uint8Array(out.buffer);
}

export function sha512(message) {
  const data = padded(message, 128, 16);
  const state = H512.slice(), w = [];
  const turn = (x, n) => ((x >> n) | (x << (64n - n))) & MASK;
  for (let start = 0; start < data.byteLength; start += 128) {
    for (let i = 0; i < 80; i++) {
      if (i < 16) { w[i] = data.getBigUint64(start + 8 * i); continue; }
      const x = w[i - 15], y = w[i - 2];
      w[i] = (w[i - 16] + (turn(x, 1n) ^ turn(x, 8n) ^ (x >> 7n)) + w[i - 7] + (turn(y, 19n) ^ turn(y, 61n) ^ (y >> 6n))) & MASK;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 80; i++) {
      const t1 = h + (turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n)) + ((e & f) ^ (~e & MASK & g)) + K512[i] + w[i];
      const t2 = (turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n)) + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) & MASK, c, b, a, (t1 + t2) & MASK];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => { state[i] = (state[i] + word) & MASK; });
  }
  const out = new DataView(new ArrayBuffer(64));
  state.forEach((word, i) => out.setBigUint64(8 * i, word));
  return new Uint8Array(out.buffer);
}

// ---- Ed25519, checking only (no secret is ever here, so time does not matter) -----------------------------------

const P = (1n << 255n) - 19n, ORDER = (1n << 252n) + 27742317777372353535851937790883648493n;
const mod = (x) => ((x % P) + P) % P;
function power(base, exponent) {
  let out = 1n;
  for (let b = mod(base); exponent > 0n; exponent >>= 1n, b = (b * b) % P) if (exponent & 1n) out = (out * b) % P;
  return out;
}
const invert = (x) => power(x, P - 2n);
const D = mod(-121665n * invert(121666n)), SQRT_MINUS_1 = power(2n, (P - 1n) / 4n);
const littleEndian = (bytes) => bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);

/** A point from its 32 bytes (RFC 8032, 5.1.3), as [X, Y, Z, T] with x = X/Z, y = Y/Z, xy = T/Z. */
function point(bytes) {
  const number = littleEndian(bytes), sign = number >> 255n, y = number & ((1n << 255n) - 1n);
  if (y >= P) fail("key");
  const u = mod(y * y - 1n), v = mod(D * y * y + 1n);
  let x = mod(u * power(v, 3n) * power(u * power(v, 7n), (P - 5n) / 8n));
  if (mod(v * x * x) !== u) x = mod(x * SQRT_MINUS_1);
  if (mod(v * x * x) !== u || (x === 0n && sign)) fail("key");
  if ((x & 1n) !== sign) x = P - x;
  return [x, y, 1n, mod(x * y)];
}
function add([x1, y1, z1, t1], [x2, y2, z2, t2]) { // RFC 8032, 5.1.4: holds for doubling too
  const a = mod((y1 - x1) * (y2 - x2)), b = mod((y1 + x1) * (y2 + x2));
  const c = mod(2n * D * t1 * t2), d = mod(2n * z1 * z2);
  const e = b - a, f = d - c, g = d + c, h = b + a;
  return [mod(e * f), mod(g * h), mod(f * g), mod(e * h)];
}
const BASE = point(join([0x58], new Uint8Array(31).fill(0x66)));

/** True when `signature` (64 bytes) is that of the key (32 bytes) over the message. */
export function ed25519Verify(key, message, signature) {
  if (key.length !== 32 || signature.length !== 64) return false;
  const s = littleEndian(signature.subarray(32));
  if (s >= ORDER) return false;
  let a;
  try { a = point(key); } catch { return false; }
  const k = littleEndian(sha512(join(signature.subarray(0, 32), key, message))) % ORDER;
  // [s]B − [k]A must be R. Both products in one pass over the bits, then R is compared as bytes.
  const minusA = [mod(-a[0]), a[1], 1n, mod(-a[3])], both = add(BASE, minusA);
  let sum = [0n, 1n, 1n, 0n];
  for (let bit = 252n; bit >= 0n; bit--) {
    sum = add(sum, sum);
    const inS = (s >> bit) & 1n, inK = (k >> bit) & 1n;
    if (inS && inK) sum = add(sum, both); else if (inS) sum = add(sum, BASE); else if (inK) sum = add(sum, minusA);
  }
  const z = invert(sum[2]), x = mod(sum[0] * z), y = mod(sum[1] * z) | ((x & 1n) << 255n);
  return littleEndian(signature.subarray(0, 32)) === y;
}

// ---- The signed note and the checkpoint --------------------------------------------------------------------------

/** A line `name+keyid+base64(0x01 ‖ key)` → {name, id, key}; the id is recomputed, not believed. */
export function parseVkey(line) {
  const match = /^([^+\s]+)\+([0-9a-f]{8})\+(\S+)$/.exec(line.trim());
  if (!match) fail("key");
  let material;
  try { material = fromBase64(match[3]); } catch { fail("key"); }
  if (material.length !== 33 || material[0] !== 1) fail("key");
  const id = sha256(join(utf8.encode(match[1] + "\n"), material)).subarray(0, 4);
  if ([...id].map((byte) => byte.toString(16).padStart(2, "0")).join("") !== match[2]) fail("key");
  return { name: match[1], id, key: material.subarray(1) };
}

/** The note's text, once a signature of this key over it is good. Signatures of others (witnesses) are left aside. */
export function openNote(note, vkey) {
  const cut = note.lastIndexOf("\n\n");
  if (cut < 0) fail("format");
  const text = note.slice(0, cut + 1);
  let signed = false, hall = false;
  for (const line of note.slice(cut + 2).split("\n").filter(Boolean)) {
    const match = /^\u2014 ([^+\s]+) (\S+)$/.exec(line);
    if (!match) fail("format");
    const bytes = fromBase64(match[2]);
    hall ||= match[1].startsWith(`${vkey.name}/hall/`);
    if (match[1] !== vkey.name || !same(bytes.subarray(0, 4), vkey.id)) continue;
    if (!ed25519Verify(vkey.key, utf8.encode(text), bytes.subarray(4))) fail("signature");
    signed = true;
  }
  return signed ? text : fail(hall ? "hall" : "other-key");
}

function wholeNumber(text) {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text) || !Number.isSafeInteger(Number(text))) fail("format");
  return Number(text);
}

/** → {origin, size, root} of a signed checkpoint. */
export function openCheckpoint(note, vkey) {
  const [origin, size, rootText] = openNote(note, vkey).split("\n");
  if (origin !== vkey.name) fail("other-key");
  const rootHash = fromBase64(rootText ?? "");
  if (rootHash.length !== 32) fail("format");
  return { origin, size: wholeNumber(size ?? ""), root: rootHash };
}

// ---- The tree ------------------------------------------------------------------------------------------------------
// Sizes can pass 2^32, so halves are taken by division, never by bit operators.

export const leafHash = (entry) => sha256(join([0], entry));
export const nodeHash = (left, right) => sha256(join([1], left, right));
const half = (n) => Math.floor(n / 2), odd = (n) => n % 2 === 1;

/** The root that follows from a leaf and its path (RFC 9162, 2.1.3.2). */
export function rootFromInclusion(leaf, index, size, path) {
  if (!(index < size)) fail("inclusion");
  let at = index, last = size - 1, hash = leaf;
  for (const sibling of path) {
    if (last === 0) fail("inclusion");
    if (odd(at) || at === last) {
      hash = nodeHash(sibling, hash);
      while (!odd(at) && at !== 0) { at = half(at); last = half(last); }
    } else hash = nodeHash(hash, sibling);
    at = half(at); last = half(last);
  }
  return last === 0 ? hash : fail("inclusion");
}

/** True when the tree of size2 only added to the tree of size1 (RFC 9162, 2.1.4.2). */
export function isConsistent(size1, root1, size2, root2, proof) {
  if (size1 > size2) return false;
  if (size1 === size2) return proof.length === 0 && same(root1, root2);
  if (size1 === 0) return proof.length === 0; // an empty ledger is the beginning of every ledger
  const path = Number.isInteger(Math.log2(size1)) && 2 ** Math.log2(size1) === size1 ? [root1, ...proof] : [...proof];
  if (path.length === 0) return false;
  let at = size1 - 1, last = size2 - 1;
  while (odd(at)) { at = half(at); last = half(last); }
  let old = path[0], now = path[0];
  for (const hash of path.slice(1)) {
    if (last === 0) return false;
    if (odd(at) || at === last) {
      old = nodeHash(hash, old); now = nodeHash(hash, now);
      while (!odd(at) && at !== 0) { at = half(at); last = half(last); }
    } else now = nodeHash(now, hash);
    at = half(at); last = half(last);
  }
  return last === 0 && same(old, root1) && same(now, root2);
}

// ---- The receipt -----------------------------------------------------------------------------------------------

/** The entry's lines as [key, value] pairs; the first line must say which form this is. */
export function parseEntry(bytes) {
  let text;
  try { text = new TextDecoder("utf-8", { fatal: true }).decode(bytes); } catch { fail("entry"); }
  const lines = text.replace(/\n$/, "").split("\n");
  if (lines.shift() !== "doorstep/v1") fail("entry");
  return lines.map((line) => {
    const space = line.indexOf(" ");
    return space > 0 ? [line.slice(0, space), line.slice(space + 1)] : fail("entry");
  });
}

/** → {ok, reason, entry, index, size, root, origin}. When ok is false nothing but the reason may be believed:
 *  "format" not a receipt or damaged · "key" the key line is not one · "other-key" signed by someone else's key · "hall" a provisional one
 *  "signature" signature does not fit the text · "entry" not an entry of ours · "inclusion" the entry is not where it says. */
export function verifyReceipt(text, vkeyLine) {
  try {
    const vkey = parseVkey(vkeyLine);
    const clean = text.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n").trim() + "\n";
    const cut = clean.indexOf("\n\n");
    const head = cut < 0 ? fail("format") : clean.slice(0, cut).split("\n");
    if (head.shift() !== "c2sp.org/tlog-proof@v1" || !head[0]?.startsWith("extra ")) fail("format");
    const bytes = fromBase64(head.shift().slice(6));
    if (!head[0]?.startsWith("index ")) fail("format");
    const index = wholeNumber(head.shift().slice(6));
    const path = head.map(fromBase64);
    if (path.length > 60 || path.some((hash) => hash.length !== 32)) fail("format");
    const checkpoint = openCheckpoint(clean.slice(cut + 2), vkey);
    if (!same(rootFromInclusion(leafHash(bytes), index, checkpoint.size, path), checkpoint.root)) fail("inclusion");
    return { ok: true, reason: "", entry: parseEntry(bytes), index, ...checkpoint };
  } catch (error) {
    const known = ["format", "key", "other-key", "hall", "signature", "entry", "inclusion"].includes(error.message);
    return { ok: false, reason: known ? error.message : "format", entry: null, index: null, size: null };
  }
}

// ---- Later: has the ledger only grown since? (needs the network: today's checkpoint and some tiles) -----------------

/** Path of a tile by https://c2sp.org/tlog-tiles; width 256 is a full tile. */
export function tilePath(level, number, width) {
  const digits = String(number).padStart(Math.ceil(String(number).length / 3) * 3, "0").match(/.{3}/g);
  const name = digits.map((part, i) => (i < digits.length - 1 ? "x" + part : part)).join("/");
  return `/tile/${level}/${name}` + (width < 256 ? `.p/${width}` : "");
}

/** Compares a good receipt with the ledger of today. get(path) → Promise<Uint8Array>.
 *  → {ok, reason, size}: reason "shrunk", "rewritten", or a code of verifyReceipt. Tiles are not believed: the proof
 *  made of their hashes must fit both signed roots. An Error of get (no network) is passed on. */
export async function checkGrowth(receipt, vkeyLine, get) {
  const head = new TextDecoder().decode(await get("/checkpoint"));
  let today;
  try { today = openCheckpoint(head, parseVkey(vkeyLine)); } catch (error) { return { ok: false, reason: error.message, size: null }; }
  if (today.size < receipt.size) return { ok: false, reason: "shrunk", size: today.size };
  const tiles = new Map();
  const tile = (level, number) => {
    const width = Math.min(256, Math.floor(today.size / 256 ** level) - number * 256);
    const path = tilePath(level, number, width);
    // A log may drop a partial tile once the full one exists.
    if (!tiles.has(path)) tiles.set(path, get(path).catch((e) => (width < 256 ? get(tilePath(level, number, 256)) : Promise.reject(e))));
    return tiles.get(path);
  };
  const split = (n) => { let k = 1; while (k * 2 < n) k *= 2; return k; };
  const subtree = async (low, high) => { // hash of the entries [low, high)
    const count = high - low, height = Math.round(Math.log2(count));
    if (2 ** height !== count) {
      const middle = low + split(count);
      return nodeHash(await subtree(low, middle), await subtree(middle, high));
    }
    const level = Math.floor(height / 8), first = low / 256 ** level, width = 2 ** (height % 8);
    const bytes = await tile(level, Math.floor(first / 256));
    let row = Array.from({ length: width }, (_, i) => bytes.slice(((first % 256) + i) * 32, ((first % 256) + i + 1) * 32));
    while (row.length > 1) row = Array.from({ length: row.length / 2 }, (_, i) => nodeHash(row[2 * i], row[2 * i + 1]));
    return row[0];
  };
  const proof = async (size, low, high, whole) => { // RFC 6962, 2.1.2
    const count = high - low;
    if (size === count) return whole ? [] : [await subtree(low, high)];
    const k = split(count);
    return size <= k
      ? [...(await proof(size, low, low + k, whole)), await subtree(low + k, high)]
      : [...(await proof(size - k, low + k, high, false)), await subtree(low, low + k)];
  };
  const ok = isConsistent(receipt.size, receipt.root, today.size, today.root, await proof(receipt.size, 0, today.size, true));
  return { ok, reason: ok ? "" : "rewritten", size: today.size };
}
