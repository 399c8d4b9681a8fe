package mail

import "strings"

// A LinkFunc makes the whole address of a one-time link.
type LinkFunc func(purpose, ticket string) string

// linkPaths are the pages that open one-time links, below which the secret stands.
var linkPaths = map[string]string{
	"setup":    "/setup/",
	"register": "/sign-up/",
	"invite":   "/invite/",
	"recover":  "/recover/",
	"stop":     "/recover/stop/",
	"claim":    "/claim/",
	"address":  "/settings/address/",
}

// LinkTo gives the LinkFunc of a server. secret makes what stands at the end of a
// link, such as access.LinkKey does.
func LinkTo(publicURL string, secret func(purpose, ticket string) string) LinkFunc {
	origin := strings.TrimRight(publicURL, "/")
	return func(purpose, ticket string) string {
		return origin + linkPaths[purpose] + secret(purpose, ticket)
	}
}
