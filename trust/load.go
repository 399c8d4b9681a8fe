package trust

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/probatum/probatum/internal/fetch"
)

// Bounds of a trust folder. The largest national trusted lists hold a few
// thousand certificates.
const (
	maxFiles   = 10_000
	maxAnchors = 10_000
	maxCerts   = 4 << 20 // bytes of one file of certificates
	maxCRL     = 16 << 20
	maxHosts   = 64 << 10
	maxKeyFile = 1 << 20 // bytes of one DID document or set of keys
	maxIssuers = 10_000  // DID documents, and bare keys
)

// Load reads a trust folder:
//
//   - *.pem, *.crt, *.der: anchors; PEM files may hold several, one after the
//     other;
//   - *.crl: revocation lists, DER or PEM;
//   - *.did.json: DID documents of issuers that are trusted, each with the keys
//     that it lists for assertions;
//   - *.jwks.json: public keys that are trusted, whoever uses them;
//   - hosts: origins that may be fetched, one a line, # for comments;
//   - status: a folder of status lists as they were published, under any name,
//     for those who are offline;
//   - tls: a folder of certificates of servers that may be fetched from, or of
//     their authorities, beside those of the system. They vouch for no issuer.
//
// Other folders below it, files of other kinds and those whose name begins with a
// dot are passed over. Links that leave the folder are refused. A file that
// cannot be read as what its name says is an error that names it: a trust set
// that is only half what the operator meant is worse than none. No folder at
// all (the empty name) is the set that trusts nobody; a folder that was named
// but is not there is an error.
func Load(dir string) (*Set, error) {
	s, _ := New()
	if dir == "" {
		return s, nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening trust folder %s: %w", dir, err)
	}
	defer root.Close() //nolint:errcheck // only read from
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, fmt.Errorf("reading trust folder %s: %w", dir, err)
	}
	if len(entries) > maxFiles {
		return nil, fmt.Errorf("reading trust folder %s: more than %d files", dir, maxFiles)
	}
	for _, e := range entries {
		if err := s.load(root, e); err != nil {
			return nil, fmt.Errorf("reading trust file %s: %w", filepath.Join(dir, e.Name()), err)
		}
	}
	for name, load := range map[string]func(*os.Root) error{snapshotFolder: s.loadSnapshots, tlsFolder: s.loadServers} {
		if info, err := root.Stat(name); err == nil && info.IsDir() {
			if err := load(root); err != nil {
				return nil, fmt.Errorf("reading folder %s of trust folder %s: %w", name, dir, err)
			}
		}
	}
	return s, nil
}

func (s *Set) load(root *os.Root, e fs.DirEntry) error {
	name := e.Name()
	if strings.HasPrefix(name, ".") || e.IsDir() {
		return nil
	}
	var take func([]byte) error
	limit := int64(maxCerts)
	switch strings.ToLower(filepath.Ext(name)) {
	case ".pem", ".crt", ".der":
		take = s.takeCertificates
	case ".crl":
		take, limit = s.takeCRL, maxCRL
	case ".cer", ".cert", ".p7b", ".p7c", ".p12", ".pfx", ".key":
		// Somebody meant this to count; saying nothing would be a trap.
		return errors.New("certificates must be in PEM or DER form, in a file that ends in .pem, .crt or .der; keys have no place here")
	default:
		switch lower := strings.ToLower(name); {
		case strings.HasSuffix(lower, ".did.json"):
			take, limit = s.takeDIDDocument, maxKeyFile
		case strings.HasSuffix(lower, ".jwks.json"):
			take, limit = s.takeKeySet, maxKeyFile
		case name == "hosts":
			take, limit = s.takeHosts, maxHosts
		default:
			return nil
		}
	}
	data, err := read(root, name, limit)
	if err != nil || data == nil {
		return err
	}
	return take(data)
}

// read gives the content of a regular file, or nil for a folder behind a link.
func read(root *os.Root, name string, limit int64) ([]byte, error) {
	info, err := root.Stat(name) // before Open, which would wait on a pipe
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, nil
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > limit:
		return nil, fmt.Errorf("%d bytes, at most %d are read", info.Size(), limit)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // only read from
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("more than %d bytes", limit)
	case len(data) == 0:
		return nil, errors.New("the file is empty")
	}
	return data, nil
}

func (s *Set) takeCertificates(data []byte) error {
	blocks, err := blocksOf(data, "CERTIFICATE")
	if err != nil {
		return err
	}
	for i, der := range blocks {
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", i+1, err)
		}
		if err := s.add(cert); err != nil {
			return err
		}
	}
	if len(s.anchors) > maxAnchors {
		return fmt.Errorf("more than %d certificates in the folder", maxAnchors)
	}
	return nil
}

func (s *Set) takeCRL(data []byte) error {
	blocks, err := blocksOf(data, "X509 CRL")
	if err != nil {
		return err
	}
	for i, der := range blocks {
		crl, err := x509.ParseRevocationList(der)
		if err != nil {
			return fmt.Errorf("revocation list %d: %w", i+1, err)
		}
		s.crls = append(s.crls, crl)
	}
	return nil
}

func (s *Set) takeHosts(data []byte) error {
	for n, line := range strings.Split(string(data), "\n") {
		line, _, _ = strings.Cut(line, "#")
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if _, err := fetch.ParseOrigin(line); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
		s.hosts = append(s.hosts, line)
	}
	return nil
}

// blocksOf gives the DER in a file: the whole of it, or its PEM blocks, all of
// one type. Text between blocks is passed over, as in bundles of authorities.
func blocksOf(data []byte, kind string) ([][]byte, error) {
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		return [][]byte{data}, nil
	}
	var out [][]byte
	begun := bytes.Count(data, []byte("-----BEGIN "))
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			break
		}
		begun--
		switch {
		case strings.Contains(b.Type, "PRIVATE KEY"):
			return nil, errors.New("the file holds a private key, which has no place in a trust folder")
		case b.Type != kind:
			return nil, fmt.Errorf("a PEM block is a %q, only %q may stand here", show(b.Type), kind)
		}
		out = append(out, b.Bytes)
	}
	if begun != 0 || len(out) == 0 { // pem.Decode passes over broken blocks
		return nil, errors.New("a PEM block is broken")
	}
	return out, nil
}
