package stream

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"
)

const (
	logTTL    = 15 * time.Minute // after the first frame, and again after the last; later readers are answered from Postgres
	logLength = 5000             // entries; a longer answer pushes its beginning out, and late readers get a snapshot
)

// publish appends frames to a turn's log and tells whoever listens, in one step.
//
// KEYS: log, end marker. ARGV: ttl in seconds, max entries, "1" to make the log if it is not there, then id and event
// body of each frame. Answers "ok", "fenced" (a later attempt wrote, or the turn has ended: this writer must stop) or
// "lost" (the log is gone: send a snapshot). A stale attempt's first XADD is refused, so nothing of it is ever published.
var publish = redis.NewScript(`
if redis.call('EXISTS', KEYS[2]) == 1 then return 'fenced' end
local wire = {}
for i = 4, #ARGV, 2 do
  local added
  if ARGV[3] == '1' then
    added = redis.pcall('XADD', KEYS[1], 'MAXLEN', '~', ARGV[2], ARGV[i], 'f', ARGV[i+1])
  else
    added = redis.pcall('XADD', KEYS[1], 'NOMKSTREAM', 'MAXLEN', '~', ARGV[2], ARGV[i], 'f', ARGV[i+1])
  end
  if added == false then return 'lost' end
  if type(added) == 'table' and added.err then
    if string.find(added.err, 'equal or smaller', 1, true) then return 'fenced' end
    return added
  end
  wire[#wire+1] = 'id: ' .. ARGV[i] .. '\n' .. ARGV[i+1]
end
if ARGV[3] == '1' then redis.call('EXPIRE', KEYS[1], ARGV[1]) end
redis.call('PUBLISH', KEYS[1], table.concat(wire))
return 'ok'
`)

// finish appends a turn's last frames after whatever is in its log and closes the log: nothing can follow.
//
// KEYS: log, end marker. ARGV: ttl in seconds, lowest epoch, then event bodies. Without bodies it drops the log and
// nudges readers to look in Postgres. A second call does nothing.
var finish = redis.NewScript(`
if not redis.call('SET', KEYS[2], '1', 'EX', ARGV[1], 'NX') then return 'ok' end
if #ARGV == 2 then
  redis.call('DEL', KEYS[1])
  redis.call('PUBLISH', KEYS[1], '')
  return 'ok'
end
local epoch, seq = tonumber(ARGV[2]), 0
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #last == 1 then
  local e, s = string.match(last[1][1], '^(%d+)-(%d+)$')
  if tonumber(e) >= epoch then epoch, seq = tonumber(e), tonumber(s) end
end
local wire = {}
for i = 3, #ARGV do
  seq = seq + 1
  local id = string.format('%d-%d', epoch, seq)
  redis.call('XADD', KEYS[1], id, 'f', ARGV[i])
  wire[#wire+1] = 'id: ' .. id .. '\n' .. ARGV[i]
end
redis.call('EXPIRE', KEYS[1], ARGV[1])
redis.call('PUBLISH', KEYS[1], table.concat(wire))
return 'ok'
`)

// Pump publishes for every writer of a process over one connection. Whatever all of them have gathered goes out as soon
// as the publish before it returned: batching that adapts to load, with no timer. It never blocks a writer.
type Pump struct {
	redis *redis.Client

	mu    sync.Mutex
	dirty []*Writer
	wake  chan struct{}
}

// NewPump makes a pump; Run drives it.
func NewPump(client *redis.Client) *Pump {
	return &Pump{redis: client, wake: make(chan struct{}, 1)}
}

// Run publishes until ctx ends, then makes one last attempt at what is left.
func (p *Pump) Run(ctx context.Context) {
	const slowest = 2 * time.Second
	if err := publish.Load(ctx, p.redis).Err(); err != nil {
		slog.WarnContext(ctx, "Redis does not answer yet; answers go on and readers get a snapshot later", "error", err)
	}
	pause := time.Duration(0)
	for {
		select {
		case <-p.wake:
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer cancel()
			p.publishAll(last, p.take())
			return
		}
		if p.publishAll(ctx, p.take()) {
			pause = 0
			continue
		}
		pause = min(max(2*pause, 50*time.Millisecond), slowest)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
	}
}

func (p *Pump) add(w *Writer) {
	p.mu.Lock()
	p.dirty = append(p.dirty, w)
	p.mu.Unlock()
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *Pump) take() []*Writer {
	p.mu.Lock()
	defer p.mu.Unlock()
	writers := p.dirty
	p.dirty = nil
	return writers
}

// publishAll sends what the writers gathered in one round trip; false means that Redis did not answer.
func (p *Pump) publishAll(ctx context.Context, writers []*Writer) bool {
	if len(writers) == 0 {
		return true
	}
	results, err := p.exec(ctx, writers)
	if err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		if err = publish.Load(ctx, p.redis).Err(); err == nil {
			for _, w := range writers {
				w.published("retry")
			}
			return true
		}
	}
	if err != nil {
		slog.WarnContext(ctx, "publishing to Redis failed; answers go on and readers get a snapshot later", "turns", len(writers), "error", err)
		for _, w := range writers {
			w.published("lost")
		}
		return false
	}
	for i, w := range writers {
		w.published(results[i])
	}
	return true
}

func (p *Pump) exec(ctx context.Context, writers []*Writer) ([]string, error) {
	pipe := p.redis.Pipeline()
	cmds := make([]*redis.Cmd, len(writers))
	for i, w := range writers {
		args := w.take()
		cmds[i] = pipe.EvalSha(ctx, publish.Hash(), []string{logKey(w.turnID), endKey(w.turnID)}, args...)
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, err
	}
	results := make([]string, len(writers))
	for i, cmd := range cmds {
		result, err := cmd.Text()
		if err != nil {
			return nil, err
		}
		results[i] = result
	}
	return results, nil
}

// Event is a frame that has no id yet: Finish puts it at the end of the log.
type Event struct {
	Type string
	Data any
}

// Finish closes a turn's log with its last events. It is safe to call again. With no events the log is dropped and
// readers are sent to Postgres: that is for a log that may lack part of the answer.
func (p *Pump) Finish(ctx context.Context, turnID uuid.UUID, epoch int, events []Event) error {
	args := []any{int(logTTL.Seconds()), max(epoch, 1)}
	for _, e := range events {
		body, err := eventBody(e.Type, e.Data)
		if err != nil {
			return err
		}
		args = append(args, body)
	}
	return finish.Run(ctx, p.redis, []string{logKey(turnID), endKey(turnID)}, args...).Err()
}

// stopChannel carries the ids of turns that someone stopped, to every worker at once.
const stopChannel = "turn-stops"

// Stop tells whoever is answering the turn to stop now. The flag in Postgres and the workflow's cancellation make it
// certain; this makes it quick.
func (p *Pump) Stop(ctx context.Context, turnID uuid.UUID) error {
	return p.redis.Publish(ctx, stopChannel, turnID.String()).Err()
}

// ErrStale is why a writer's context ends when a later attempt took over, or the turn has ended.
var ErrStale = errors.New("a later attempt is answering this turn")

// chunkData is a chunk frame's data, made without reflection: it is what a token costs.
func chunkData(text string) json.RawMessage {
	quoted, _ := json.Marshal(text)
	b := make([]byte, 0, len(quoted)+12)
	b = append(b, `{"content":`...)
	b = append(b, quoted...)
	return append(b, '}')
}
