package mine

import (
	"io"
	"net/http"
)

// Moving is the body of an upload.
func Moving(w http.ResponseWriter, body io.Reader) io.Reader { return newMoving(w, body) }
