import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { snippetsFor } from './snippets'
import { tagFor } from './tag'

interface Sent {
  type: string
  event?: string
  messageId: string
  anonymousId: string
  userId?: string
  properties: Record<string, unknown>
  context: { sessionId: string; campaign: Record<string, string>; page: { path: string } }
}

const page = window as unknown as { dataLayer?: unknown[]; pulsehub?: object }
const sent: { to: string; body: Sent }[] = []

/** Does what Tag Manager does with a Custom HTML tag. */
function fire() {
  const code = /^<script>([\s\S]*)<\/script>$/.exec(tagFor('https://pulse.example/api/collect/wk_1'))![1]!
  window.eval(code)
}
const messages = () => sent.map(({ body }) => body)

beforeEach(() => {
  sent.length = 0
  delete page.dataLayer
  delete page.pulsehub
  Object.assign(navigator, {
    sendBeacon: (to: string, body: string) => {
      sent.push({ to, body: JSON.parse(body) as Sent })
      return true
    },
  })
})
afterEach(() => {
  vi.useRealTimers()
  history.replaceState(null, '', '/')
})

describe('the tag', () => {
  it('sends a page view with where and by which campaign', () => {
    history.replaceState(null, '', '/lamps?utm_source=news%20letter&utm_medium=email&utm_campaign=spring')
    fire()
    expect(sent[0]!.to).toBe('https://pulse.example/api/collect/wk_1')
    expect(messages()).toMatchObject([{ type: 'page', context: { campaign: { source: 'news letter', medium: 'email', name: 'spring' }, page: { path: '/lamps' } } }])
  })

  it('sends the shop’s e-commerce events, those before it included, and nothing else that is pushed', () => {
    page.dataLayer = [{ event: 'gtm.js', 'gtm.start': 1 }, { user_id: 7 }, { event: 'view_item', ecommerce: { currency: 'EUR', value: 49.9, items: [{ item_name: 'Desk lamp' }] } }]
    fire()
    page.dataLayer.push({ event: 'gtm.click' }, () => undefined)
    page.dataLayer.push({ event: 'purchase', ecommerce: { transaction_id: '1001', value: 49.9 }, eventCallback: () => undefined })
    expect(messages().map((m) => m.event ?? m.type)).toEqual(['page', 'view_item', 'purchase'])
    expect(messages()[1]!.properties).toEqual({ currency: 'EUR', value: 49.9, items: [{ item_name: 'Desk lamp' }] })
    expect(messages()[2]!.properties).toEqual({ transaction_id: '1001', value: 49.9 })
    expect(messages().map((m) => m.userId)).toEqual(['7', '7', '7'])
    expect(page.dataLayer).toHaveLength(6) // what was pushed is there for everybody else
  })

  it('understands gtag()', () => {
    fire()
    const gtag = (...args: unknown[]) => page.dataLayer!.push(Object.assign({ length: args.length }, args))
    gtag('config', 'G-1', { user_id: 'ada' })
    gtag('event', 'sign_up')
    gtag('event', 'add_to_cart', { value: 5, items: [] })
    expect(messages().slice(1).map((m) => [m.event, m.userId, m.properties])).toEqual([
      ['sign_up', 'ada', {}],
      ['add_to_cart', 'ada', { value: 5, items: [] }],
    ])
  })

  it('sends each event once, however often it fires, as the same visitor', () => {
    fire()
    fire()
    page.dataLayer!.push({ event: 'begin_checkout' })
    expect(messages().map((m) => m.event ?? m.type)).toEqual(['page', 'page', 'begin_checkout'])
    expect(new Set(messages().map((m) => m.messageId)).size).toBe(3)
    expect(new Set(messages().map((m) => m.anonymousId)).size).toBe(1)
    expect(new Set(messages().map((m) => m.context.sessionId)).size).toBe(1)
  })

  it('knows a visitor again on the next page, and begins a visit after half an hour without a word', () => {
    vi.useFakeTimers({ now: new Date('2026-11-25T10:00:00Z') })
    fire()
    for (const minutes of [29, 31]) {
      delete page.pulsehub
      delete page.dataLayer
      vi.advanceTimersByTime(minutes * 60_000)
      fire()
    }
    const [first, second, third] = messages()
    expect(new Set([first!.anonymousId, second!.anonymousId, third!.anonymousId]).size).toBe(1)
    expect(second!.context.sessionId).toBe(first!.context.sessionId)
    expect(third!.context.sessionId).not.toBe(first!.context.sessionId)
  })

  it('is written as Tag Manager takes it', () => {
    // ES5: what its Custom HTML tags refuse.
    expect(tagFor('https://x.example/collect/wk')).not.toMatch(/=>|\blet\b|\bconst\b|`/)
  })
})

describe('the snippets', () => {
  it('name the write key and the address, whatever they are sent with', () => {
    for (const type of ['gtm', 'http'] as const) {
      for (const snippet of snippetsFor(type, 'wk_9', 'https://pulse.example/api')) {
        expect(snippet.code, snippet.key).toContain('wk_9')
        expect(snippet.code, snippet.key).toContain('https://pulse.example')
      }
    }
    expect(snippetsFor('http', 'wk_9', 'https://pulse.example/api').map((s) => s.key)).toEqual(['segment', 'rudder', 'curl'])
  })
})
