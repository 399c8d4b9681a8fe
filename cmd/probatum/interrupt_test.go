package main

import (
	"bytes"
	"context"
	"io"
	"testing"
)

// A pipe that nobody writes to must not outlive the wish to stop.
func TestVerifyStopsWaitingWhenInterrupted(t *testing.T) {
	t.Parallel()
	in, writer := io.Pipe()
	t.Cleanup(func() { _ = writer.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out, problem bytes.Buffer
	if code := run(ctx, []string{"verify", "-"}, stdio{in: in, out: &out, err: &problem}); code != exitUnreadable {
		t.Errorf("exit code %d, want %d: %s", code, exitUnreadable, problem.String())
	}
	if out.Len() > 0 {
		t.Errorf("a verdict on nothing: %s", out.String())
	}
}
