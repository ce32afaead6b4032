package ingest

import (
	"bytes"
	"slices"

	"github.com/google/uuid"
)

// Who is who. A customer is all that hangs together by user ids, email addresses and phone numbers: two of them in one
// message are one person, and so are the two customers that they named until then. An anonymous id names a device: what it
// sent belongs to the one customer it was seen with. One that was seen with several is shared, and what was sent from it by
// nobody known belongs to a profile of its own, since guessing would give one person's acts to another. The outcome does not
// depend on the order in which messages arrive.
//
// Merges can be undone, and so what was known before them is kept: a profile is the customer that an identifier or a device
// was first known as. Every identifier, every event and every trait has its profile, also where customers have merged, and each
// merge says which two profiles a message tied. Without that tie the rest falls apart into what it would be.

// Device is an anonymous id.
type Device struct {
	Customer uuid.UUID   // whom its events are given to
	Profile  uuid.UUID   // its own
	SeenWith []uuid.UUID // customers; uuid.Nil among them keeps it apart for good
	// SeenProfiles is SeenWith before merges; nil: the same.
	SeenProfiles []uuid.UUID
}

// Identities is what is known before a batch, of the identifiers and devices that it names.
type Identities struct {
	Known map[Identifier]uuid.UUID
	// Profiles are those of identifiers whose customer is another by now.
	Profiles map[Identifier]uuid.UUID
	Devices  map[string]Device
	// Apart are pairs of customers that a person took apart: they are not merged again.
	Apart map[[2]uuid.UUID]bool
}

// Why two profiles became one.
const (
	ReasonIdentified = "identified"  // a device's own profile became part of the customer it was seen with
	ReasonSamePerson = "same_person" // one message named both
)

// Merge makes Merged part of Customer.
type Merge struct {
	Customer, Merged uuid.UUID
	Reason           string
	Tied             [2]uuid.UUID // of ReasonSamePerson: the two profiles that a message named
}

// Split gives what nobody known sent from a device back to its own profile.
type Split struct {
	AnonymousID string
	From, To    uuid.UUID
}

// Resolution is whose each item is, and what has to change for it. The changes are made in the order of the fields.
type Resolution struct {
	Customers  []uuid.UUID // of each item
	Profiles   []uuid.UUID // of each item: whom its traits are kept with; a device's own where nobody known sent it
	ResolvedBy []uint8     // of each item

	Merges     []Merge
	Splits     []Split
	Identities map[Identifier]uuid.UUID // new, or with another customer than before
	Named      map[Identifier]uuid.UUID // the profile of each of these
	Devices    map[string]Device        // new, or changed
}

// Resolve finds whose the items are. What is known must hold all identifiers and devices that they name, and, once it is
// known that customers are merged (Merged), all devices that were seen with those.
func Resolve(items []Item, known Identities) Resolution {
	r := resolver{
		known: known, parent: map[uuid.UUID]uuid.UUID{}, named: map[Identifier]uuid.UUID{}, seen: map[string][]uuid.UUID{},
		fresh: map[uuid.UUID]bool{}, partOf: map[uuid.UUID]uuid.UUID{}, ties: map[uuid.UUID][2]uuid.UUID{}, seenProfiles: map[string][]uuid.UUID{},
	}
	r.out.Customers, r.out.Profiles, r.out.ResolvedBy = make([]uuid.UUID, len(items)), make([]uuid.UUID, len(items)), make([]uint8, len(items))
	for i := range items {
		r.join(i, &items[i])
	}
	r.merges()
	r.devices(items)
	for i := range items {
		if it := &items[i]; len(it.Identifiers) == 0 {
			d := r.device(it.AnonymousID)
			r.out.Customers[i], r.out.Profiles[i], r.out.ResolvedBy[i] = d.Customer, d.Profile, ByAnonymous
		} else {
			r.out.Customers[i], r.out.Profiles[i] = r.find(r.out.Customers[i]), r.findProfile(r.out.Profiles[i])
		}
	}
	r.identities()
	return r.out
}

// Merged are the customers that become part of another because one message named both.
func (r *Resolution) Merged() (ids []uuid.UUID) {
	for _, m := range r.Merges {
		if m.Reason == ReasonSamePerson {
			ids = append(ids, m.Merged)
		}
	}
	return ids
}

type resolver struct {
	known  Identities
	parent map[uuid.UUID]uuid.UUID  // union-find over customers
	named  map[Identifier]uuid.UUID // by this batch
	seen   map[string][]uuid.UUID   // customers that devices were seen with in this batch
	out    Resolution

	fresh        map[uuid.UUID]bool         // customers that this batch makes
	partOf       map[uuid.UUID]uuid.UUID    // fresh ones, and the profile that they turned out to be
	ties         map[uuid.UUID][2]uuid.UUID // what tied a customer to the one it became part of
	seenProfiles map[string][]uuid.UUID     // as seen, before merges
}

// findProfile is a profile, or what a fresh one turned out to be.
func (r *resolver) findProfile(p uuid.UUID) uuid.UUID {
	for {
		of, ok := r.partOf[p]
		if !ok {
			return p
		}
		p = of
	}
}

// profile is the profile of an identifier that customer was asked about.
func (r *resolver) profile(id Identifier) uuid.UUID {
	if p, ok := r.known.Profiles[id]; ok {
		return p
	}
	return r.findProfile(r.named[id])
}

// sameProfile has what is new in this batch be part of what was known, or else of the older one. Profiles of before stay as
// they are. It answers the profile of p.
func (r *resolver) sameProfile(p, q uuid.UUID) uuid.UUID {
	switch {
	case p == q:
		return p
	case r.fresh[p] && (!r.fresh[q] || bytes.Compare(q[:], p[:]) < 0):
		r.partOf[p] = q
		return q
	case r.fresh[q]:
		r.partOf[q] = p
	}
	return p
}

// apart tells whether somebody took a part of one customer and a part of the other apart.
func (r *resolver) apart(a, b uuid.UUID) bool {
	for pair := range r.known.Apart {
		if one, other := r.find(pair[0]), r.find(pair[1]); one == a && other == b || one == b && other == a {
			return true
		}
	}
	return false
}

func (r *resolver) find(c uuid.UUID) uuid.UUID {
	for {
		up, ok := r.parent[c]
		if !ok {
			return c
		}
		c = up
	}
}

// customer is whom an identifier names: as known before, by this batch, or somebody new.
func (r *resolver) customer(id Identifier) uuid.UUID {
	if c, ok := r.named[id]; ok {
		return r.find(c)
	}
	c, ok := r.known.Known[id]
	if !ok {
		c = uuid.Must(uuid.NewV7())
		r.fresh[c] = true
	}
	r.named[id] = c
	return r.find(c)
}

// join makes one customer of those that an item names. The strongest identifier decides where they must stay apart.
func (r *resolver) join(i int, it *Item) {
	if len(it.Identifiers) == 0 {
		return
	}
	strongest := it.Identifiers[0]
	for _, id := range it.Identifiers[1:] {
		if id.Kind < strongest.Kind {
			strongest = id
		}
	}
	c := r.customer(strongest)
	p := r.profile(strongest)
	for _, id := range it.Identifiers {
		other := r.customer(id)
		q := r.profile(id)
		if c == other {
			p = r.sameProfile(p, q)
			continue
		}
		if r.apart(c, other) {
			continue
		}
		// Ids are in the order of time: the older customer stays, and one that was there before whatever its id.
		if r.fresh[c] && !r.fresh[other] || r.fresh[c] == r.fresh[other] && bytes.Compare(other[:], c[:]) < 0 {
			c, other = other, c
		}
		r.parent[other], r.ties[other] = c, [2]uuid.UUID{p, q}
		p = r.sameProfile(p, q)
	}
	r.out.Customers[i], r.out.Profiles[i], r.out.ResolvedBy[i] = c, p, strongest.Kind
	if it.AnonymousID != "" {
		r.seen[it.AnonymousID] = append(r.seen[it.AnonymousID], c)
		r.seenProfiles[it.AnonymousID] = append(r.seenProfiles[it.AnonymousID], p)
	}
}

// Pair is two customers in either order.
func Pair(a, b uuid.UUID) [2]uuid.UUID {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return [2]uuid.UUID{a, b}
}

// merges lists customers of before that are part of another now.
func (r *resolver) merges() {
	before := map[uuid.UUID]bool{}
	for _, c := range r.known.Known {
		before[c] = true
	}
	for c := range before {
		if kept := r.find(c); kept != c {
			r.out.Merges = append(r.out.Merges, Merge{Customer: kept, Merged: c, Reason: ReasonSamePerson, Tied: r.ties[c]})
		}
	}
	slices.SortFunc(r.out.Merges, func(a, b Merge) int { return bytes.Compare(a.Merged[:], b.Merged[:]) })
}

// devices decides for every device whose it is now.
func (r *resolver) devices(items []Item) {
	r.out.Devices = map[string]Device{}
	var names []string
	touched := map[string]bool{}
	touch := func(name string) {
		if name != "" && !touched[name] {
			touched[name] = true
			names = append(names, name)
		}
	}
	for i := range items {
		touch(items[i].AnonymousID)
	}
	for name := range r.known.Devices {
		touch(name)
	}
	slices.Sort(names)
	for _, name := range names {
		before, known := r.known.Devices[name]
		d := Device{Profile: before.Profile}
		if !known {
			d.Profile = uuid.Must(uuid.NewV7())
		}
		for _, c := range slices.Concat(before.SeenWith, r.seen[name]) {
			if c = r.find(c); !slices.Contains(d.SeenWith, c) {
				d.SeenWith = append(d.SeenWith, c)
			}
		}
		for _, p := range slices.Concat(before.seenProfiles(), r.seenProfiles[name]) {
			if p = r.findProfile(p); !slices.Contains(d.SeenProfiles, p) {
				d.SeenProfiles = append(d.SeenProfiles, p)
			}
		}
		d.settle()
		if known {
			was := r.find(before.Customer)
			switch {
			case was == d.Customer:
			case d.Customer == d.Profile:
				r.out.Splits = append(r.out.Splits, Split{AnonymousID: name, From: was, To: d.Profile})
			default:
				r.out.Merges = append(r.out.Merges, Merge{Customer: d.Customer, Merged: d.Profile, Reason: ReasonIdentified})
			}
		}
		if !known || d.Customer != before.Customer || !slices.Equal(d.SeenWith, before.SeenWith) || !slices.Equal(d.SeenProfiles, before.SeenProfiles) {
			r.out.Devices[name] = d
		}
	}
}

// seenProfiles are the profiles that the device was seen with.
func (d *Device) seenProfiles() []uuid.UUID {
	if d.SeenProfiles != nil {
		return d.SeenProfiles
	}
	return d.SeenWith
}

// settle puts whom a device was seen with in order, and decides whose it is.
func (d *Device) settle() {
	byID := func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) }
	slices.SortFunc(d.SeenWith, byID)
	slices.SortFunc(d.SeenProfiles, byID)
	if slices.Equal(d.SeenWith, d.SeenProfiles) {
		d.SeenProfiles = nil
	}
	d.Customer = d.Profile
	if len(d.SeenWith) == 1 && d.SeenWith[0] != uuid.Nil {
		d.Customer = d.SeenWith[0]
	}
}

// Apart is the device with its own profile for good, whoever it is seen with.
func (d Device) Apart() Device {
	out := Device{Profile: d.Profile, SeenWith: slices.Clone(d.SeenWith), SeenProfiles: slices.Clone(d.seenProfiles())}
	if !slices.Contains(out.SeenWith, uuid.Nil) {
		out.SeenWith, out.SeenProfiles = append(out.SeenWith, uuid.Nil), append(out.SeenProfiles, uuid.Nil)
	}
	out.settle()
	return out
}

// Without is a shared device without those customers and profiles. It stays apart from all others for good, as what nobody known
// sent from it may be theirs.
func (d Device) Without(gone []uuid.UUID) Device {
	gives := func(c uuid.UUID) bool { return slices.Contains(gone, c) }
	out := Device{Profile: d.Profile, SeenWith: slices.DeleteFunc(slices.Clone(d.SeenWith), gives), SeenProfiles: slices.DeleteFunc(slices.Clone(d.seenProfiles()), gives)}
	return out.Apart()
}

// Split is the device once these profiles are those customers again; all others of whom it was seen with stay as they are.
func (d Device) Split(now map[uuid.UUID]uuid.UUID) Device {
	out := Device{Profile: d.Profile, SeenProfiles: slices.Clone(d.seenProfiles())}
	for _, p := range out.SeenProfiles {
		c, ok := now[p]
		if !ok {
			c = p
		}
		if !slices.Contains(out.SeenWith, c) {
			out.SeenWith = append(out.SeenWith, c)
		}
	}
	out.settle()
	return out
}

func (r *resolver) device(name string) Device {
	if d, ok := r.out.Devices[name]; ok {
		return d
	}
	return r.known.Devices[name]
}

func (r *resolver) identities() {
	r.out.Identities, r.out.Named = map[Identifier]uuid.UUID{}, map[Identifier]uuid.UUID{}
	for id, c := range r.named {
		if now := r.find(c); r.known.Known[id] != now {
			r.out.Identities[id], r.out.Named[id] = now, r.profile(id)
		}
	}
	for id, c := range r.known.Known {
		if now := r.find(c); now != c {
			r.out.Identities[id], r.out.Named[id] = now, r.profileBefore(id)
		}
	}
}

// profileBefore is the profile of an identifier that was known before.
func (r *resolver) profileBefore(id Identifier) uuid.UUID {
	if p, ok := r.known.Profiles[id]; ok {
		return p
	}
	return r.known.Known[id]
}
