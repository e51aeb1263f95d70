package main

import (
	"cmp"
	"errors"
	"fmt"
	"os/user"

	"github.com/spf13/cobra"

	"github.com/reprise-run/reprise/internal/cli"
	"github.com/reprise-run/reprise/pkg/control"
	"github.com/reprise-run/reprise/pkg/execution"
)

// asFlag says who asks for something.
type asFlag struct{ name string }

func (f *asFlag) add(c *cobra.Command) {
	c.Flags().StringVar(&f.name, "as", "", "`NAME` of who asks, for the record (default: the user's name)")
}

// of returns the name.
func (f asFlag) of(a *app) string {
	name := cmp.Or(f.name, a.env("USER"))
	if u, err := user.Current(); name == "" && err == nil {
		name = u.Username
	}
	return name
}

// unsure explains an answer that did not come: what was asked for may have been done.
func unsure(id execution.ID, err error) error {
	if !errors.Is(err, control.ErrUnavailable) {
		return err
	}
	return cli.Fail(cli.Unreachable, fmt.Sprintf("\"submit get %s\" shows where it stands", id), fmt.Errorf("the result is unknown: %w", err))
}
