import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Frame } from './frames'
import { batch, readStream, type StreamConfig } from './stream'

const url = '/api/conversations/c/stream?turnId=t'

interface Call {
  headers: Record<string, string>
  signal: AbortSignal
}

const event = (id: string, type: string, data: object) => `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
const chunk = (id: string, content: string) => event(id, 'chunk', { content })
const complete = (id: string) => event(id, 'complete', { messageId: 'm', status: 'completed' })

/** A body that sends these pieces and then closes, breaks, or stays open. */
function body(pieces: string[], then: 'close' | 'break' | 'stay' = 'close') {
  const encoder = new TextEncoder()
  return (signal: AbortSignal) =>
    new Response(
      new ReadableStream<Uint8Array>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(encoder.encode(piece))
          if (then === 'close') controller.close()
          signal.addEventListener('abort', () => controller.error(new DOMException('aborted', 'AbortError')))
        },
        pull(controller) {
          if (then === 'break') controller.error(new TypeError('network error'))
        },
      }),
      { headers: { 'Content-Type': 'text/event-stream' } },
    )
}

const refusal = (status: number, code: string, headers: Record<string, string> = {}) => () =>
  new Response(JSON.stringify({ status, code, title: code, detail: `${code}!` }), { status, headers: { 'Content-Type': 'application/problem+json', ...headers } })

function setup(answers: ((signal: AbortSignal) => Response | Promise<Response>)[], config: Partial<StreamConfig> = {}) {
  const calls: Call[] = []
  const frames: Frame[] = []
  const states: string[] = []
  const abort = new AbortController()
  vi.stubGlobal('fetch', (_url: string, init: { headers: Record<string, string>; signal: AbortSignal }) => {
    calls.push({ headers: init.headers, signal: init.signal })
    const answer = answers[calls.length - 1]
    return answer ? Promise.resolve(answer(init.signal)) : Promise.reject(new TypeError('no more answers'))
  })
  const end = readStream({
    url,
    signal: abort.signal,
    token: () => Promise.resolve('token-1'),
    refresh: () => Promise.resolve(false),
    onFrame: (frame) => frames.push(frame),
    onConnection: (state) => states.push(state),
    ...config,
  })
  const text = () => frames.map((f) => (f.data.type === 'chunk' ? f.data.content : `<${f.data.type}>`)).join('')
  return { calls, frames, states, abort, end, text }
}

describe('readStream', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('reads to the last frame, with the token, over pieces that cut anywhere', async () => {
    const wire = `: ping\n\n${chunk('1-1', 'Hällo ')}${chunk('1-2', 'World')}${complete('1-3')}`
    const pieces = [wire.slice(0, 9), wire.slice(9, 41), wire.slice(41, 77), wire.slice(77)]
    const { end, text, calls } = setup([body(pieces, 'stay')])
    expect(await end).toEqual({ kind: 'complete' })
    expect(text()).toBe('Hällo World<complete>')
    expect(calls[0]!.headers).toMatchObject({ Accept: 'text/event-stream', Authorization: 'Bearer token-1' })
    expect(calls[0]!.headers).not.toHaveProperty('Last-Event-ID')
  })

  it('goes on after the last frame when the connection breaks, and passes on nothing twice', async () => {
    const { end, text, calls, states } = setup([body([chunk('1-1', 'a'), chunk('1-2', 'b')], 'break'), body([chunk('1-2', 'b'), chunk('1-3', 'c'), complete('1-4')])])
    await vi.advanceTimersByTimeAsync(400)
    expect(await end).toEqual({ kind: 'complete' })
    expect(text()).toBe('abc<complete>')
    expect(calls[1]!.headers['Last-Event-ID']).toBe('1-2')
    expect(states).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  })

  it('takes a clean end without complete for a broken one', async () => {
    const { end, text } = setup([body([chunk('1-1', 'a')]), body([chunk('1-2', 'b'), complete('1-3')])])
    await vi.advanceTimersByTimeAsync(400)
    await end
    expect(text()).toBe('ab<complete>')
  })

  it('waits longer after each failure in a row, up to five seconds', async () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5) // no jitter
    const down = () => Promise.reject<Response>(new TypeError('down'))
    const { calls, abort, end } = setup(Array.from({ length: 20 }, () => down))
    const at: number[] = []
    for (let ms = 0; ms < 15_000; ms += 50) {
      await vi.advanceTimersByTimeAsync(50)
      while (at.length < calls.length) at.push(ms)
    }
    expect(at.slice(1).map((t, i) => Math.round((t - at[i]!) / 250) * 250)).toEqual([250, 500, 1000, 2000, 4000, 5000])
    abort.abort()
    expect(await end).toEqual({ kind: 'aborted' })
  })

  it('tries again at once when the network is back', async () => {
    const { calls, abort, end } = setup(Array.from({ length: 6 }, () => () => Promise.reject<Response>(new TypeError('down'))))
    await vi.advanceTimersByTimeAsync(3000)
    const before = calls.length
    window.dispatchEvent(new Event('online'))
    await vi.advanceTimersByTimeAsync(1)
    expect(calls.length).toBe(before + 1)
    abort.abort()
    await end
  })

  it('waits as long as Retry-After says', async () => {
    const { calls, end } = setup([refusal(503, 'unavailable', { 'Retry-After': '3' }), body([complete('1-1')])])
    await vi.advanceTimersByTimeAsync(2900)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(await end).toEqual({ kind: 'complete' })
  })

  it('gives up a connection on which nothing came for 40 seconds, pings counted', async () => {
    const { end, calls, text } = setup([body([chunk('1-1', 'a'), ': ping\n\n'], 'stay'), body([chunk('1-2', 'b'), complete('1-3')])])
    await vi.advanceTimersByTimeAsync(39_000)
    expect(calls).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(2000)
    expect(await end).toEqual({ kind: 'complete' })
    expect(text()).toBe('ab<complete>')
  })

  it('refreshes the token once at a 401, and goes on', async () => {
    let token = 'old'
    const refresh = vi.fn(() => {
      token = 'new'
      return Promise.resolve(true)
    })
    const { end, calls } = setup([refusal(401, 'unauthenticated'), body([complete('1-1')])], { token: () => Promise.resolve(token), refresh })
    expect(await end).toEqual({ kind: 'complete' })
    expect(refresh).toHaveBeenCalledTimes(1)
    expect(calls.map((c) => c.headers.Authorization)).toEqual(['Bearer old', 'Bearer new'])
  })

  it('ends when the token is refused again', async () => {
    const { end, calls } = setup([refusal(401, 'unauthenticated'), refusal(401, 'unauthenticated')], { refresh: () => Promise.resolve(true) })
    expect(await end).toMatchObject({ kind: 'refused', problem: { code: 'unauthenticated' } })
    expect(calls).toHaveLength(2)
  })

  it('ends with the reason when asking again would not help', async () => {
    const { end } = setup([refusal(404, 'not_found')])
    expect(await end).toMatchObject({ kind: 'refused', problem: { code: 'not_found', detail: 'not_found!' } })
  })

  it('is complete when the API says that everything was seen', async () => {
    const { end } = setup([() => new Response(null, { status: 204 })], { from: { attempt: 1, seq: 9 } })
    expect(await end).toEqual({ kind: 'complete' })
  })

  it('continues from a place that was given, and drops what is before it', async () => {
    const { end, calls, text } = setup([body([chunk('1-5', 'seen'), chunk('1-6', 'new'), complete('1-7')])], { from: { attempt: 1, seq: 5 } })
    await end
    expect(calls[0]!.headers['Last-Event-ID']).toBe('1-5')
    expect(text()).toBe('new<complete>')
  })

  it('passes on frames without numbers of their own, and asks again after the last that had one', async () => {
    const lost = [event('1-0', 'reset', { attempt: 1 }), chunk('1-0', 'from '), chunk('1-0', 'the store')]
    const { end, calls, text } = setup([body([chunk('1-1', 'a'), chunk('1-2', 'b')], 'break'), body(lost), body([event('1-3', 'reset', { attempt: 1 }), chunk('1-4', 'whole'), complete('1-5')])])
    await vi.advanceTimersByTimeAsync(2000)
    await end
    expect(text()).toBe('ab<reset>from the store<reset>whole<complete>')
    expect(calls[2]!.headers['Last-Event-ID']).toBe('1-2')
  })

  it('does not stumble over events it does not know', async () => {
    const { end, text } = setup([body([event('1-1', 'novelty', { x: 1 }), 'id: 1-2\nevent: chunk\ndata: {broken\n\n', chunk('1-3', 'a'), complete('1-4')])])
    await end
    expect(text()).toBe('a<complete>')
  })

  it('reads a problem document whose own type stands last', async () => {
    const wire = 'id: 1-1\nevent: error\ndata: {"type":"error","type":"https://pulsehub.dev/problems/x","code":"x","detail":"d","status":500,"title":"t"}\n\n'
    const { end, frames } = setup([body([wire, complete('1-2')])])
    await end
    expect(frames[0]!.data).toMatchObject({ type: 'error', problem: { code: 'x', detail: 'd' } })
  })

  it('stops at once when it is told to', async () => {
    const { end, abort, calls } = setup([body([chunk('1-1', 'a')], 'stay')])
    await vi.advanceTimersByTimeAsync(10)
    abort.abort()
    expect(await end).toEqual({ kind: 'aborted' })
    expect(calls[0]!.signal.aborted).toBe(true)
  })
})

describe('batch', () => {
  const frame = (seq: number): Frame => ({ attempt: 1, seq, data: { type: 'chunk', content: 'x' } })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('hands on all frames of an animation frame together', () => {
    vi.useFakeTimers()
    const batches: number[] = []
    const { push } = batch((frames) => batches.push(frames.length))
    push(frame(1))
    push(frame(2))
    expect(batches).toEqual([])
    vi.advanceTimersByTime(20)
    push(frame(3))
    vi.advanceTimersByTime(20)
    expect(batches).toEqual([2, 1])
  })

  it('hands on at once when flushed, and only once', () => {
    vi.useFakeTimers()
    const batches: number[] = []
    const { push, flush } = batch((frames) => batches.push(frames.length))
    push(frame(1))
    flush()
    flush()
    vi.advanceTimersByTime(1000)
    expect(batches).toEqual([1])
  })
})
