// Package account is who buys and who works in a shop: customers with their
// addresses and preferences, staff with roles, sign-in, sessions and API keys.
//
//	accounts, err := account.New(core.Narrow(db, func(tx storage.Tx) account.Tx { return tx }), account.Config{Notify: queueMail})
//	password, created, err := accounts.Bootstrap(ctx, "owner@example.com") // first start: a one-time password
//
//	err = accounts.Register(ctx, account.Registration{Email: email, Password: password})
//	grant, err := accounts.LoginCustomer(ctx, account.Login{Email: email, Password: password, Client: client})
//	actor, err := accounts.Authenticate(ctx, grant.AccessToken)
//	ctx = core.WithActor(ctx, actor) // every service checks it
//	me, err := accounts.Me(ctx)
//	grant, err = accounts.Refresh(ctx, grant.RefreshToken, client)
//
// Passwords are kept as Argon2id (RFC 9106) in PHC form, by default with 19 MiB
// and two passes; the memory of all hashing at once is bounded. Access tokens
// are JWTs (RFC 7519) of minutes, verified without the database. Refresh tokens
// work once, in families as RFC 9700 section 4.14 describes them: using a
// replaced one ends the session. Second factors are TOTP (RFC 6238). What a
// caller is told never differs by whether an email has an account.
//
// Failed sign-ins, per account and per address, wait longer and longer. What
// concerns security is written as events "security.*"; mail goes through
// [Config.Notify].
package account
