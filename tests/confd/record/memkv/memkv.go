// Package memkv has the type names that confd's templates show (%T, %#v).
package memkv

type KVPair struct {
	Key   string
	Value string
}

type KVPairs []KVPair
