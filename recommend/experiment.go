package recommend

import (
	"hash/fnv"
	"math"
)

// Experiment divides users into buckets that are served differently.
type Experiment struct {
	Name    string
	Buckets []Bucket
}

// Bucket is a part of the users.
type Bucket struct {
	Name string
	// Share of the users, relative to the other buckets'. Default 1.
	Share float64
	// Tuning the bucket is served with. Default the engine's.
	Tuning *Tuning
}

func (e *Experiment) validate() error {
	if e.Name == "" || len(e.Buckets) == 0 {
		return &ConfigError{"Experiment", "needs a name and buckets"}
	}
	names := map[string]bool{}
	for _, b := range e.Buckets {
		if b.Name == "" || names[b.Name] {
			return &ConfigError{"Experiment.Buckets", "need names, each another"}
		}
		if !(b.Share >= 0) || math.IsInf(b.Share, 0) {
			return &ConfigError{"Bucket.Share", "is no share"}
		}
		if b.Tuning != nil {
			if err := b.Tuning.validate(); err != nil {
				return err
			}
		}
		names[b.Name] = true
	}
	return nil
}

// Bucket returns the user's bucket. It depends on the user, the experiment's
// name and the shares alone, so that users stay where they are; experiments of
// other names divide them independently.
func (e *Experiment) Bucket(user string) *Bucket {
	var total float64
	for i := range e.Buckets {
		total += e.Buckets[i].share()
	}
	at := unit(user, e.Name) * total
	for i := range e.Buckets {
		if at -= e.Buckets[i].share(); at < 0 {
			return &e.Buckets[i]
		}
	}
	return &e.Buckets[len(e.Buckets)-1]
}

func (b *Bucket) share() float64 {
	if b.Share == 0 {
		return 1
	}
	return b.Share
}

// hash is a well mixed hash of texts.
func hash(texts ...string) uint64 {
	h := fnv.New64a()
	for _, t := range texts {
		_, _ = h.Write([]byte(t))
		_, _ = h.Write([]byte{0})
	}
	x := h.Sum64() // FNV mixes its last bytes badly: the finaliser of splitmix64
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// unit is a hash in [0, 1).
func unit(texts ...string) float64 { return float64(hash(texts...)>>11) / (1 << 53) }
