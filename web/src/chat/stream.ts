import { createParser } from 'eventsource-parser'
import { isProblem, type Problem } from '@/api/problem'
import { parseFrame, type Frame } from './frames'
import { seen } from './turn'

export type Connection = 'connecting' | 'open' | 'waiting'

export interface StreamConfig {
  url: string
  signal: AbortSignal
  /** Continues after this frame; without it everything comes from the start. */
  from?: { attempt: number; seq: number }
  /** The access token to send, or undefined for a visitor. */
  token: () => Promise<string | undefined>
  /** Gets another access token after a 401; false ends the stream. */
  refresh: () => Promise<boolean>
  /** Takes frames as they come, each once. */
  onFrame: (frame: Frame) => void
  onConnection?: (state: Connection) => void
}

/** complete: the last frame came. refused: asking again would not help, and problem says why. aborted: the signal fired. */
export type StreamEnd = { kind: 'complete' } | { kind: 'refused'; problem: Problem } | { kind: 'aborted' }

const firstDelay = 250
const lastDelay = 5000
const silence = 40_000 // the API pings every 15 s

/**
 * Reads a turn's stream to its end over as many connections as that takes. Each reconnect continues after the last
 * frame that arrived, so nothing is missed and nothing comes twice.
 */
export async function readStream(config: StreamConfig): Promise<StreamEnd> {
  let last = config.from
  let failures = 0
  let refreshed = false
  const { signal } = config
  while (!signal.aborted) {
    config.onConnection?.('connecting')
    const result = await connect(config, last, (frame) => {
      if (last && seen(last, frame)) return
      if (frame.seq > 0) last = frame
      failures = 0
      refreshed = false
      config.onFrame(frame)
    })
    if (signal.aborted) break
    if (result.kind === 'complete') return result
    if (result.kind === 'unauthorized') {
      if (refreshed || !(await config.refresh())) return { kind: 'refused', problem: signedOut }
      refreshed = true
      continue
    }
    if (result.kind === 'refused') return result
    config.onConnection?.('waiting')
    const backoff = Math.min(lastDelay, firstDelay * 2 ** failures++)
    await wait(Math.max(result.retryAfter ?? 0, backoff * (0.75 + Math.random() / 2)), signal)
  }
  return { kind: 'aborted' }
}

const signedOut: Problem = {
  status: 401,
  code: 'unauthenticated',
  title: 'You are signed out',
  detail: 'Sign in again to see the rest of this answer. It is kept.',
}

type Place = Pick<Frame, 'attempt' | 'seq'>

type Attempt = { kind: 'complete' } | { kind: 'refused'; problem: Problem } | { kind: 'unauthorized' } | { kind: 'again'; retryAfter?: number }

async function connect(config: StreamConfig, last: Place | undefined, onFrame: (frame: Frame) => void): Promise<Attempt> {
  const connection = new AbortController()
  const stop = () => connection.abort()
  config.signal.addEventListener('abort', stop)
  let watchdog = setTimeout(stop, silence)
  try {
    const token = await config.token()
    const headers: Record<string, string> = { Accept: 'text/event-stream' }
    if (token) headers.Authorization = `Bearer ${token}`
    if (last) headers['Last-Event-ID'] = `${last.attempt}-${last.seq}`
    const response = await fetch(config.url, { headers, signal: connection.signal, cache: 'no-store' })
    if (response.status === 204) return { kind: 'complete' } // everything was seen
    if (!response.ok || !response.body) return await refusal(response)
    config.onConnection?.('open')

    let complete = false
    const parser = createParser({
      onEvent: (event) => {
        const frame = parseFrame(event)
        if (!frame || complete) return
        onFrame(frame)
        complete = frame.data.type === 'complete'
      },
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return complete ? { kind: 'complete' } : { kind: 'again' }
      clearTimeout(watchdog)
      watchdog = setTimeout(stop, silence)
      parser.feed(value)
      if (complete) {
        void reader.cancel()
        return { kind: 'complete' }
      }
    }
  } catch {
    return { kind: 'again' }
  } finally {
    clearTimeout(watchdog)
    config.signal.removeEventListener('abort', stop)
  }
}

async function refusal(response: Response): Promise<Attempt> {
  if (response.status === 401) return { kind: 'unauthorized' }
  if (response.status === 429 || response.status >= 500) {
    const seconds = Number(response.headers.get('Retry-After'))
    return { kind: 'again', retryAfter: Number.isFinite(seconds) ? seconds * 1000 : undefined }
  }
  const body: unknown = await response.json().catch(() => undefined)
  if (isProblem(body)) return { kind: 'refused', problem: body }
  return {
    kind: 'refused',
    problem: { status: response.status, code: 'stream_refused', title: 'This answer cannot be shown', detail: 'Reload the page to try again.' },
  }
}

/** Waits, but not past the moment the network is back. */
function wait(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', finish)
      globalThis.removeEventListener?.('online', finish)
      resolve()
    }
    const timer = setTimeout(finish, ms)
    signal.addEventListener('abort', finish)
    globalThis.addEventListener?.('online', finish)
  })
}

/** Hands frames on in batches, one per animation frame; in a hidden tab, where none are drawn, a few times a second. */
export function batch(deliver: (frames: Frame[]) => void): { push: (frame: Frame) => void; flush: () => void } {
  let waiting: Frame[] = []
  let cancel: (() => void) | undefined
  const flush = () => {
    cancel?.()
    cancel = undefined
    if (waiting.length === 0) return
    const frames = waiting
    waiting = []
    deliver(frames)
  }
  const push = (frame: Frame) => {
    waiting.push(frame)
    if (cancel) return
    if (document.hidden) {
      const timer = setTimeout(flush, 250)
      cancel = () => clearTimeout(timer)
    } else {
      const handle = requestAnimationFrame(flush)
      const timer = setTimeout(flush, 250) // the tab was hidden meanwhile
      cancel = () => {
        cancelAnimationFrame(handle)
        clearTimeout(timer)
      }
    }
  }
  return { push, flush }
}
