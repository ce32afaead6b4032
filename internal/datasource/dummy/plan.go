// Package dummy makes demo data: one population of people, what they do in a shop, and what each connected source would
// tell of it. It is a pure function of its parameters. A chunk is a range of customers with their whole history and depends
// on no other, so chunks can be made in any order, side by side, and again.
package dummy

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/google/uuid"

	"github.com/pulsehub/pulsehub/internal/customer"
	"github.com/pulsehub/pulsehub/internal/datasource"
)

// Chunk is a range of customers and everything they did, oldest first.
type Chunk struct {
	Customers []customer.Customer
	Events    []datasource.Event
}

// Bounds of a chunk, in events: small enough that one in memory and one lost to a crash are cheap, large enough that the
// transaction around it costs nothing.
const (
	minChunkEvents = 5_000
	maxChunkEvents = 40_000
	chunksAtLeast  = 8 // of a job that is large enough: progress has something to show
)

// Chunks is how many chunks these parameters make. It is part of what decides the rows.
func Chunks(p datasource.DummyParams) int {
	size := min(maxChunkEvents, max(minChunkEvents, p.Events/chunksAtLeast))
	return int(min(int64(p.Customers), max(1, (p.Events+size-1)/size)))
}

// span is the customers [from, to) of a chunk and the events that are theirs.
type span struct {
	from, to int
	events   int
}

func spanOf(p datasource.DummyParams, chunk int) span {
	n := int64(Chunks(p))
	at := func(total int64, c int64) int64 { return total * c / n }
	c := int64(chunk)
	s := span{from: int(at(int64(p.Customers), c)), to: int(at(int64(p.Customers), c+1))}
	s.events = int(p.Events*int64(s.to)/int64(p.Customers) - p.Events*int64(s.from)/int64(p.Customers))
	return s
}

// identity gives everyone and everything of a job its ids.
type identity struct {
	endsAt uint64 // ms
	mark   uint64 // hash of all parameters
	label  string // the mark, short
}

func identityOf(p datasource.DummyParams) identity {
	sum := sha256.Sum256(fmt.Appendf(nil, "v1 %d %d %d %d %d %v", p.Seed, p.Customers, p.Events, p.Days, p.EndsAt.UnixMilli(), p.Sources))
	mark := binary.BigEndian.Uint64(sum[:])
	return identity{endsAt: uint64(p.EndsAt.UnixMilli()), mark: mark, label: base36(mark%(36*36*36*36), 4)}
}

// customer is a UUIDv7 (RFC 9562, counter after the time), so that a job's customers are one range in order of number.
func (id identity) customer(number int) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:], id.endsAt<<16|0x7000|id.mark>>52)
	binary.BigEndian.PutUint64(u[8:], 0x8000000000000000|uint64(number)<<38|id.mark&(1<<38-1))
	return u
}

// CustomerRange is the lowest and highest id of the customers of a job: everything it writes is theirs.
func CustomerRange(p datasource.DummyParams) (from, to uuid.UUID) {
	id := identityOf(p)
	return id.customer(0), id.customer(p.Customers - 1)
}

// session is a UUIDv7 of the moment it began.
func (id identity) session(began time.Time, random uint64) uuid.UUID {
	var u uuid.UUID
	binary.BigEndian.PutUint64(u[:], uint64(began.UnixMilli())<<16|0x7000|random>>52)
	binary.BigEndian.PutUint64(u[8:], 0x8000000000000000|random<<12>>2^id.mark&(1<<20-1))
	return u
}

// event is unique within a job: the customer's number and the running number of the event in their history.
func (id identity) event(customer, n int) string {
	b := make([]byte, 0, 13)
	b = append(b, id.label...)
	b = appendBase36(b, uint64(customer), 4)
	return string(appendBase36(b, uint64(n), 3))
}

const digits = "0123456789abcdefghijklmnopqrstuvwxyz"

func appendBase36(b []byte, v uint64, width int) []byte {
	start := len(b)
	for range width {
		b = append(b, '0')
	}
	for i := start + width - 1; i >= start; i-- {
		b[i] = digits[v%36]
		v /= 36
	}
	return b
}

func base36(v uint64, width int) string { return string(appendBase36(nil, v, width)) }

func orderNumber(id identity, customer, n int) string {
	return "#" + id.label + "-" + strconv.Itoa(customer+1) + "-" + strconv.Itoa(n+1)
}

func has(sources []datasource.Type, t datasource.Type) bool { return slices.Contains(sources, t) }
