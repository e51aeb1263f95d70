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

// command is a command to be typed, with the runtime where it is not the default one.
func (a *app) command(name string, id execution.ID) string {
	c := "submit " + name + " " + string(id)
	if a.runtime != execution.DefaultRuntime {
		c += " --runtime " + a.runtime
	}
	return c
}

// unsure explains an answer that did not come: what was asked for may have been done.
func (a *app) unsure(id execution.ID, err error) error {
	if !errors.Is(err, control.ErrUnavailable) {
		return err
	}
	return cli.Fail(cli.Unreachable, fmt.Sprintf("%q shows where it stands", a.command("get", id)), fmt.Errorf("the result is unknown: %w", err))
}
