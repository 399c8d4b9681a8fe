package public

import "github.com/probatum/probatum/web/page"

// Plain is what every text of a credential passes through.
var Plain = page.Plain
