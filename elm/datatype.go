package elm

import (
	"regexp"
	"strings"
	"time"
)

// The lexical forms of XML Schema 1.1 Part 2 that the profiles name.
var (
	xsdInteger  = regexp.MustCompile(`^[+-]?[0-9]+$`)
	xsdDecimal  = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)$`)
	xsdDateTime = regexp.MustCompile(`^-?([1-9][0-9]{3,}|0[0-9]{3})-([0-9]{2})-([0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?$`)
	xsdDuration = regexp.MustCompile(`^-?P([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+(\.[0-9]+)?S)?)?$`)
)

// validLexical tells whether a text is a value of a datatype.
func validLexical(s, datatype string) bool {
	local, ok := strings.CutPrefix(datatype, xsdNS)
	if !ok {
		return true
	}
	switch local {
	case "integer":
		return xsdInteger.MatchString(s)
	case "positiveInteger":
		return xsdInteger.MatchString(s) && !strings.HasPrefix(s, "-") && strings.Trim(s, "+0") != ""
	case "decimal":
		return xsdDecimal.MatchString(s)
	case "boolean":
		return s == "true" || s == "false" || s == "1" || s == "0"
	case "dateTime":
		return validDateTime(s)
	case "duration":
		return xsdDuration.MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
	case "anyURI":
		return !strings.ContainsAny(s, "\ufffe\uffff")
	}
	return true
}

// validDateTime also asks the calendar, which a pattern cannot.
func validDateTime(s string) bool {
	m := xsdDateTime.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	clock := m[4]
	if clock == "24:00:00" && strings.Trim(m[5], ".0") == "" {
		clock = "00:00:00" // the end of the day
	}
	// The Gregorian calendar repeats itself every 400 years.
	year := m[1][len(m[1])-4:]
	if len(m[1]) > 4 || year == "0000" {
		year = "2000"
	}
	if _, err := time.Parse("2006-01-02T15:04:05", year+"-"+m[2]+"-"+m[3]+"T"+clock); err != nil {
		return false
	}
	if zone := m[6]; len(zone) == 6 {
		return zone[1:3] <= "13" && zone[4:] <= "59" || zone[1:] == "14:00"
	}
	return true
}
