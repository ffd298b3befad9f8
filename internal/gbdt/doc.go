// Package gbdt grows and runs gradient-boosted decision trees.
//
//	x, err := gbdt.RowMajor(values, 30)
//	data, err := gbdt.NewDataset(ctx, gbdt.Table{X: x, Label: y}, gbdt.DatasetConfig{})
//	model, err := gbdt.Train(ctx, gbdt.Params{Objective: gbdt.Binary}, data)
//	err = model.Predict(row, out[:])   // a probability
//	err = model.SHAP(row, reasons)     // what each feature added to the raw score; Attribute is faster
//	_, err = model.WriteTo(file)       // LightGBM loads it
//	model, err = gbdt.ReadLightGBM(file)
//	model, err = gbdt.ReadXGBoostJSON(file)
//
// Training follows the histogram method: features become at most 255 bins, a
// tree grows at the leaf with the largest gain, and of two siblings only the
// smaller one is counted. Gradients are summed as fixed-point integers, so the
// same data, parameters and seed give the same model, bit for bit, with any
// number of workers.
//
// Models are read from and written to LightGBM's text format and read from
// XGBoost's JSON and UBJ. Files are not trusted.
package gbdt
