// Command outside checks a Doorstep ledger with libraries that nobody here wrote: Go's own sumdb packages, as Debian
// ships them. It reads one folder: vkey, old and new (signed checkpoints), tile/… (as served), *.tlog-proof (receipts).
package main

import (
	"encoding/base64"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// must ends the program with code 1 at the first thing that does not hold.
func must[T any](value T, err error) T {
	holds(err)
	return value
}

func holds(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	folder := os.Args[1]
	read := func(name string) string { return string(must(os.ReadFile(filepath.Join(folder, name)))) }
	key := must(note.NewVerifier(strings.TrimSpace(read("vkey"))))
	log.SetPrefix("checkpoint: ")
	before, now := checkpoint(read("old"), key), checkpoint(read("new"), key)

	log.SetPrefix("tiles: ")
	tiles := tlog.TileHashReader(now, served(folder))
	grown := must(tlog.ProveTree(now.N, before.N, tiles))
	var all []int64
	for n := int64(0); n < now.N; n++ {
		all = append(all, tlog.StoredHashIndex(0, n))
	}
	leaves := must(tiles.ReadHashes(all))
	// The reader of Debian 12's version does not check every full tile against its parent: grow the tree from its leaves.
	if grow(leaves) != now.Hash {
		log.Fatal("the leaves do not lead to the checkpoint's root")
	}
	log.SetPrefix("consistency: ")
	holds(tlog.CheckTree(grown, now.N, now.Hash, before.N, before.Hash))

	receipts := must(filepath.Glob(filepath.Join(folder, "*.tlog-proof")))
	for _, path := range receipts {
		log.SetPrefix(filepath.Base(path) + ": ")
		receipt(string(must(os.ReadFile(path))), key, leaves)
	}
	fmt.Printf("%d receipts, %d entries, grown from %d\n", len(receipts), now.N, before.N)
}

// grow is the root of the tree of these leaves.
func grow(leaves []tlog.Hash) tlog.Hash {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, n := range indexes {
			found = append(found, stored[n])
		}
		return found, nil
	})
	for n, leaf := range leaves {
		stored = append(stored, must(tlog.StoredHashesForRecordHash(int64(n), leaf, reader))...)
	}
	return must(tlog.TreeHash(int64(len(leaves)), reader))
}

// checkpoint reads a C2SP tlog-checkpoint that the key signed: origin, size, root.
func checkpoint(text string, key note.Verifier) tlog.Tree {
	lines := strings.Split(must(note.Open([]byte(text), note.VerifierList(key))).Text, "\n")
	if len(lines) < 4 || lines[0] != key.Name() {
		log.Fatalf("not a checkpoint of %s", key.Name())
	}
	return tlog.Tree{N: must(strconv.ParseInt(lines[1], 10, 64)), Hash: must(tlog.ParseHash(lines[2]))}
}

// receipt checks a C2SP tlog-proof: the entry of its extra line is in its checkpoint, and in today's ledger.
func receipt(text string, key note.Verifier, leaves []tlog.Hash) {
	head, signed, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		log.Fatal("not a tlog-proof")
	}
	leaf := tlog.RecordHash(must(base64.StdEncoding.DecodeString(strings.TrimPrefix(lines[1], "extra "))))
	index := must(strconv.ParseInt(strings.TrimPrefix(lines[2], "index "), 10, 64))
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		proof = append(proof, must(tlog.ParseHash(line)))
	}
	tree := checkpoint(signed, key)
	holds(tlog.CheckRecord(proof, tree.N, tree.Hash, index, leaf))
	if index >= int64(len(leaves)) || leaves[index] != leaf {
		log.Fatalf("entry %d of the ledger is another one", index)
	}
}

// served reads tiles from files; C2SP leaves out the height that Go's paths name.
type served string

func (served) Height() int { return 8 }

func (served) SaveTiles([]tlog.Tile, [][]byte) {}

func (folder served) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data = append(data, must(os.ReadFile(filepath.Join(string(folder), path))))
	}
	return data, nil
}
