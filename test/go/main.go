// Checks a tenant's published log with the packages of the Go checksum database, which share no code with this
// product: the note and its signature, every hash tile, every entry, inclusion of every record, and consistency
// with an older checkpoint. The log is a directory, or a URL with a bearer token in AUDIT_TRAIL_TOKEN.
package main

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	height    = 8 // C2SP tlog-tiles: 256 hashes a tile
	width     = 1 << height
	maxObject = 256 * (1 << 16)
)

type summary struct {
	Origin         string `json:"origin"`
	Size           int64  `json:"size"`
	Entries        int64  `json:"entries"`
	Proofs         int64  `json:"inclusion_proofs"`
	ConsistentWith *int64 `json:"consistent_with,omitempty"`
	Tiles          int    `json:"tiles"`
}

func main() {
	from := flag.String("log", "", "directory, or URL of …/v1/audit/log")
	key := flag.String("key", "", "verifier key, or a file that holds it")
	older := flag.String("older", "", "file with an older checkpoint")
	flag.Parse()
	found, err := check(*from, *key, *older)
	if err != nil {
		fmt.Fprintln(os.Stderr, "does not verify:", err)
		os.Exit(1)
	}
	json.NewEncoder(os.Stdout).Encode(found)
}

func check(from, key, older string) (*summary, error) {
	if text, err := os.ReadFile(key); err == nil {
		key = strings.TrimSpace(string(text))
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("key: %w", err)
	}
	log := &published{from: from, token: os.Getenv("AUDIT_TRAIL_TOKEN")}
	text, err := log.read("checkpoint")
	if err != nil {
		return nil, err
	}
	tree, err := open(text, verifier)
	if err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	result := &summary{Origin: verifier.Name(), Size: tree.N}
	// Every tile that comes through this reader was hashed up to the signed root.
	hashes := tlog.TileHashReader(tree, log)

	for first := int64(0); first < tree.N; first += width {
		count := min(width, tree.N-first)
		bundle, err := log.read(tilePath("entries", first/width, int(count)))
		if err != nil {
			return nil, err
		}
		for index := first; index < first+count; index++ {
			var entry []byte
			if entry, bundle, err = next(bundle); err != nil {
				return nil, fmt.Errorf("entry %d: %w", index, err)
			}
			proof, err := tlog.ProveRecord(tree.N, index, hashes)
			if err != nil {
				return nil, fmt.Errorf("proof of %d: %w", index, err)
			}
			if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
				return nil, fmt.Errorf("entry %d: %w", index, err)
			}
			result.Entries++
			result.Proofs++
		}
		if len(bundle) > 0 {
			return nil, fmt.Errorf("%d octets behind entry %d", len(bundle), first+count-1)
		}
	}
	if older != "" {
		text, err := os.ReadFile(older)
		if err != nil {
			return nil, err
		}
		before, err := open(text, verifier)
		if err != nil {
			return nil, fmt.Errorf("older checkpoint: %w", err)
		}
		proof, err := tlog.ProveTree(tree.N, before.N, hashes)
		if err != nil {
			return nil, fmt.Errorf("consistency: %w", err)
		}
		if err := tlog.CheckTree(proof, tree.N, tree.Hash, before.N, before.Hash); err != nil {
			return nil, fmt.Errorf("consistency: %w", err)
		}
		result.ConsistentWith = &before.N
	}
	result.Tiles = len(log.saved)
	return result, nil
}

// open verifies a checkpoint: a note whose text is origin, size and root.
func open(text []byte, verifier note.Verifier) (tlog.Tree, error) {
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	origin, rest, _ := strings.Cut(opened.Text, "\n")
	if origin != verifier.Name() {
		return tlog.Tree{}, errors.New("another origin than the key's name")
	}
	// The text of the Go checksum database has a first line of its own in the origin's place.
	return tlog.ParseTree([]byte("go.sum database tree\n" + rest))
}

func next(bundle []byte) (entry, rest []byte, err error) {
	if len(bundle) < 2 || len(bundle)-2 < int(binary.BigEndian.Uint16(bundle)) {
		return nil, nil, errors.New("the bundle ends early")
	}
	end := 2 + int(binary.BigEndian.Uint16(bundle))
	return bundle[2:end], bundle[end:], nil
}

// published reads a log by the paths of C2SP tlog-tiles; it is the TileReader of the checksum database's package.
type published struct {
	from, token string
	saved       map[tlog.Tile][]byte
}

func (p *published) Height() int { return height }

func (p *published) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	for i, tile := range tiles {
		if saved, ok := p.saved[tile]; ok {
			data[i] = saved
			continue
		}
		read, err := p.read(tilePath(fmt.Sprint(tile.L), tile.N, tile.W))
		if err != nil {
			return nil, err
		}
		data[i] = read
	}
	return data, nil
}

// SaveTiles is given what has been authenticated.
func (p *published) SaveTiles(tiles []tlog.Tile, data [][]byte) {
	if p.saved == nil {
		p.saved = map[tlog.Tile][]byte{}
	}
	for i, tile := range tiles {
		p.saved[tile] = data[i]
	}
}

// tilePath is that of C2SP, which differs from the checksum database's in that it does not name the height.
func tilePath(level string, index int64, w int) string {
	tile := tlog.Tile{H: height, L: 0, N: index, W: w}
	return strings.Replace(tile.Path(), "tile/8/0/", "tile/"+level+"/", 1)
}

func (p *published) read(path string) ([]byte, error) {
	if !strings.Contains(p.from, "://") {
		return os.ReadFile(filepath.Join(p.from, filepath.FromSlash(path)))
	}
	request, err := http.NewRequest("GET", strings.TrimSuffix(p.from, "/")+"/"+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+p.token)
	// API Gateway goes by this header when it decides whether an answer is octets or base64.
	request.Header.Set("Accept", "*/*")
	answer, err := (&http.Client{Timeout: time.Minute}).Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", path, answer.Status)
	}
	return io.ReadAll(io.LimitReader(answer.Body, maxObject))
}
