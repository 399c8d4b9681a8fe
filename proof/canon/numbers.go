package canon

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// maxInteger is the last whole number up to which float64 has every one.
const maxInteger = 1 << 53

// oneNumber reads a number that has one value for every reader: what is written
// is what is left of it as a float64, to the last digit, so that no change of the
// text is lost. Minus zero has two values.
func oneNumber(text string) (float64, bool) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(v, 0) || v == 0 && strings.HasPrefix(text, "-") {
		return 0, false
	}
	shortest := strconv.AppendFloat(nil, v, 'e', -1, 64)
	if !sameDecimal(text, string(shortest)) {
		return 0, false
	}
	if v == math.Trunc(v) && math.Abs(v) > maxInteger {
		return v, false
	}
	return v, true
}

// sameDecimal tells whether two numbers of JSON have the same decimal value,
// without making that value.
func sameDecimal(a, b string) bool {
	ma, ea := decimal(a)
	mb, eb := decimal(b)
	return ma == mb && (ma == "" || ea == eb)
}

// decimal gives the significant digits of a number, with its sign, and the power
// of ten of the last one. Of zero there are none.
func decimal(text string) (digits string, exponent int) {
	sign := ""
	if strings.HasPrefix(text, "-") {
		sign, text = "-", text[1:]
	}
	mantissa, power, ok := strings.Cut(strings.ToLower(text), "e")
	if ok {
		n, fits := new(big.Int).SetString(strings.TrimPrefix(power, "+"), 10)
		if !fits || !n.IsInt64() || n.Int64() > 1<<20 || n.Int64() < -1<<20 {
			return "?", 0 // nothing that a float64 could hold
		}
		exponent = int(n.Int64())
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	exponent -= len(fraction)
	digits = strings.TrimLeft(whole+fraction, "0")
	short := strings.TrimRight(digits, "0")
	if short == "" {
		return "", 0
	}
	return sign + short, exponent + len(digits) - len(short)
}

// lexical gives the lexical form and datatype of a number (JSON-LD 1.1 API,
// 8.6, steps 7 to 11), if that form has the same value.
func lexical(v float64, datatype string) (form, ofType string, ok bool) {
	if v == math.Trunc(v) && !isDouble(datatype) {
		if datatype == "" {
			datatype = xsdInteger
		}
		return strconv.FormatInt(int64(v), 10), datatype, math.Abs(v) <= maxInteger
	}
	if datatype == "" {
		datatype = xsdDouble
	}
	form = canonicalDouble(v)
	back, err := strconv.ParseFloat(form, 64)
	return form, datatype, err == nil && back == v
}

// canonicalDouble writes a number as XML Schema does in its canonical form, with
// 16 digits at most (JSON-LD 1.1 API, 8.6, step 9).
func canonicalDouble(v float64) string {
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'E', 15, 64), "E")
	mantissa = strings.TrimRight(mantissa, "0")
	if strings.HasSuffix(mantissa, ".") {
		mantissa += "0"
	}
	sign := ""
	if strings.HasPrefix(exponent, "-") {
		sign = "-"
	}
	exponent = strings.TrimLeft(exponent, "+-0")
	if exponent == "" {
		sign, exponent = "", "0"
	}
	return mantissa + "E" + sign + exponent
}

// The datatypes of XML Schema that JSON has values of its own for. Two of the
// standard contexts write https in their IRIs.
const (
	xsd        = "http://www.w3.org/2001/XMLSchema#"
	xsdInteger = xsd + "integer"
	xsdDouble  = xsd + "double"
	xsdBoolean = xsd + "boolean"

	rdf         = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
	jsonLiteral = rdf + "JSON"
)

// ofXSD gives the local name of a datatype of XML Schema, or nothing.
func ofXSD(datatype string) string {
	for _, scheme := range []string{"http", "https"} {
		if name, ok := strings.CutPrefix(datatype, scheme+xsd[len("http"):]); ok {
			return name
		}
	}
	return ""
}

// isDouble tells whether numbers of a datatype are always written as doubles:
// only of the one that JSON-LD names.
func isDouble(datatype string) bool { return datatype == xsdDouble }

// isNumeric tells whether values of a datatype are numbers: they stand in JSON as
// numbers then, and nothing else does.
func isNumeric(datatype string) bool {
	switch ofXSD(datatype) {
	case "integer", "decimal", "double", "float", "long", "int", "short", "byte", "nonNegativeInteger",
		"positiveInteger", "nonPositiveInteger", "negativeInteger", "unsignedLong", "unsignedInt",
		"unsignedShort", "unsignedByte":
		return true
	}
	return false
}

// isBoolean tells the same of true and false.
func isBoolean(datatype string) bool { return ofXSD(datatype) == "boolean" }
