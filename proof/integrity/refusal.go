package integrity

import (
	"context"
	"errors"
	"fmt"

	"github.com/probatum/probatum/internal/strictjson"
	"github.com/probatum/probatum/proof"
	"github.com/probatum/probatum/proof/canon"
)

// refuse says what is wrong with a proof.
func refuse(code proof.Code, key string, err error) *proof.Error {
	return proof.Refuse(code, key, err)
}

// wrong is a proof object that is not as it must be.
func wrong(key, format string, args ...any) *proof.Error {
	return proof.Refuse(proof.Proof, key, fmt.Errorf(format, args...))
}

// unreadable turns a refusal by the strict JSON reader into one of ours.
func unreadable(doing string, err error) error {
	code, key := proof.Malformed, "proof.malformed.json"
	if e, ok := errors.AsType[*strictjson.Error](err); ok {
		switch {
		case e.Kind == strictjson.TooBig:
			code, key = proof.Resources, "proof.resources.json"
		case e.Ambiguous:
			key = "proof.malformed.twice"
		}
	}
	return refuse(code, key, fmt.Errorf("%s: %w", doing, err))
}

// uncanonical turns a refusal by canon into one of ours. Work that was called
// off is no refusal; work that took too long is.
func uncanonical(doing string, err error) error {
	if e, ok := errors.AsType[*canon.Error](err); ok {
		code := proof.Context
		switch e.Kind {
		case canon.Malformed:
			code = proof.Malformed
		case canon.Resources:
			code = proof.Resources
		}
		return &proof.Error{Code: code, Key: e.Key, Args: e.Args, Err: fmt.Errorf("%s: %w", doing, err)}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return refuse(proof.Resources, "proof.resources.json", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// codeOf gives the code of a refusal, or nothing for another error.
func codeOf(err error) proof.Code {
	if e, ok := errors.AsType[*proof.Error](err); ok {
		return e.Code
	}
	return ""
}
