// Package blob keeps files, such as the renditions of product pictures: in a
// folder of the machine, or in memory for tests.
//
//	blobs, err := blob.Open("./bodega-data/blobs")
//	if err != nil {
//		return err
//	}
//	defer blobs.Close()
//	err = blobs.Put(ctx, "images/img_01k9-480.jpg", "image/jpeg", r)
//	...
//	b, err := blobs.Get(ctx, "images/img_01k9-480.jpg")
//	if err != nil {
//		return err // KindNotFound when there is none
//	}
//	defer b.Body.Close()
//	w.Header().Set("ETag", `"`+b.ETag+`"`)
//
// Both are catalog.Blobs and pass storagetest.Blobs, which any other
// implementation can run too.
package blob
