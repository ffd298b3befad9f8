package recommend_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/bodega-commerce/bodega/recommend"
)

func ExampleEngine() {
	ctx := context.Background()
	engine, err := recommend.New(recommend.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	err = engine.PutItems(ctx,
		recommend.Item{ID: "mug", Title: "Stoneware mug", Categories: []string{"kitchen"}},
		recommend.Item{ID: "bowl", Title: "Stoneware bowl", Categories: []string{"kitchen"}},
		recommend.Item{ID: "lamp", Title: "Brass lamp", Categories: []string{"light"}},
		recommend.Item{ID: "rug", Title: "Wool rug", Categories: []string{"floor"}, OutOfStock: true},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	// A shop's first visitor: nothing is trained, and one look is enough.
	if err := engine.Observe(ctx, recommend.Interaction{User: "session-1", Item: "mug", Kind: recommend.View}); err != nil {
		fmt.Println(err)
		return
	}
	answer, err := engine.Similar(ctx, recommend.Request{User: "session-1", Items: []string{"mug"}, Limit: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, item := range answer.Items {
		fmt.Println(item.ID, item.Explanation.Kind, item.Explanation.BecauseOf)
	}
	// Output: bowl shares with [mug]
}

func ExampleEngine_Train() {
	ctx := context.Background()
	engine, err := recommend.New(recommend.Config{})
	if err != nil {
		fmt.Println(err)
		return
	}
	history := func(yield func(recommend.Interaction, error) bool) {
		day := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
		for _, user := range []string{"anna", "ben", "cleo"} {
			for n, item := range []string{"tea", "pot"} {
				if !yield(recommend.Interaction{User: user, Item: item, Time: day.Add(time.Duration(n) * time.Minute)}, nil) {
					return
				}
			}
		}
	}
	report, err := engine.Train(ctx, history, recommend.TrainConfig{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Swapped, report.Info.Users, "users,", report.Info.Items, "items")
	// Output: true 3 users, 2 items
}

func ExampleExperiment() {
	x := recommend.Experiment{Name: "bolder", Buckets: []recommend.Bucket{
		{Name: "as before", Share: 9},
		{Name: "diverse", Share: 1, Tuning: &recommend.Tuning{Diversity: 0.5}},
	}}
	for _, user := range []string{"cus_1", "cus_2", "cus_5"} {
		fmt.Println(user, x.Bucket(user).Name)
	}
	// Output:
	// cus_1 as before
	// cus_2 diverse
	// cus_5 as before
}

func ExampleLearnBPR() {
	ctx := context.Background()
	engine, err := recommend.New(recommend.Config{Learners: []recommend.Learner{
		recommend.LearnBPR(recommend.BPRConfig{Dim: 8}), recommend.LearnPopular(recommend.PopularConfig{})}})
	if err != nil {
		fmt.Println(err)
		return
	}
	tastes := [][]string{{"tea", "pot", "cup", "tray"}, {"spade", "rake", "hose", "seeds"}}
	history := func(yield func(recommend.Interaction, error) bool) {
		day := time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)
		for n := range 40 { // each has all of a taste but one
			for k, item := range tastes[n%2] {
				if k != n/2%4 && !yield(recommend.Interaction{User: fmt.Sprint("user-", n), Item: item, Time: day}, nil) {
					return
				}
			}
		}
	}
	if _, err := engine.Train(ctx, history, recommend.TrainConfig{}); err != nil {
		fmt.Println(err)
		return
	}
	for _, ids := range tastes {
		for _, id := range ids {
			if err := engine.PutItems(ctx, recommend.Item{ID: id}); err != nil {
				fmt.Println(err)
				return
			}
		}
	}
	err = engine.Observe(ctx, recommend.Interaction{User: "new", Item: "rake", Kind: recommend.Click}, recommend.Interaction{User: "new", Item: "hose", Kind: recommend.Click})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer, err := engine.Home(ctx, recommend.Request{User: "new", Exclude: []string{"rake", "hose"}, Limit: 1})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(slices.Contains(tastes[1], answer.Items[0].ID))
	// Output: true
}
