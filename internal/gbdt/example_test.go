package gbdt_test

import (
	"bytes"
	"context"
	"fmt"

	"github.com/bodega-commerce/bodega/internal/gbdt"
)

func Example() {
	ctx := context.Background()
	// Ten customers by orders and returns; label: asked for a refund.
	x, err := gbdt.RowMajor([]float64{
		1, 1, 2, 2, 5, 0, 8, 1, 3, 3, 9, 0, 2, 1, 7, 2, 4, 4, 6, 0,
	}, 2)
	if err != nil {
		fmt.Println(err)
		return
	}
	label := []float64{1, 1, 0, 0, 1, 0, 0, 0, 1, 0}
	data, err := gbdt.NewDataset(ctx, gbdt.Table{X: x, Label: label}, gbdt.DatasetConfig{Names: []string{"orders", "returns"}})
	if err != nil {
		fmt.Println(err)
		return
	}
	model, err := gbdt.Train(ctx, gbdt.Params{Objective: gbdt.Binary, Rounds: 20, MinDataInLeaf: 1}, data)
	if err != nil {
		fmt.Println(err)
		return
	}
	var text bytes.Buffer
	if _, err := model.WriteTo(&text); err != nil { // LightGBM loads it
		fmt.Println(err)
		return
	}
	model, err = gbdt.ReadLightGBM(&text)
	if err != nil {
		fmt.Println(err)
		return
	}
	risk, reasons := make([]float64, 1), make([]float64, 3)
	if err := model.Predict([]float64{3, 3}, risk); err != nil {
		fmt.Println(err)
		return
	}
	if err := model.SHAP([]float64{3, 3}, reasons); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("high risk: %t; returns raise it: %t\n", risk[0] > 0.8, reasons[1] > 0)
	// Output:
	// high risk: true; returns raise it: true
}
