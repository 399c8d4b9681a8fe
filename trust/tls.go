package trust

import (
	"crypto/x509"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// tlsFolder holds the certificates of servers, which vouch for nothing else.
const tlsFolder = "tls"

// TLSRoots gives the authorities that a server must have its certificate from to
// be asked: those of the system and those of the folder tls. It is nil, which
// means those of the system, where the folder adds none.
func (s *Set) TLSRoots() *x509.CertPool {
	if len(s.servers) == 0 {
		return nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	for _, c := range s.servers {
		pool.AddCert(c)
	}
	return pool
}

// loadServers reads the folder of certificates of servers.
func (s *Set) loadServers(above *os.Root) error {
	root, err := above.OpenRoot(tlsFolder)
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // only read from
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	if len(entries) > maxFiles {
		return fmt.Errorf("more than %d files", maxFiles)
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if err := s.takeServer(root, e.Name()); err != nil {
			return fmt.Errorf("%s: %w", filepath.Join(tlsFolder, e.Name()), err)
		}
	}
	return nil
}

func (s *Set) takeServer(root *os.Root, name string) error {
	data, err := read(root, name, maxCerts)
	if err != nil || data == nil {
		return err
	}
	blocks, err := blocksOf(data, "CERTIFICATE")
	if err != nil {
		return err
	}
	for i, der := range blocks {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			return fmt.Errorf("certificate %d: %w", i+1, err)
		}
		if !strong(c) {
			return fmt.Errorf("certificate %d: its key is too weak, or larger than can be checked", i+1)
		}
		s.servers = append(s.servers, c)
	}
	if len(s.servers) > maxAnchors {
		return fmt.Errorf("more than %d certificates", maxAnchors)
	}
	return nil
}
