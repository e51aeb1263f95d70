package main

import (
	"cmp"
	"os/user"

	"github.com/spf13/cobra"
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
