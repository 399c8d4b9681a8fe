package public

// Plain is what every text of a credential passes through.
var Plain = plain
