// node --test crates/web/assets/verify.test.mjs
// Vectors: FIPS 180-4 examples, RFC 8032 §7.1, the reference tree of the Certificate Transparency project, Go's
// x/mod/sumdb/note example; node's own crypto serves as a second opinion, and trees are built here by their definition.
import test from "node:test";
import assert from "node:assert/strict";
import { createHash, createPrivateKey, createPublicKey, sign as nodeSign } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";

// Read as text, so that no package.json is needed to call it a module.
const source = readFileSync(new URL("./receipt.js", import.meta.url));
const r = await import("data:text/javascript;base64," + source.toString("base64"));

const hex = (bytes) => Buffer.from(bytes).toString("hex");
const un = (text) => new Uint8Array(Buffer.from(text, "hex"));
const text = (s) => new TextEncoder().encode(s);
const b64 = (bytes) => Buffer.from(bytes).toString("base64");
const flip = (bytes, at) => { const copy = Uint8Array.from(bytes); copy[at] ^= 1; return copy; };

test("SHA-256 and SHA-512 give the published digests", () => {
  assert.equal(hex(r.sha256(text("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert.equal(hex(r.sha256(text(""))), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert.equal(hex(r.sha512(text("abc"))), "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
});

test("both digests agree with node's for every length around the block borders", () => {
  for (let n = 0; n < 300; n++) {
    const message = Uint8Array.from({ length: n }, (_, i) => (i * 7 + n) & 255);
    assert.equal(hex(r.sha256(message)), createHash("sha256").update(message).digest("hex"), `SHA-256 of ${n} bytes`);
    assert.equal(hex(r.sha512(message)), createHash("sha512").update(message).digest("hex"), `SHA-512 of ${n} bytes`);
  }
});

const rfc8032 = [
  ["d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "", "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"],
  ["3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72", "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"],
  ["fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82", "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"],
];

test("the signatures of RFC 8032 are good, and no single changed byte of them is", () => {
  for (const [key, message, signature] of rfc8032) {
    assert.ok(r.ed25519Verify(un(key), un(message), un(signature)));
    for (const at of [0, 17, 31, 32, 48, 63]) assert.ok(!r.ed25519Verify(un(key), un(message), flip(un(signature), at)));
    assert.ok(!r.ed25519Verify(un(key), text("another message"), un(signature)));
  }
});

test("signatures that node makes with many keys over many lengths are good", () => {
  for (let n = 1; n < 40; n++) {
    const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, n)]);
    const secret = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    const key = new Uint8Array(createPublicKey(secret).export({ format: "der", type: "spki" }).subarray(-32));
    const message = Uint8Array.from({ length: n * 11 }, (_, i) => i & 255);
    const signature = new Uint8Array(nodeSign(null, message, secret));
    assert.ok(r.ed25519Verify(key, message, signature), `key ${n}`);
    assert.ok(!r.ed25519Verify(key, flip(message, n), signature), `key ${n}, message changed`);
  }
});

test("a signature whose second half is not reduced is refused", () => {
  const [key, message, signature] = rfc8032[1];
  const order = (1n << 252n) + 27742317777372353535851937790883648493n;
  const bytes = un(signature);
  let s = bytes.slice(32).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n) + order;
  for (let i = 32; i < 64; i++, s >>= 8n) bytes[i] = Number(s & 255n);
  assert.ok(!r.ed25519Verify(un(key), un(message), bytes));
});

test("a key that is no point, or is too short, is refused without an exception", () => {
  const [, message, signature] = rfc8032[0];
  assert.equal(r.ed25519Verify(new Uint8Array(32).fill(255), un(message), un(signature)), false);
  assert.equal(r.ed25519Verify(un("02" + "00".repeat(31)), un(message), un(signature)), false);
  assert.equal(r.ed25519Verify(new Uint8Array(31), un(message), un(signature)), false);
});

test("the note of Go's documentation opens with its key", () => {
  const vkey = r.parseVkey("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW");
  const body = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
  const note = body + "\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
  assert.equal(r.openNote(note, vkey), body);
  assert.throws(() => r.openNote(note.replace("answer", "Answer"), vkey), /^Error: signature$/);
  assert.throws(() => r.parseVkey("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), /^Error: key$/);
});

// The tree as RFC 6962 §2.1 defines it: slow and plain, with node's SHA-256.
const H = (...parts) => new Uint8Array(createHash("sha256").update(Buffer.concat(parts.map((p) => Buffer.from(p)))).digest());
const cut = (n) => { let k = 1; while (k * 2 < n) k *= 2; return k; };
function treeRoot(leaves) {
  if (leaves.length === 0) return H();
  if (leaves.length === 1) return H([0], leaves[0]);
  const k = cut(leaves.length);
  return H([1], treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}
function pathOf(m, leaves) {
  if (leaves.length <= 1) return [];
  const k = cut(leaves.length);
  return m < k ? [...pathOf(m, leaves.slice(0, k)), treeRoot(leaves.slice(k))] : [...pathOf(m - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}
function proofOf(m, leaves, whole = true) {
  if (m === leaves.length) return whole ? [] : [treeRoot(leaves)];
  const k = cut(leaves.length);
  return m <= k ? [...proofOf(m, leaves.slice(0, k), whole), treeRoot(leaves.slice(k))] : [...proofOf(m - k, leaves.slice(k), false), treeRoot(leaves.slice(0, k))];
}

const reference = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map(un);
const referenceRoots = [
  "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
  "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
  "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
  "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
  "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
  "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
  "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
  "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

test("every leaf of the reference trees is found under the published roots, and under no other place", () => {
  referenceRoots.forEach((root, i) => {
    const leaves = reference.slice(0, i + 1);
    assert.equal(hex(treeRoot(leaves)), root);
    leaves.forEach((leaf, m) => {
      const path = pathOf(m, leaves);
      assert.equal(hex(r.rootFromInclusion(r.leafHash(leaf), m, leaves.length, path)), root);
      if (leaves.length > 1) {
        assert.notEqual(hex(r.rootFromInclusion(r.leafHash(leaf), m, leaves.length, [flip(path[0], 3), ...path.slice(1)])), root);
        assert.throws(() => r.rootFromInclusion(r.leafHash(leaf), m, leaves.length, path.slice(1)), /inclusion/);
        assert.throws(() => r.rootFromInclusion(r.leafHash(leaf), m, leaves.length, [...path, root]), /inclusion/);
      }
    });
  });
  assert.throws(() => r.rootFromInclusion(r.leafHash(reference[0]), 8, 8, pathOf(0, reference)), /inclusion/);
});

test("a tree that grew is consistent; a tree that was rewritten, shortened or shrank is not", () => {
  const leaves = Array.from({ length: 40 }, (_, i) => text(`entry ${i}`));
  for (let n = 1; n <= 40; n++) for (let m = 1; m <= n; m++) {
    const now = leaves.slice(0, n), proof = proofOf(m, now), old = treeRoot(now.slice(0, m)), root = treeRoot(now);
    assert.ok(r.isConsistent(m, old, n, root, proof), `${m} → ${n}`);
    assert.ok(!r.isConsistent(m, flip(old, 0), n, root, proof), `${m} → ${n} with another old root`);
    if (m < n) {
      assert.ok(!r.isConsistent(m, old, n, flip(root, 31), proof), `${m} → ${n} with another new root`);
      assert.ok(!r.isConsistent(m, old, n, root, proof.slice(0, -1)), `${m} → ${n} with a hash missing`);
      assert.ok(!r.isConsistent(n, root, m, old, proof), `${n} → ${m}`);
    }
  }
});

// A small log of our own: node signs, receipt.js checks.
const seed = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]);
const privateKey = createPrivateKey({ key: seed, format: "der", type: "pkcs8" });
const publicKey = new Uint8Array(createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32));
const origin = "log.example/district";
const keyId = H(text(origin + "\n"), [1], publicKey).slice(0, 4);
const vkeyLine = `${origin}+${hex(keyId)}+${b64([1, ...publicKey])}`;
const entryOf = (i) => text(`doorstep/v1\ncase ${String(i).padStart(32, "0")}\nkind raised\ncategory 照明\nat 2023-05-08T09\n`);
function checkpoint(leaves, root = treeRoot(leaves)) {
  const body = `${origin}\n${leaves.length}\n${b64(root)}\n`;
  return `${body}\n\u2014 ${origin} ${b64([...keyId, ...nodeSign(null, Buffer.from(body), privateKey)])}\n`;
}
const receiptOf = (m, leaves) =>
  `c2sp.org/tlog-proof@v1\nextra ${b64(leaves[m])}\nindex ${m}\n${pathOf(m, leaves).map((h) => b64(h) + "\n").join("")}\n${checkpoint(leaves)}`;

test("a receipt verifies and says what the entry says", () => {
  const leaves = Array.from({ length: 11 }, (_, i) => entryOf(i));
  for (let m = 0; m < leaves.length; m++) {
    const result = r.verifyReceipt(receiptOf(m, leaves), vkeyLine);
    assert.equal(result.reason, "");
    assert.deepEqual([result.ok, result.index, result.size, result.origin], [true, m, 11, origin]);
    assert.deepEqual(result.entry.find(([key]) => key === "category"), ["category", "照明"]);
  }
  assert.ok(r.verifyReceipt(receiptOf(0, leaves.slice(0, 1)), vkeyLine).ok, "the only entry of a ledger needs no path");
});

test("a receipt that a mail program gave other line ends, or a witness cosigned, still verifies", () => {
  const leaves = Array.from({ length: 5 }, (_, i) => entryOf(i));
  assert.ok(r.verifyReceipt("\uFEFF" + receiptOf(3, leaves).replaceAll("\n", "\r\n") + "\r\n\r\n", vkeyLine).ok);
  assert.ok(r.verifyReceipt(receiptOf(3, leaves) + `\u2014 witness.example/w1 ${b64(new Uint8Array(76))}\n`, vkeyLine).ok);
});

test("whatever is changed in a receipt, it no longer verifies, and the reason says where", () => {
  const leaves = Array.from({ length: 11 }, (_, i) => entryOf(i));
  const good = receiptOf(6, leaves);
  const reason = (changed, key = vkeyLine) => { assert.notEqual(changed + key, good + vkeyLine); const x = r.verifyReceipt(changed, key); assert.equal(x.ok, false); assert.equal(x.entry, null); return x.reason; };
  assert.equal(reason(good.replace(b64(leaves[6]), b64(leaves[5]))), "inclusion");
  assert.equal(reason(good.replace("index 6", "index 7")), "inclusion");
  assert.equal(reason(good.replace("index 6", "index 11")), "inclusion");
  assert.equal(reason(good.replace("index 6", "index 06")), "format");
  assert.equal(reason(good.replace("index 6", "index -6")), "format");
  assert.equal(reason(good.replace("\n11\n", "\n12\n")), "signature");
  assert.equal(reason(good.replace(b64(treeRoot(leaves)), b64(H()))), "signature");
  assert.equal(reason(good.replace("tlog-proof@v1", "tlog-proof@v2")), "format");
  assert.equal(reason(good.replace("extra ", "")), "format");
  assert.equal(reason(""), "format");
  assert.equal(reason(good.slice(0, good.indexOf("\n\n"))), "format");
  assert.equal(reason(good.slice(0, good.indexOf("\u2014"))), "format");
  assert.equal(reason(good.replaceAll(origin, "log.example/elsewhere")), "other-key");
  assert.equal(reason(good.replaceAll(origin, `${origin}/hall/12ab34cd`)), "hall");
  assert.equal(reason(good, "nonsense"), "key");
  assert.equal(reason(good, "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), "other-key");
  assert.equal(reason(receiptOf(0, [text("some other log's entry")])), "entry");
});

test("no single changed character of a receipt goes unnoticed", () => {
  const leaves = Array.from({ length: 3 }, (_, i) => entryOf(i));
  const good = receiptOf(1, leaves), lines = good.split("\n");
  for (let row = 0; row < lines.length; row++) for (let col = 0; col < lines[row].length; col += 9) {
    const old = lines[row][col], other = old === "B" ? "C" : "B";
    const changed = lines.map((line, i) => (i === row ? line.slice(0, col) + other + line.slice(col + 1) : line)).join("\n");
    assert.equal(r.verifyReceipt(changed, vkeyLine).ok, false, `line ${row + 1}, column ${col + 1}`);
  }
});

// Tiles by https://c2sp.org/tlog-tiles: level l holds the hashes of full subtrees of 256^l entries.
function server(leaves, head = checkpoint(leaves)) {
  const asked = [];
  const get = async (path) => {
    asked.push(path);
    if (path === "/checkpoint") return text(head);
    const match = /^\/tile\/(\d+)\/((?:x\d{3}\/)*\d{3})(?:\.p\/(\d+))?$/.exec(path);
    const level = Number(match[1]), number = Number(match[2].replace(/[x/]/g, "")), span = 256 ** level;
    const width = match[3] ? Number(match[3]) : 256;
    const parts = [];
    for (let i = 0; i < width; i++) {
      const start = (number * 256 + i) * span;
      if (start + span > leaves.length) throw new Error(`404 ${path}`);
      parts.push(treeRoot(leaves.slice(start, start + span)));
    }
    return new Uint8Array(Buffer.concat(parts));
  };
  return { get, asked };
}

test("tile paths are written as the standard says", () => {
  assert.equal(r.tilePath(0, 1234067, 256), "/tile/0/x001/x234/067");
  assert.equal(r.tilePath(1, 0, 17), "/tile/1/000.p/17");
  assert.equal(r.tilePath(0, 1000, 256), "/tile/0/x001/000");
});

test("the ledger of today contains the receipt's ledger: shown from tiles, at sizes around every border", async () => {
  const leaves = Array.from({ length: 700 }, (_, i) => entryOf(i));
  for (const [then, now] of [[1, 1], [1, 2], [3, 7], [255, 256], [256, 257], [256, 512], [300, 700], [511, 513], [512, 700], [699, 700], [700, 700]]) {
    const receipt = r.verifyReceipt(receiptOf(then - 1, leaves.slice(0, then)), vkeyLine);
    const { get } = server(leaves.slice(0, now));
    assert.deepEqual(await r.checkGrowth(receipt, vkeyLine, get), { ok: true, reason: "", size: now }, `${then} → ${now}`);
  }
});

test("a ledger that rewrote or dropped an entry after the receipt is found out", async () => {
  const leaves = Array.from({ length: 300 }, (_, i) => entryOf(i));
  const receipt = r.verifyReceipt(receiptOf(9, leaves.slice(0, 270)), vkeyLine);
  const rewritten = leaves.map((leaf, i) => (i === 4 ? text("doorstep/v1\nkind withdrawn\n") : leaf));
  assert.equal((await r.checkGrowth(receipt, vkeyLine, server(rewritten).get)).reason, "rewritten");
  assert.equal((await r.checkGrowth(receipt, vkeyLine, server(leaves.filter((_, i) => i !== 4)).get)).reason, "rewritten");
  assert.equal((await r.checkGrowth(receipt, vkeyLine, server(leaves.slice(0, 200)).get)).reason, "shrunk");
  const lying = server(leaves, checkpoint(leaves).replace("\n300\n", "\n301\n"));
  assert.equal((await r.checkGrowth(receipt, vkeyLine, lying.get)).reason, "signature");
});

// Receipts made by the ledger room itself, where its sample log has been written (see SAMPLE_LOG).
const sample = process.env.SAMPLE_LOG;
test("receipts written by the ledger room verify here", { skip: sample && existsSync(sample) ? false : "skipped: SAMPLE_LOG is not set" }, () => {
  const log = JSON.parse(readFileSync(sample, "utf8"));
  assert.ok(log.receipts.length > 0);
  for (const receipt of log.receipts) assert.equal(r.verifyReceipt(receipt, log.vkey).reason, "");
});
