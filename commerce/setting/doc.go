// Package setting keeps the few small things a shop must remember that are no
// goods, orders or people: signing keys, how far an import came, which one-time
// work is done. A setting is a JSON value under a key, with a version.
//
//	err := db.Update(ctx, func(tx storage.Tx) error {
//		var at checkpoint
//		version, err := setting.Get(ctx, tx.Settings(), "import.orders", &at)
//		if err != nil {
//			return err
//		}
//		at.Line += 1000
//		_, err = setting.Put(ctx, tx.Settings(), "import.orders", at, version, now)
//		return err // *core.StaleError when somebody else moved it meanwhile
//	})
//
// Settings may hold secrets. There is no service over them and no permission
// opens them: only code that was handed a transaction reads them. Use [Ensure]
// for what is made once, such as a key, whoever starts first.
package setting
