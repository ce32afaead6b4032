import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Customer, CustomerMerge } from '@/api/generated'
import { openSignedIn } from '../../test/app'
import { mockedApi } from '../../test/api'

const api = mockedApi()
const id = '0199d000-0000-7000-8000-000000000001'
const at = '2026-11-20T10:00:00Z'

const channel = (channel: 'email' | 'sms', consent: 'granted' | 'unknown'): Customer['channels'][number] => ({ channel, consent, reachable: consent === 'granted', lacks: consent === 'granted' ? [] : ['consent'] })

let ada: Customer
let merges: CustomerMerge[]
let erased: boolean
const said: unknown[] = []

beforeEach(() => {
  said.length = 0
  erased = false
  ada = {
    id, name: 'Ada Keller', firstName: 'Ada', lastName: 'Keller', email: 'ada@example.org', timeZone: 'Europe/Berlin', demo: false, createdAt: at, attributes: { plan: 'gold' },
    identities: [{ kind: 'email', value: 'ada@example.org', profileId: id }], devices: [], channels: [channel('email', 'granted'), channel('sms', 'unknown')], segments: [], merged: [],
  }
  merges = [{ id: 'm1', customerId: id, mergedId: 'other', reason: 'same_person', mergedAt: at, identities: [{ kind: 'user_id', value: 'ada-2', profileId: 'other' }] }]
  const row = { id, name: ada.name, email: ada.email, channels: ['email'], orders: 2, revenue: { amount: '80.00', currency: 'EUR' }, lastSeenAt: at }
  api.server.use(
    http.get('*/api/customers', ({ request }) => HttpResponse.json({ items: new URL(request.url).searchParams.get('q') ? [] : [row] })),
    http.get('*/api/customers/:id', () => HttpResponse.json(ada)),
    http.delete('*/api/customers/:id', () => {
      erased = true
      return new HttpResponse(null, { status: 202 })
    }),
    http.get('*/api/customers/:id/timeline', () => HttpResponse.json({ items: [{ id: 'e1', type: 'order_completed', text: 'Ordered 2 × Lamp', occurredAt: at, sourceId: 's', sourceName: 'Shop', value: { amount: '80.00', currency: 'EUR' }, duplicate: false, profileId: id }] })),
    http.get('*/api/customers/:id/merges', () => HttpResponse.json({ items: merges })),
    http.post('*/api/customers/:id/merges/:mergeId/undo', () => {
      merges = merges.map((m) => ({ ...m, undoneAt: at }))
      return HttpResponse.json(merges[0])
    }),
    http.post('*/api/customers/:id/consent', async ({ request }) => {
      said.push(await request.json())
      ada = { ...ada, channels: [ada.channels[0]!, { ...channel('sms', 'granted'), consentAt: at }] }
      return HttpResponse.json(ada.channels[1])
    }),
  )
})

async function openAda() {
  const app = await openSignedIn('/audience')
  await app.user.click(await screen.findByRole('link', { name: 'Customers' }))
  await app.user.click(await screen.findByRole('link', { name: 'Ada Keller' }))
  expect(await screen.findByText('Ordered 2 × Lamp')).toBeVisible()
  return app
}

describe('a customer', () => {
  it('is searched for, and said not to be there', async () => {
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('link', { name: 'Customers' }))
    await user.type(await screen.findByRole('searchbox', { name: 'Search customers' }), 'zzz')
    expect(await screen.findByText('Nobody’s email, phone, name or id begins with “zzz”')).toBeVisible()
  })

  it('allows a channel only with where they said so', async () => {
    const { user } = await openAda()
    await user.click(screen.getByRole('switch', { name: 'SMS: consent' }))
    expect(screen.getByRole('switch', { name: 'SMS: consent', hidden: true })).not.toBeChecked()
    expect(await screen.findByRole('button', { name: 'Allow SMS' })).toBeDisabled()
    await user.type(screen.getByLabelText('Where they said it'), 'phone call{Enter}')
    expect(await screen.findByText('Messages by SMS are allowed.')).toBeVisible()
    await waitFor(() => expect(screen.getByRole('switch', { name: 'SMS: consent' })).toBeChecked())
    expect(said).toEqual([{ channel: 'sms', status: 'granted', source: 'phone call' }])
  })

  it('is taken apart again', async () => {
    const { user } = await openAda()
    const panel = await screen.findByRole('region', { name: 'Merged profiles' })
    expect(within(panel).getByText(/ada-2/)).toBeVisible()
    await user.click(within(panel).getByRole('button', { name: /^Take apart/ }))
    await user.click(within(await screen.findByRole('dialog')).getByRole('button', { name: 'Take apart' }))
    expect(await screen.findByText('Taken apart. Both are customers of their own again.')).toBeVisible()
    expect(await within(panel).findByText(/taken apart on/)).toBeVisible()
    expect(within(panel).queryByRole('button', { name: /^Take apart/ })).not.toBeInTheDocument()
  })

  it('is erased only by who types it, and is gone from the list at once', async () => {
    const { user } = await openAda()
    await user.click(screen.getByRole('button', { name: 'Menu of Ada Keller' }))
    await user.click(await screen.findByRole('menuitem', { name: 'Erase customer' }))
    await user.type(await screen.findByLabelText('Type “erase” to confirm'), 'eras{Enter}')
    expect(screen.getByRole('button', { name: 'Erase for good' })).toBeDisabled()
    expect(erased).toBe(false)
    await user.type(screen.getByLabelText('Type “erase” to confirm'), 'e{Enter}')
    expect(await screen.findByText('Ada Keller is being erased.')).toBeVisible()
    expect(erased).toBe(true)
    expect(window.location.pathname).toBe('/audience/customers')
    expect(screen.queryByRole('link', { name: 'Ada Keller' })).not.toBeInTheDocument()
  })

  it('that is part of another by now leads to that one', async () => {
    const { user } = await openSignedIn('/audience')
    await user.click(await screen.findByRole('link', { name: 'Customers' }))
    const now = '0199d000-0000-7000-8000-000000000002'
    api.server.use(
      http.get('*/api/customers/:id', ({ params }) =>
        params.id === now ? HttpResponse.json({ ...ada, id: now }) : HttpResponse.json({ code: 'customer_merged', status: 404, title: '', detail: 'This profile is part of another.', customerId: now }, { status: 404 }),
      ),
    )
    await user.click(await screen.findByRole('link', { name: 'Ada Keller' }))
    expect(await screen.findByText('Ordered 2 × Lamp')).toBeVisible()
    expect(window.location.pathname).toBe(`/audience/customers/${now}`)
  })
})
