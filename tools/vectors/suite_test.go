package main

import (
	"strings"
	"testing"
)

const events = `{"Action":"run","Package":"p","Test":"TestVectorsJCS"}
{"Action":"pass","Package":"p","Test":"TestVectorsJCS/arrays"}
{"Action":"fail","Package":"p","Test":"TestVectorsJCS/values"}
{"Action":"fail","Package":"p","Test":"TestVectorsJCS"}
{"Action":"pass","Package":"p","Test":"TestOther"}
not an event
{"Action":"pass","Package":"q","Test":"TestVectorsNew/a/b"}
{"Action":"pass","Package":"q","Test":"TestVectorsNew/a"}
{"Action":"pass","Package":"q","Test":"TestVectorsNew"}
`

func TestTable(t *testing.T) {
	t.Parallel()
	suites, err := Read(strings.NewReader(events))
	if err != nil {
		t.Fatal(err)
	}
	table := string(Table(suites))
	for _, want := range []string{
		"| JCS (RFC 8785) | 1 | 2 | `TestVectorsJCS` |\n",
		"| TestVectorsNew | 1 | 1 | `TestVectorsNew` |\n",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("the table lacks %q:\n%s", want, table)
		}
	}
	if strings.Contains(table, "TestOther") {
		t.Errorf("the table has a test of no vectors:\n%s", table)
	}
}

func TestPut(t *testing.T) {
	t.Parallel()
	page := "before\n" + begin + "old\n" + end + "after\n"
	got, err := Put([]byte(page), []byte("new\n"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "before\n" + begin + "new\n" + end + "after\n"; string(got) != want {
		t.Errorf("got %q, want %q", got, want)
	}
	for _, bad := range []string{"", begin, end + begin} {
		if _, err := Put([]byte(bad), nil); err == nil {
			t.Errorf("a page %q without its marks is taken", bad)
		}
	}
}

func TestRunFailsOnAFailedCase(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := run(strings.NewReader(events), &out, ""); err == nil {
		t.Error("a failed case is no error")
	}
	if err := run(strings.NewReader(""), &out, ""); err == nil {
		t.Error("no case at all is no error")
	}
}
