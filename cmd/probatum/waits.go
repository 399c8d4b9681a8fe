package main

import (
	"context"

	"github.com/probatum/probatum/access"
	"github.com/probatum/probatum/award"
	"github.com/probatum/probatum/web/desk"
	"github.com/probatum/probatum/web/mine"
	"github.com/probatum/probatum/web/people"
)

// A waits tells the start page what waits in one part of the program.
type waits func(ctx context.Context, a access.Actor) ([]people.Waiting, error)

// Waits implements people.Source.
func (w waits) Waits(ctx context.Context, a access.Actor) ([]people.Waiting, error) { return w(ctx, a) }

// waitsIn are the parts of which the start page tells.
func waitsIn(admin *desk.Admin, awards *award.Desk, me *mine.Pages) []people.Source {
	return []people.Source{
		waits(func(ctx context.Context, a access.Actor) ([]people.Waiting, error) {
			all, err := admin.Waits(ctx, a)
			return each(all, func(w desk.Wait) people.Waiting {
				return people.Waiting{Text: w.Key, Args: w.Args, Path: w.Path, Due: w.Due, Body: w.Body}
			}), err
		}),
		waits(func(ctx context.Context, a access.Actor) ([]people.Waiting, error) {
			all, err := awards.Waits(ctx, a)
			return each(all, func(w award.Wait) people.Waiting {
				return people.Waiting{
					Text: "web.wait.results", Args: map[string]any{"Count": w.Count}, Path: "/b/" + string(w.Body) + "/results", Body: w.Body,
				}
			}), err
		}),
		waits(func(ctx context.Context, a access.Actor) ([]people.Waiting, error) {
			all, err := me.Waits(ctx, a)
			return each(all, func(w mine.Wait) people.Waiting {
				return people.Waiting{Text: w.Text, Args: w.Args, Path: w.Path, Due: w.Due, Body: w.Body}
			}), err
		}),
	}
}

func each[A, B any](all []A, f func(A) B) []B {
	var out []B
	for _, a := range all {
		out = append(out, f(a))
	}
	return out
}
