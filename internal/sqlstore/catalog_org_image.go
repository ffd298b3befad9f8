package sqlstore

import (
	"context"
	"encoding/json"

	"github.com/bodega-commerce/bodega/commerce/catalog"
	"github.com/bodega-commerce/bodega/commerce/core"
	"github.com/bodega-commerce/bodega/internal/sqldb"
)

const imageColumns = `id, product_id, position, alt, translations, width, height, color, focus_x, focus_y, hash, renditions, version, created_at, updated_at`

func scanImage(s sqldb.Scanner) (i catalog.Image, err error) {
	var translations, renditions string
	var created, updated int64
	if err := s.Scan(&i.ID, &i.ProductID, &i.Position, &i.Alt, &translations, &i.Width, &i.Height, &i.Color, &i.Focus.X, &i.Focus.Y, &i.Hash, &renditions,
		&i.Version, &created, &updated); err != nil {
		return i, err
	}
	i.CreatedAt, i.UpdatedAt = sqldb.Time(created), sqldb.Time(updated)
	if err := json.Unmarshal([]byte(translations), &i.AltTexts); err != nil {
		return i, err
	}
	return i, json.Unmarshal([]byte(renditions), &i.Renditions)
}

func imageTexts(i catalog.Image) (translations, renditions string, err error) {
	if translations, err = toJSON(i.AltTexts); err != nil {
		return "", "", err
	}
	renditions, err = toJSON(i.Renditions)
	return translations, renditions, err
}

func (s catalogOrg) InsertImage(ctx context.Context, i catalog.Image) error {
	translations, renditions, err := imageTexts(i)
	if err != nil {
		return err
	}
	_, err = s.c.Exec(ctx, `insert into product_images (`+imageColumns+`) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
		i.ID, i.ProductID, i.Position, i.Alt, translations, i.Width, i.Height, i.Color, i.Focus.X, i.Focus.Y, i.Hash, renditions, i.Version,
		sqldb.Micros(i.CreatedAt), sqldb.Micros(i.UpdatedAt))
	if sqldb.IsKind(err, sqldb.KindForeignKey) {
		return core.NotFound("product", i.ProductID)
	}
	if err != nil {
		return err
	}
	return s.putBlobs(ctx, i)
}

func (s catalogOrg) putBlobs(ctx context.Context, i catalog.Image) error {
	rows := make([][]any, len(i.Renditions))
	for n, r := range i.Renditions {
		rows[n] = []any{r.Key, i.ID}
	}
	return insertRows(ctx, s.c, "product_image_blobs", `key, image_id`, rows)
}

func (s catalogOrg) UpdateImage(ctx context.Context, i catalog.Image, seen int64) error {
	translations, renditions, err := imageTexts(i)
	if err != nil {
		return err
	}
	n, err := s.c.Exec(ctx, `update product_images set alt = $1, translations = $2, focus_x = $3, focus_y = $4, renditions = $5, version = version + 1, updated_at = $6
		where id = $7 and version = $8`, i.Alt, translations, i.Focus.X, i.Focus.Y, renditions, sqldb.Micros(i.UpdatedAt), i.ID, seen)
	if err != nil {
		return err
	}
	if err := versioned(ctx, s.c, n, "image", "product_images", i.ID, seen); err != nil {
		return err
	}
	if err := s.c.Defer(ctx, `delete from product_image_blobs where image_id = $1`, i.ID); err != nil {
		return err
	}
	return s.putBlobs(ctx, i)
}

func (s catalogOrg) PlaceImages(ctx context.Context, ids []core.ImageID) error {
	stmts := make([]sqldb.Stmt, len(ids))
	for n, id := range ids {
		stmts[n] = sqldb.Stmt{SQL: `update product_images set position = $1 where id = $2 and position <> $1`, Args: []any{n + 1, id}}
	}
	if len(stmts) == 0 {
		return nil
	}
	_, err := s.c.ExecBatch(ctx, stmts)
	return err
}

func (s catalogOrg) DeleteImage(ctx context.Context, id core.ImageID) error {
	n, err := s.c.Exec(ctx, `delete from product_images where id = $1`, id)
	if err == nil && n == 0 {
		return core.NotFound("image", id)
	}
	return err
}

func (s catalogOrg) Image(ctx context.Context, id core.ImageID) (catalog.Image, error) {
	i, err := sqldb.One(ctx, s.c, scanImage, `select `+imageColumns+` from product_images where id = $1`, id)
	return i, notFound(err, "image", id)
}

func (s catalogOrg) ImageByKey(ctx context.Context, key string) (catalog.Image, error) {
	i, err := sqldb.One(ctx, s.c, scanImage, `select `+imageColumns+` from product_images where id = (select image_id from product_image_blobs where key = $1)`, key)
	return i, notFound(err, "image", key)
}

func (s catalogOrg) Images(ctx context.Context, ids []core.ProductID) ([]catalog.Image, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return sqldb.All(ctx, s.c, scanImage, `select `+imageColumns+` from product_images where product_id in `+sqldb.In(1, len(ids))+` order by product_id, position, id`, sqldb.PadArgs(ids)...)
}

func (s catalogOrg) UsedBlobs(ctx context.Context, keys []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(keys) == 0 {
		return out, nil
	}
	used, err := sqldb.All(ctx, s.c, sqldb.Column[string], `select key from product_image_blobs where key in `+sqldb.In(1, len(keys)), sqldb.PadArgs(keys)...)
	for _, k := range used {
		out[k] = true
	}
	return out, err
}
