// Package memo keeps what is costly to make and can be made again: the vectors
// an embedding service sold for a text, say. A memo is bytes under a key that
// names all they depend on, so that it never grows old; one that nobody asked
// for in a month is forgotten.
//
//	memos := memo.New(db, memo.Config{})
//	known, err := memos.Get(ctx, keys)     // those that are kept
//	err = memos.Put(ctx, made)             // whatever had to be made
//
// Nothing may depend on a memo being there. Secrets do not belong here, nor do
// texts of people: keys are hashes.
package memo
