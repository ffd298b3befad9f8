package main

import (
	"github.com/bodega-commerce/bodega/internal/recommendeval"
)

type recommendCmd struct {
	Evaluate recommendEvaluateCmd `cmd:"" help:"Measure recommendations on held-back behaviour."`
}

type recommendEvaluateCmd struct {
	OnlineRetail retailEvaluateCmd    `cmd:"" name:"online-retail" help:"On each customer's last basket of Online Retail."`
	Movielens    movielensEvaluateCmd `cmd:"" help:"On a quarter of each movie's ratings of MovieLens 100K (u.data)."`
}

type retailEvaluateCmd struct{ recommendFile }

func (c *retailEvaluateCmd) Run(e *env) error { return c.evaluate(e, recommendeval.Retail) }

type movielensEvaluateCmd struct{ recommendFile }

func (c *movielensEvaluateCmd) Run(e *env) error { return c.evaluate(e, recommendeval.MovieLens) }

type recommendFile struct {
	File  string `arg:"" help:"The data, plain or gzip."`
	Users string `help:"Whose behaviour is to be found: all, or the even or odd numbers." enum:"all,even,odd" default:"all"`
	JSON  bool   `help:"Print the figures as JSON."`
}

func (c *recommendFile) evaluate(e *env, read func(path string) ([]recommendeval.Task, error)) error {
	tasks, err := read(c.File)
	if err != nil {
		return err
	}
	if c.Users != "all" {
		tasks = recommendeval.Half(tasks, c.Users == "odd")
	}
	report, err := recommendeval.Evaluate(e.ctx, tasks)
	if err != nil {
		return err
	}
	if c.JSON {
		return report.JSON(e.out)
	}
	return report.Print(e.out)
}
