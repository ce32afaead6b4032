import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { describe, expect, it } from 'vitest'
import type { DataSource } from '@/api/generated'
import { mockedApi } from '../../test/api'
import { openSignedIn } from '../../test/app'
import './SourcePage' // now, so that no test waits for it to be compiled
import { stateOf } from './sources'

const api = mockedApi()

/** Opens a data source from its card. */
async function openSource(name: string) {
  const app = await openSignedIn('/data')
  await app.user.click(await screen.findByRole('link', { name }))
  await screen.findByRole('heading', { name, level: 2 })
  return app
}

describe('data sources', () => {
  it('say what they are doing, in words', () => {
    const now = Date.parse('2026-11-25T12:00:00Z')
    const state = (source: Partial<DataSource>) => stateOf({ status: 'connected', events: 0, demo: false, ...source }, now).text
    expect(state({})).toBe('Waiting for the first event')
    expect(state({ events: 3, lastEventAt: '2026-11-25T11:00:00Z' })).toBe('Receiving')
    expect(state({ events: 3, lastEventAt: '2026-11-20T11:00:00Z' })).toBe('Quiet: last event 5 days ago')
    expect(state({ events: 3, status: 'paused' })).toBe('Paused: what is sent is not kept')
  })

  it('are added, and show what to paste until the first event arrives', async () => {
    const { user } = await openSignedIn('/data')
    await user.click(await screen.findByRole('button', { name: /^Server or app/ }))
    await user.type(screen.getByLabelText(/^Name/), 'Our shop')
    await user.click(screen.getByRole('button', { name: 'Add it' }))
    await screen.findByRole('heading', { name: 'Our shop', level: 2 })
    expect(window.location.pathname).toBe('/data/source-1')
    expect(screen.getByLabelText('The Node.js code')).toHaveTextContent("writeKey: 'wk_1'")
    expect(screen.getByText(/^Waiting for the first event\. /)).toBeVisible()
    api.world.sources.arrive('source-1', { id: 'm1', type: 'order_completed' })
    expect(await screen.findByText(/^It works: order completed/)).toBeVisible()
  })

  it('are renamed, and removed once that is confirmed', async () => {
    api.world.sources.add('gtm', 'Tags')
    const { user } = await openSource('Tags')
    await user.click(screen.getByRole('button', { name: 'More for Tags' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Rename' }))
    await user.clear(screen.getByLabelText('Name'))
    await user.type(screen.getByLabelText('Name'), 'Shop tags{Enter}')
    await screen.findByRole('heading', { name: 'Shop tags', level: 2 })
    await user.click(screen.getByRole('button', { name: 'More for Shop tags' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Remove' }))
    expect(api.world.sources.all).toHaveLength(1)
    await user.click(screen.getByRole('button', { name: 'Remove data source' }))
    await screen.findByText('Shop tags is removed.')
    expect(api.world.sources.all).toHaveLength(0)
    await waitFor(() => expect(window.location.pathname).toBe('/data'))
  })

  it('get another write key once that is confirmed, and show it everywhere', async () => {
    api.world.sources.add('http', 'Server')
    const { user } = await openSource('Server')
    await user.click(screen.getByRole('button', { name: 'Replace' }))
    await user.click(screen.getByRole('button', { name: 'Replace the key' }))
    await waitFor(() => expect(screen.getByLabelText('The Node.js code')).toHaveTextContent("writeKey: 'wk_1_new'"))
    expect(within(screen.getByRole('region', { name: 'Write key' })).getByText('wk_1_new')).toBeVisible()
  })
})

describe('what arrived', () => {
  const names = () => within(screen.getByRole('region', { name: 'Received events' })).getAllByRole('listitem').map((line) => line.querySelector('summary')!.textContent)

  it('comes in by itself, and stands still while one looks at older ones', async () => {
    api.world.sources.add('http', 'Server')
    for (let n = 1; n <= 60; n++) api.world.sources.arrive('source-1', { id: `m${n}`, type: 'custom', name: `Event ${n}` })
    const { user } = await openSource('Server')
    await user.click(screen.getByRole('link', { name: 'Received' }))
    await screen.findByText('Event 60')
    expect(names()).toHaveLength(50)
    api.world.sources.arrive('source-1', { id: 'm61', type: 'custom', name: 'Event 61' })
    await screen.findByText('Event 61')
    await user.click(screen.getByRole('button', { name: 'Show older' }))
    await waitFor(() => expect(names()).toHaveLength(61))
    expect(screen.queryByRole('button', { name: 'Show older' })).not.toBeInTheDocument()
    api.world.sources.arrive('source-1', { id: 'm62', type: 'custom', name: 'Event 62' })
    let answered = 0
    api.server.events.on('response:mocked', ({ request }) => void (request.url.includes('/events?') && answered++))
    await waitFor(() => expect(answered).toBeGreaterThan(1)) // it was told of, and not shown
    expect(names()[0]).toContain('Event 61')
    await user.click(screen.getByRole('button', { name: 'Follow what arrives' }))
    await screen.findByText('Event 62')
    expect(names()).toHaveLength(50)
  })

  it('keeps the list when older ones cannot be had, and asks again', async () => {
    api.world.sources.add('http', 'Server')
    for (let n = 1; n <= 55; n++) api.world.sources.arrive('source-1', { id: `m${n}`, type: 'custom', name: `Event ${n}` })
    let down = true
    api.server.use(http.get('*/api/data-sources/:id/events', ({ request }) => (down && request.url.includes('cursor=') ? HttpResponse.json({ status: 500, code: 'internal', title: '', detail: 'Try again in a moment.' }, { status: 500 }) : undefined)))
    const { user } = await openSource('Server')
    await user.click(screen.getByRole('link', { name: 'Received' }))
    await user.click(await screen.findByRole('button', { name: 'Show older' }))
    expect(await screen.findByText('Try again in a moment.')).toBeVisible()
    expect(names()).toHaveLength(50)
    down = false
    await user.click(screen.getByRole('button', { name: 'Show older' }))
    await waitFor(() => expect(names()).toHaveLength(55))
  })

  it('names the reason of each message that was rejected, with what was sent', async () => {
    const source = api.world.sources.add('http', 'Server')
    source.rejected = 1
    api.world.sources.rejected.set(source.id, [{ id: 'r1', messageId: 'm9', name: 'Order Completed', code: 'invalid_timestamp', field: 'timestamp', reason: 'Give an ISO 8601 time, as in 2026-03-01T09:30:00Z.', kept: false, raw: '{"timestamp":"yesterday"}', receivedAt: new Date().toISOString() }])
    const { user } = await openSource('Server')
    await user.click(screen.getByRole('link', { name: /^Rejected/ }))
    expect(await screen.findByText(/Give an ISO 8601 time/)).toBeVisible()
    await user.click(screen.getByText('Order Completed'))
    expect(screen.getByLabelText('As it was sent')).toHaveTextContent('{ "timestamp": "yesterday" }')
  })
})
