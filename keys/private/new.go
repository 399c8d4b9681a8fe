package private

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

// WriteNew makes a P-256 key and keeps it in a PEM file for Load, which only the
// owner may read. A file that is there already stays as it is: a Conflict. Nobody
// ever sees half of a file.
func WriteNew(path string) error { return WriteNewOf(path, keys.ES256) }

// WriteNewOf is WriteNew for a key that signs with keys.ES256 or, 3072 bits
// long, with keys.RS256.
func WriteNewOf(path, algorithm string) error {
	var key crypto.Signer
	var err error
	switch algorithm {
	case keys.ES256:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case keys.RS256:
		key, err = rsa.GenerateKey(rand.Reader, 3072)
	default:
		return fault.New(fault.Usage, "proof.key.demo.algorithm", nil)
	}
	if err != nil {
		return fmt.Errorf("making a key: %w", err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return fmt.Errorf("writing a key: %w", err)
	}
	return KeepNew(path, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// KeepNew keeps a secret in a file that only the owner may read, whole or not at
// all. A file that is there already stays as it is: a Conflict.
func KeepNew(path string, secret []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing a key: %w", err)
	}
	defer os.Remove(f.Name()) //nolint:errcheck // a name that is of no use any more
	_, err = f.Write(secret)
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("writing a key: %w", err)
	}
	switch err := os.Link(f.Name(), path); {
	case errors.Is(err, os.ErrExist):
		return fault.New(fault.Conflict, "proof.key.demo.exists", err).With("File", filepath.Base(path))
	case err != nil:
		return fmt.Errorf("writing a key: %w", err)
	}
	return nil
}
