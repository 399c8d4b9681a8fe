// Package private holds signing keys: it loads them from files and makes the
// throw-away ones of the demo. Nothing that only verifies imports it.
//
// Start with Load and Matches, or with NewDemo. A key leaves this package only
// as a crypto.Signer, so that one in a hardware module can take its place.
package private

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/probatum/probatum/internal/fault"
	"github.com/probatum/probatum/keys"
)

// maxFile bounds a key file.
const maxFile = 64 << 10

// Load reads one private key from a PEM file: PKCS #8, PKCS #1 or SEC 1, not
// encrypted. It takes RSA and P-256 keys, which seals have, and P-384 and Ed25519
// keys, which only Data Integrity proofs have: keys.CheckSeal refuses those. The file must not be writable by others than its owner.
func Load(path string) (crypto.Signer, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.Unreadable, "proof.key.file.unreadable", fmt.Errorf("opening key file: %w", err))
	}
	defer f.Close() //nolint:errcheck // only read from
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, fault.New(fault.Unreadable, "proof.key.file.unreadable", fmt.Errorf("looking at key file: %w", err))
	case !info.Mode().IsRegular():
		return nil, refuse("proof.key.file.unreadable", errors.New("key file is no regular file"))
	case info.Mode().Perm()&0o022 != 0:
		return nil, refuse("proof.key.file.open", fmt.Errorf("key file has mode %v", info.Mode().Perm()))
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, fault.New(fault.Unreadable, "proof.key.file.unreadable", fmt.Errorf("reading key file: %w", err))
	}
	defer clear(data)
	return Parse(data)
}

// Parse reads one private key from PEM text, as Load does.
func Parse(data []byte) (crypto.Signer, error) {
	if len(data) > maxFile {
		return nil, refuse("proof.key.file.garbage", fmt.Errorf("key file of %d bytes or more", len(data)))
	}
	begins := bytes.Count(data, []byte("-----BEGIN "))
	var found *pem.Block
	for rest := data; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		begins--
		switch {
		case block.Type == "EC PARAMETERS": // openssl ecparam -genkey writes them in front
			continue
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return nil, refuse("proof.key.file.encrypted", errors.New("key file is encrypted"))
		case block.Type == "CERTIFICATE":
			return nil, refuse("proof.key.file.certificate", errors.New("certificate in a key file"))
		case strings.Contains(block.Type, "PUBLIC KEY"):
			return nil, refuse("proof.key.file.public", errors.New("public key in a key file"))
		case found != nil:
			return nil, refuse("proof.key.file.several", errors.New("several keys in a key file"))
		}
		found = block
	}
	if found == nil || begins != 0 {
		return nil, refuse("proof.key.file.garbage", errors.New("no PEM block, or a broken one"))
	}
	key, err := parseBlock(found)
	clear(found.Bytes)
	if err != nil {
		// The cause may quote key material and stays out of the log.
		return nil, refuse("proof.key.file.garbage", fmt.Errorf("PEM block %q holds no key", found.Type))
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, refuse("proof.key.kind", fmt.Errorf("key of type %T", key))
	}
	if err := accepted(signer.Public()); err != nil {
		return nil, err
	}
	return signer, nil
}

// accepted refuses keys that sign nothing here: neither a seal (keys.Algorithm)
// nor a Data Integrity proof (keys.Multikey).
func accepted(pub crypto.PublicKey) error {
	_, err := keys.Algorithm(pub)
	if err == nil {
		return nil
	}
	if _, unfit := keys.Multikey(pub); unfit == nil {
		return nil
	}
	return err
}

func parseBlock(b *pem.Block) (any, error) {
	switch b.Type {
	case "PRIVATE KEY":
		return x509.ParsePKCS8PrivateKey(b.Bytes)
	case "RSA PRIVATE KEY":
		return x509.ParsePKCS1PrivateKey(b.Bytes)
	case "EC PRIVATE KEY":
		return x509.ParseECPrivateKey(b.Bytes)
	}
	return nil, errors.New("unknown kind of block")
}

// Matches says whether the key belongs to the certificate.
func Matches(s crypto.Signer, cert *x509.Certificate) error {
	same := false
	switch pub := s.Public().(type) {
	case *rsa.PublicKey:
		same = pub.Equal(cert.PublicKey)
	case *ecdsa.PublicKey:
		same = pub.Equal(cert.PublicKey)
	case ed25519.PublicKey:
		same = pub.Equal(cert.PublicKey)
	}
	if !same {
		return refuse("proof.key.mismatch", errors.New("key and certificate differ"))
	}
	return nil
}

func refuse(key string, err error) *fault.Error { return fault.New(fault.Invalid, key, err) }
