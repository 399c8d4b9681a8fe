package vcdm_test

import (
	"testing"

	"github.com/probatum/probatum/credential/vcdm"
)

func BenchmarkCheckCredential(b *testing.B) {
	doc := credential.with("name", `[{"@value":"Dog","@language":"en"},{"@value":"Chien","@language":"fr"}]`).with("validFrom", `"2026-05-01T09:00:00Z"`).
		with("relatedResource", `[`+resource(`"digestSRI":"`+finalSRI+`"`)+`]`).text(b)
	b.ReportAllocs()
	for b.Loop() {
		if findings := vcdm.CheckCredential(doc, vcdm.Options{}); len(findings) > 0 {
			b.Fatal(findings)
		}
	}
}
