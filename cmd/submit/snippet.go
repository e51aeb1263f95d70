package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

func (a *app) snippetCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "snippet", Short: "Keep the sources of executions under names",
		Long: "Keep the sources of executions under names, for codemode.run to run. Saving under a name\n" +
			"again makes a new version; the newest one is run.",
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return cli.Fail(cli.Usage, "see submit snippet --help", fmt.Errorf("snippet has no command %q", args[0]))
			}
			return cli.Fail(cli.Usage, "see submit snippet --help", errors.New("snippet takes a command: save, list, show or delete"))
		},
	}
	c.AddCommand(a.snippetSaveCommand(), a.snippetListCommand(), a.snippetShowCommand(), a.snippetDeleteCommand())
	return c
}

func (a *app) snippetSaveCommand() *cobra.Command {
	var description, schema string
	c := &cobra.Command{
		Use: "save NAME ID", Short: "Save the source of an execution", Args: exactly("a NAME", "an ID"),
		RunE: func(c *cobra.Command, args []string) error {
			p := control.SnippetSave{Name: args[0], Description: description}
			var err error
			if err = checkSnippetName(p.Name); err != nil {
				return err
			}
			if p.ID, err = parseID(args[1]); err != nil {
				return err
			}
			if c.Flags().Changed("input-schema") {
				if p.InputSchema, err = a.jsonFlag("--input-schema", schema); err != nil {
					return err
				}
			}
			return a.query(c.Context(), "snippet.save", func(ctx context.Context, s *session) error {
				sn, err := s.client.SaveSnippet(ctx, p)
				if err != nil {
					return unheard(err)
				}
				if a.json {
					return a.print(sn)
				}
				_, err = fmt.Fprintf(a.stderr, "saved %s version %d\n", sn.Name, sn.Version)
				return err
			})
		},
	}
	f := c.Flags()
	f.StringVar(&description, "description", "", "`TEXT` that says what it does")
	f.StringVar(&schema, "input-schema", "", "JSON Schema of the input: `JSON`, or @file")
	return c
}

func (a *app) snippetListCommand() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List snippets by name", Args: exactly(),
		RunE: func(c *cobra.Command, _ []string) error {
			return a.query(c.Context(), "snippet.list", func(ctx context.Context, s *session) error {
				all, err := s.client.Snippets(ctx)
				if err != nil {
					return err
				}
				return a.showSnippets(all)
			})
		},
	}
}

// showSnippets prints a table, or with --json the answer.
func (a *app) showSnippets(all []execution.Snippet) error {
	if a.json {
		return a.print(control.SnippetListing{Snippets: all})
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	if len(all) > 0 {
		fmt.Fprintln(w, "NAME\tVERSION\tSAVED\tCONNECTORS\tDESCRIPTION")
	}
	for _, sn := range all {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\n", sn.Name, sn.Version, sn.SavedAt.Local().Format(time.DateTime),
			cmp.Or(cli.Line(strings.Join(sn.Connectors, ",")), "-"), cli.Line(sn.Description))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write the snippets: %w", err)
	}
	return nil
}

func (a *app) snippetShowCommand() *cobra.Command {
	var version int
	c := &cobra.Command{
		Use: "show NAME", Short: "Print the source of a snippet", Args: exactly("a NAME"),
		Long: "Print the source of a snippet on standard output, exactly as it was submitted; with --json\n" +
			"the whole record.",
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkSnippetName(args[0]); err != nil {
				return err
			}
			if c.Flags().Changed("version") && version < 1 {
				return cli.Misuse("--version: must be at least 1, got %d", version)
			}
			return a.query(c.Context(), "snippet.get", func(ctx context.Context, s *session) error {
				sn, err := s.client.Snippet(ctx, args[0], version)
				if err != nil {
					return err
				}
				if a.json {
					return a.print(sn)
				}
				return a.printSource(sn.Code)
			})
		},
	}
	c.Flags().IntVar(&version, "version", 0, "`NUMBER` of the version (default: the newest)")
	return c
}

// printSource prints a source as it is, unless a terminal would obey what is in it.
func (a *app) printSource(code string) error {
	if f, ok := a.stdout.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		code = strings.TrimSuffix(cli.Clean(code), "\n") + "\n"
	}
	if _, err := io.WriteString(a.stdout, code); err != nil {
		return fmt.Errorf("write the source: %w", err)
	}
	return nil
}

func (a *app) snippetDeleteCommand() *cobra.Command {
	return &cobra.Command{
		Use: "delete NAME", Short: "Delete a snippet, all versions of it", Args: exactly("a NAME"),
		RunE: func(c *cobra.Command, args []string) error {
			if err := checkSnippetName(args[0]); err != nil {
				return err
			}
			return a.query(c.Context(), "snippet.delete", func(ctx context.Context, s *session) error {
				there, err := s.client.DeleteSnippet(ctx, args[0])
				if err != nil {
					return unheard(err)
				}
				if a.json {
					if err := a.print(map[string]bool{"deleted": there}); err != nil {
						return err
					}
				}
				if !there {
					return cli.Fail(cli.Failed, "", fmt.Errorf("no snippet %s in runtime %s", args[0], a.runtime))
				}
				return nil
			})
		},
	}
}

// unheard says how to look where the answer about a snippet did not come.
func unheard(err error) error {
	if !errors.Is(err, control.ErrUnavailable) {
		return err
	}
	return cli.Fail(cli.Unreachable, "\"submit snippet list\" shows what is there", fmt.Errorf("the result is unknown: %w", err))
}

func checkSnippetName(name string) error {
	if err := execution.CheckSnippetName(name); err != nil {
		return cli.Misuse("%w", err)
	}
	return nil
}
