// Package ann finds nearest neighbours among vectors.
package ann
