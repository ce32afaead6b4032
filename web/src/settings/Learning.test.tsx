import { screen, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { describe, expect, it } from 'vitest'
import { openSignedIn } from '../../test/app'
import { mockedApi } from '../../test/api'

const api = mockedApi()

async function openLearning() {
  const app = await openSignedIn('/settings')
  await app.user.click(await screen.findByRole('link', { name: 'Learning' }))
  return app
}

describe('what was learned', () => {
  it('is said to be nothing at first, with where it begins', async () => {
    await openLearning()
    expect(await screen.findByText(/^Nothing yet\./)).toBeVisible()
    const channels = within(await screen.findByRole('group', { name: 'Channels, table' }))
    expect(channels.getAllByRole('row')).toHaveLength(5)
    expect(channels.getAllByText('Nothing of its own yet')).toHaveLength(4)
    expect(screen.queryByRole('heading', { name: 'By segment' })).not.toBeInTheDocument()
    expect(screen.getByText(/It begins with 1\.7/)).toBeVisible()
  })

  it('shows each place with its interval, its evidence, and what changed', async () => {
    api.world.verdicts.set('a card', 'negative')
    await openLearning()
    const segments = within(await screen.findByRole('group', { name: 'Segments, table' }))
    const row = within(segments.getByRole('row', { name: /^SMS to cart abandoners after something they did/ }))
    expect(row.getByText('0.9')).toBeVisible()
    expect(row.getByText('(0.3 to 1.6)')).toBeVisible()
    expect(row.getByText('40 %')).toBeVisible()
    expect(row.getByText('7 ratings, 1 positive')).toBeVisible()
    expect(row.getByText('Worse')).toBeVisible()
    expect(within(screen.getByRole('group', { name: 'Times of day, table' })).getByRole('rowheader', { name: /Email in the evening/ })).toBeVisible()
    expect(screen.getByText(/6 more negative ratings/)).toBeVisible()
  })

  it('that cannot be read says why, and is tried again', async () => {
    let down = true
    api.server.use(http.get('*/api/ai/learning', () => (down ? HttpResponse.json({ code: 'internal', detail: 'It cannot be read.', status: 500, title: '' }, { status: 500 }) : undefined)))
    const { user } = await openLearning()
    expect(await screen.findByText('It cannot be read.')).toBeVisible()
    down = false
    await user.click(screen.getByRole('button', { name: 'Try again' }))
    expect(await screen.findByText(/^Nothing yet\./)).toBeVisible()
  })
})
