package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
)

type migrateCmd struct {
	Plan bool `help:"Print the statements that are due instead of running them."`
}

func (c *migrateCmd) Run(e *env) error {
	db, err := e.open()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if c.Plan {
		pending, err := db.Pending(e.ctx)
		for _, s := range pending {
			e.printf("%s;\n\n", s)
		}
		return err
	}
	n, err := db.Migrate(e.ctx)
	if err == nil {
		e.printf("%d steps applied, the schema is up to date\n", n)
	}
	return err
}

type userCmd struct {
	Create userCreateCmd `cmd:"" help:"Create a member of staff with a one-time password."`
}

type userCreateCmd struct {
	Email string   `arg:"" help:"Email to sign in with."`
	Name  string   `help:"Name, for people. Default: the email up to the @."`
	Role  []string `help:"Names of roles. Default: owner, who may do everything." default:"Owner"`
}

func (c *userCreateCmd) Run(e *env) error {
	shop, done, err := e.shop()
	if err != nil {
		return err
	}
	defer done()
	all, err := shop.Accounts.Roles(e.ctx)
	if err != nil {
		return err
	}
	var roles []core.RoleID
	for _, name := range c.Role {
		found := false
		for _, r := range all {
			if r.Name == name || string(r.ID) == name {
				roles, found = append(roles, r.ID), true
			}
		}
		if !found {
			return fmt.Errorf("no role is named %q", name)
		}
	}
	name, _, _ := strings.Cut(c.Email, "@")
	staff, password, err := shop.Accounts.CreateStaff(e.ctx, account.NewStaffParams{Email: c.Email, Name: cmp.Or(c.Name, name), Roles: roles})
	if err != nil {
		return err
	}
	e.printf("%s may sign in as %s with the one-time password\n\n  %s\n", staff.ID, staff.Email, password)
	return nil
}

type verifyCmd struct {
	JSON bool `help:"Print the problems as JSON."`
}

func (c *verifyCmd) Run(e *env) error {
	shop, done, err := e.shop()
	if err != nil {
		return err
	}
	defer done()
	report, err := shop.Verify(e.ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		enc := json.NewEncoder(e.out)
		enc.SetIndent("", "  ")
		if err := enc.Encode(report); err != nil {
			return err
		}
	} else {
		report.Print(e.out)
	}
	if !report.OK() {
		return errors.New("the shop does not agree with itself")
	}
	return nil
}
