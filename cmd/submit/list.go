package main

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// listFlags are the filters of a listing.
type listFlags struct {
	status, label, text, since, until, cursor string
	limit                                     int
}

func (a *app) listCommand() *cobra.Command {
	var o listFlags
	c := &cobra.Command{
		Use: "list", Short: "List executions, newest first", Args: exactly(),
		Example: `  submit list --status paused,error --since 24h
  submit list --text 'card declined' --label team=billing
  submit list --json --limit 1000 | jq -r '.executions[].executionId'`,
		RunE: func(c *cobra.Command, _ []string) error {
			q, err := o.query(time.Now())
			if err != nil {
				return err
			}
			return a.query(c.Context(), "list", func(ctx context.Context, s *session) error {
				l, err := s.client.List(ctx, q)
				if err != nil {
					return err
				}
				return a.showListing(l)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&o.status, "status", "", "only `STATUS`, or several with commas between: "+words())
	f.StringVar(&o.label, "label", "", "only those with the label `KEY=VALUE`")
	f.StringVar(&o.text, "text", "", "only failures whose message contains `TEXT`, in either case")
	f.StringVar(&o.since, "since", "", "created at or after `TIME`: RFC 3339, or how long ago, such as 2h")
	f.StringVar(&o.until, "until", "", "created before `TIME`")
	f.StringVar(&o.cursor, "cursor", "", "`CURSOR` of the page before")
	f.IntVar(&o.limit, "limit", 50, "`NUMBER` of rows, at most 1000")
	return c
}

func words() string {
	return strings.ReplaceAll(control.Statuses(execution.Statuses()).String(), ",", ", ")
}

func (o listFlags) query(now time.Time) (control.ListQuery, error) {
	q := control.ListQuery{Label: o.label, Text: o.text, Limit: o.limit, Cursor: o.cursor}
	var err error
	if q.Status, err = control.ParseStatuses(o.status); err != nil {
		return q, cli.Misuse("--status: %w", err)
	}
	if o.limit < 1 || o.limit > 1000 {
		return q, cli.Misuse("--limit: must be 1 to 1000, got %d", o.limit)
	}
	for _, t := range []struct {
		flag, text string
		into       **time.Time
	}{{"--since", o.since, &q.Since}, {"--until", o.until, &q.Until}} {
		if t.text == "" {
			continue
		}
		at, err := moment(t.text, now)
		if err != nil {
			return q, cli.Misuse("%s: %w", t.flag, err)
		}
		*t.into = &at
	}
	return q, nil
}

// moment reads a time, or how long before now it was.
func moment(text string, now time.Time) (time.Time, error) {
	if d, err := time.ParseDuration(text); err == nil {
		return now.Add(-d).UTC(), nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is neither a time in RFC 3339 nor a duration", text)
	}
	return t, nil
}

// showListing prints a table, or with --json the answer.
func (a *app) showListing(l control.Listing) error {
	if a.json {
		return a.print(l)
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if len(l.Executions) > 0 {
		fmt.Fprintln(w, "ID\tSTATUS\tCREATED\tATTEMPT\tLABELS\tERROR")
	}
	for _, r := range l.Executions {
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%s\n", r.ExecutionID, r.Status, r.CreatedAt.Local().Format(time.DateTime),
			r.Attempt, cli.Line(labelText(r.Labels)), oneLine(r))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the listing: %w", err)
	}
	if l.Cursor != "" {
		_, _ = fmt.Fprintf(a.stderr, "more: --cursor %s\n", l.Cursor) // the table is what was asked for
	}
	return nil
}

func labelText(labels map[string]string) string {
	var all []string
	for _, k := range sortedKeys(labels) {
		all = append(all, k+"="+labels[k])
	}
	return strings.Join(all, ",")
}

// oneLine is the reason of a failure, clipped.
func oneLine(r execution.Record) string {
	text := r.Error
	if text == "" && r.Failure != nil && r.Status != execution.Completed {
		text = r.Failure.Message
	}
	runes := []rune(cli.Line(text))
	if len(runes) > 80 {
		runes = append(runes[:79], '…')
	}
	return string(runes)
}
