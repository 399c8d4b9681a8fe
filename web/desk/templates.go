// Package desk is the pages of a body: what its people set up, send, import, seal and
// look at. Each area is a type of its own with Routes, such as Outbox.
//
// It promises that every handler asks access.Actor.May for its body first, so that a
// body that somebody has no part in answers as one that does not exist.
package desk

import (
	"embed"
	"io/fs"
)

//go:embed all:templates
var templateFiles embed.FS

// Templates are those of all pages of this package, for page.Config.
func Templates() (fs.FS, error) { return fs.Sub(templateFiles, "templates") }
