import { readStored, store } from '@/lib/storage'

/** What the API answers to a log-in, a sign-up and a refresh. The refresh token itself is in an httpOnly cookie. */
export interface Tokens {
  accessToken: string
  expiresIn: number
}

/** How a refresh ended. unreachable says nothing about the session: try again later. */
export type Refreshed = 'ok' | 'signed_out' | 'unreachable'

const marker = 'pulsehub.session' // whether a refresh is worth trying; holds no secret
const early = 20_000 // ms before its end at which an access token counts as used up

let held: { token: string; until: number } | undefined
let running: Promise<Refreshed> | undefined

/** Keeps the access token, in memory only. */
export function holdToken(tokens: Tokens) {
  held = { token: tokens.accessToken, until: Date.now() + tokens.expiresIn * 1000 }
  store('local', marker, '1')
}

export function dropToken() {
  held = undefined
  store('local', marker, undefined)
}

/** Whether this browser was signed in when it was last used. */
export const mayHaveSession = () => readStored('local', marker) !== undefined

/** The access token to send, refreshed when it is about to end; undefined for a visitor without an account. */
export async function accessToken(): Promise<string | undefined> {
  if (held && held.until - early < Date.now()) await refresh()
  return held?.token
}

/**
 * Gets a new access token with the refresh cookie. All callers share one request, and tabs take turns: the cookie
 * changes with each refresh, and a tab that sent the old one would end the whole session.
 */
export function refresh(): Promise<Refreshed> {
  running ??= inTurn(requestTokens).finally(() => {
    running = undefined
  })
  return running
}

async function requestTokens(): Promise<Refreshed> {
  try {
    const response = await fetch('/api/auth/refresh', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: '{}',
      signal: AbortSignal.timeout(15_000),
    })
    if (response.ok) {
      const body = (await response.json()) as Tokens | { tokens: Tokens }
      holdToken('tokens' in body ? body.tokens : body)
      return 'ok'
    }
    if (response.status === 429 || response.status >= 500) return 'unreachable'
    dropToken()
    return 'signed_out'
  } catch {
    return 'unreachable'
  }
}

function inTurn<T>(work: () => Promise<T>): Promise<T> {
  // Locks exist on https and localhost only; elsewhere there is nothing to take turns with.
  if (typeof navigator === 'undefined' || !navigator.locks) return work()
  return navigator.locks.request('pulsehub.refresh', work) as Promise<T>
}
