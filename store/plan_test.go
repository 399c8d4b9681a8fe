package store_test

import (
	"strings"
	"testing"

	"github.com/probatum/probatum/store"
)

// TestHotQueriesHaveAnIndex asks SQLite how it finds what pages and deletions ask for.
func TestHotQueriesHaveAnIndex(t *testing.T) {
	t.Parallel()
	db := newFile(t)
	db.open(t, nil)
	for query, want := range map[string]string{
		store.AwardsOpen: "awards_open",
		`select count(*), min(imported_at) from awards where body = 'b' and sealed_at is null`:                                            "awards_open",
		`update awards set email = '' where email <> '' and lower(email) = (select lower(email) from people where id = 'p')`:              "awards_email",
		`update letters set address = null where purged_at is null and lower(address) = (select lower(email) from people where id = 'p')`: "letters_address",
		`update letters set address = null where purged_at is null and person = 'p' and person <> ''`:                                     "letters_person",
		`delete from tickets where lower(email) = 'a'`:                                                                                    "tickets_email",
		`select count(*) from tickets where lower(email) = 'a' and created_at > 5`:                                                        "tickets_email",
	} {
		all := strings.Join(planOf(t, db.raw(t), query), "; ")
		if !strings.Contains(all, want) || strings.Contains(all, "SCAN") || strings.Contains(all, "TEMP B-TREE") {
			t.Errorf("%s: %s; want the index %s", query, all, want)
		}
	}
}
