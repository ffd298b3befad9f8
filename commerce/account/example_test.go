package account_test

import (
	"context"
	"fmt"
	"log"

	"github.com/bodega-commerce/bodega/commerce/account"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/storage"
	"github.com/bodega-commerce/bodega/storage/memory"
)

// open returns accounts over an empty database in memory.
func open(ctx context.Context, cfg account.Config) *account.Service {
	db, err := memory.Open(ctx)
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.Migrate(ctx); err != nil {
		log.Fatal(err)
	}
	accounts, err := account.New(core.Narrow(db, func(tx storage.Tx) account.Tx { return tx }), cfg)
	if err != nil {
		log.Fatal(err)
	}
	return accounts
}

func Example() {
	ctx := context.Background()
	accounts := open(ctx, account.Config{Notify: func(_ context.Context, n account.Notification) {
		fmt.Println("mail", n.Kind, "to", n.Email)
	}})
	err := accounts.Register(ctx, account.Registration{Email: "anna@example.com", Password: "orange tractor 42", Name: "Anna"})
	if err != nil {
		log.Fatal(err)
	}
	grant, err := accounts.LoginCustomer(ctx, account.Login{Email: "anna@example.com", Password: "orange tractor 42"})
	if err != nil {
		log.Fatal(err)
	}
	// Each later request brings the access token.
	actor, err := accounts.Authenticate(ctx, grant.AccessToken)
	if err != nil {
		log.Fatal(err)
	}
	me, err := accounts.Me(core.WithActor(ctx, actor))
	fmt.Println(me.Name, err)
	_, err = accounts.LoginCustomer(ctx, account.Login{Email: "anna@example.com", Password: "guess"})
	fmt.Println(core.CodeOf(err))
	// Output:
	// mail verify_email to anna@example.com
	// Anna <nil>
	// invalid_credentials
}

func ExampleService_Bootstrap() {
	ctx := context.Background()
	accounts := open(ctx, account.Config{})
	password, created, err := accounts.Bootstrap(ctx, "owner@example.com")
	fmt.Println(len(password), created, err)
	grant, err := accounts.LoginStaff(ctx, account.Login{Email: "owner@example.com", Password: password})
	fmt.Println(grant.MustChangePassword, err)
	_, created, err = accounts.Bootstrap(ctx, "owner@example.com") // the next start
	fmt.Println(created, err)
	// Output:
	// 23 true <nil>
	// true <nil>
	// false <nil>
}

func ExampleService_Refresh() {
	ctx := context.Background()
	accounts := open(ctx, account.Config{})
	_ = accounts.Register(ctx, account.Registration{Email: "anna@example.com", Password: "orange tractor 42"})
	first, _ := accounts.LoginCustomer(ctx, account.Login{Email: "anna@example.com", Password: "orange tractor 42"})
	second, _ := accounts.Refresh(ctx, first.RefreshToken, account.Client{})
	third, err := accounts.Refresh(ctx, second.RefreshToken, account.Client{})
	fmt.Println(third.SessionID == first.SessionID, err)
	// A token replaced twice is in the wrong hands: the session ends.
	_, err = accounts.Refresh(ctx, first.RefreshToken, account.Client{})
	fmt.Println(core.CodeOf(err))
	_, err = accounts.Refresh(ctx, third.RefreshToken, account.Client{})
	fmt.Println(core.CodeOf(err))
	// Output:
	// true <nil>
	// session_ended
	// session_ended
}

func ExampleService_CreateAPIKey() {
	ctx := core.WithActor(context.Background(), core.System("setup"))
	accounts := open(ctx, account.Config{KeyLabel: "test"})
	key, err := accounts.CreateAPIKey(ctx, account.NewKeyParams{Name: "ERP", Scopes: []core.Permission{core.PermStockRead, core.PermStockWrite}})
	if err != nil {
		log.Fatal(err)
	}
	actor, err := accounts.Authenticate(ctx, key.Key)
	fmt.Println(key.Key[:8], actor.Kind, actor.Can(core.PermStockWrite), actor.Can(core.PermOrdersRead), err)
	_ = accounts.RevokeAPIKey(ctx, key.ID)
	_, err = accounts.Authenticate(ctx, key.Key)
	fmt.Println(core.CodeOf(err))
	// Output:
	// bk_test_ api_key true false <nil>
	// invalid_token
}
