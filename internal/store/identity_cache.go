package store

import (
	"strings"
	"sync"

	"github.com/google/uuid"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/pulsehub/pulsehub/internal/ingest"
)

// How much of who is who a process keeps: some 50 MB when full.
const (
	cachedIdentities = 200_000 // identifiers and devices, of all workspaces
	cachedWorkspaces = 10_000
)

// identityCache keeps whose identifiers and devices are, as this process last read or wrote it. What it knows of a workspace
// holds for one version of its identities (identity_versions), which is read under the workspace's lock: at any other
// version it knows nothing. It holds nothing of what does not exist, so what is added elsewhere does not make it wrong.
type identityCache struct {
	mu          sync.Mutex
	generations uint64
	workspaces  *lru.Cache[uuid.UUID, identityGeneration]
	identifiers *lru.Cache[identifierKey, identity]
	devices     *lru.Cache[deviceKey, ingest.Device]
}

// identityGeneration names what was learned of a workspace since it was last found to be at another version.
type identityGeneration struct {
	generation uint64
	version    int64
}

type identifierKey struct {
	generation uint64
	ingest.Identifier
}

type deviceKey struct {
	generation uint64
	name       string
}

func newIdentityCache() *identityCache {
	c := &identityCache{}
	c.workspaces, _ = lru.New[uuid.UUID, identityGeneration](cachedWorkspaces) // fails for sizes below one only
	c.identifiers, _ = lru.New[identifierKey, identity](cachedIdentities / 2)
	c.devices, _ = lru.New[deviceKey, ingest.Device](cachedIdentities / 2)
	return c
}

// at is what holds for the workspace's identities at that version.
func (c *identityCache) at(workspaceID uuid.UUID, version int64) identityGeneration {
	c.mu.Lock()
	defer c.mu.Unlock()
	g, ok := c.workspaces.Get(workspaceID)
	if !ok || g.version != version {
		c.generations++
		g = identityGeneration{c.generations, version}
		c.workspaces.Add(workspaceID, g)
	}
	return g
}

// learn adds what a transaction that has been committed read and wrote, having begun at g and left the identities at
// version. It does nothing where another one came in between.
func (c *identityCache) learn(workspaceID uuid.UUID, g identityGeneration, version int64, known *ingest.Identities, r *resolved) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now, ok := c.workspaces.Get(workspaceID); !ok || now != g {
		return
	}
	c.workspaces.Add(workspaceID, identityGeneration{g.generation, version})
	for id, customer := range known.Known {
		if _, changed := r.Identities[id]; !changed && !c.identifiers.Contains(identifierKey{g.generation, id}) {
			c.addIdentifier(g, id, identity{customer, known.Profiles[id]})
		}
	}
	for id, of := range r.moved {
		c.addIdentifier(g, id, of)
	}
	for id, customer := range r.Identities {
		of := identity{customer, known.Profiles[id]} // once there is a profile it stays
		if moved, ok := r.moved[id]; ok && of.profile == uuid.Nil {
			of.profile = moved.profile
		}
		if named := r.Named[id]; of.profile == uuid.Nil && named != customer {
			of.profile = named
		}
		c.addIdentifier(g, id, of)
	}
	for name, d := range known.Devices {
		if _, changed := r.Devices[name]; !changed && !c.devices.Contains(deviceKey{g.generation, name}) {
			c.devices.Add(deviceKey{g.generation, strings.Clone(name)}, d)
		}
	}
	for name, d := range r.Devices {
		c.devices.Add(deviceKey{g.generation, strings.Clone(name)}, d)
	}
}

// addIdentifier keeps a copy: what it is given may be a part of a whole request's body.
func (c *identityCache) addIdentifier(g identityGeneration, id ingest.Identifier, of identity) {
	c.identifiers.Add(identifierKey{g.generation, ingest.Identifier{Kind: id.Kind, Value: strings.Clone(id.Value)}}, of)
}

func (c *identityCache) identifier(g identityGeneration, id ingest.Identifier) (identity, bool) {
	return c.identifiers.Get(identifierKey{g.generation, id})
}

func (c *identityCache) device(g identityGeneration, name string) (ingest.Device, bool) {
	return c.devices.Get(deviceKey{g.generation, name})
}
