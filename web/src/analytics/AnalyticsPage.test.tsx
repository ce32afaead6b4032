import { screen, waitFor, within } from '@testing-library/react'
import { http, HttpResponse } from 'msw'
import { describe, expect, it, vi } from 'vitest'
import './AnalyticsPage' // now, so that no test waits for it to be compiled
import { predictions } from '@mocks/reports'
import { mockedApi } from '../../test/api'
import { openSignedIn } from '../../test/app'

// jsdom gives nothing a size, and so charts nothing to draw in; the browser tests look at them.
vi.mock('./SeriesPlot', () => ({ default: () => null }))

const api = mockedApi()
const region = (name: string) => screen.findByRole('region', { name })
const problem = (status: number, detail: string) => HttpResponse.json({ status, code: 'unavailable', title: 'Unavailable', detail }, { status })

/** The addresses that a report is asked for from now on. */
function watch(report: string) {
  const asked: URLSearchParams[] = []
  api.server.events.on('request:start', ({ request }) => {
    const url = new URL(request.url)
    if (url.pathname === `/api/analytics/${report}`) asked.push(url.searchParams)
  })
  return asked
}

describe('Analytics', () => {
  it('shows each figure beside the one of the period before', async () => {
    await openSignedIn('/analytics')
    const tiles = within(await region('Overview'))
    const revenue = (await tiles.findByText('Revenue')).closest('li')!
    expect(revenue).toHaveTextContent(/€12,500up25%€10,000 before/)
    expect(tiles.getByText('Orders per visit').closest('li')).toHaveTextContent(/2.5%down50%5% before/)
    expect(tiles.getByText('Orders').closest('li')).toHaveTextContent(/250unchanged,0%250 before/)
    expect(tiles.getByText('New customers').closest('li')).toHaveTextContent(/800new0 before/)
    expect(within(await region('Funnel')).getByText(/Counted from 18,234 events of 5,120 customers/)).toBeVisible()
  })

  it('asks every report for the one range and segment, which are in the address', async () => {
    const { user } = await openSignedIn('/analytics')
    await user.click(await screen.findByRole('button', { name: /^Range:\s*Last 30 days/ }))
    const asked = watch('funnel')
    await user.click(screen.getByRole('button', { name: 'Last 7 days' }))
    await waitFor(() => expect(asked).toHaveLength(1))
    await user.click(screen.getByRole('button', { name: /^Segment:\s*Everyone/ }))
    await user.click(await screen.findByRole('button', { name: /^Repeat customers/ }))
    await waitFor(() => expect(asked.at(-1)!.get('segmentId')).toBeTruthy())
    expect(asked.at(-1)!.get('from')).toBe(asked[0]!.get('from'))
    expect(window.location.search).toBe(`?range=7d&segment=${asked.at(-1)!.get('segmentId')}`)
    await user.click(screen.getByRole('button', { name: 'Count everyone' }))
    await waitFor(() => expect(window.location.search).toBe('?range=7d'))
  })

  it('leaves the other reports standing where one fails, and asks that one again', async () => {
    let down = true
    api.server.use(http.get('*/api/analytics/cohorts', () => (down ? problem(500, 'Try again in a moment.') : undefined)))
    const { user } = await openSignedIn('/analytics')
    const cohorts = within(await region('Cohorts'))
    expect(await cohorts.findByText('Try again in a moment.')).toBeVisible()
    expect(await within(await region('Channels')).findByText('Paid search')).toBeVisible()
    down = false
    await user.click(cohorts.getByRole('button', { name: 'Try again' }))
    expect(await cohorts.findByText('40%')).toBeVisible()
  })

  it('exports a report with the session’s token, under the API’s name', async () => {
    let authorization: string | null = null
    api.server.events.on('request:start', ({ request }) => {
      if (request.url.includes('format=csv')) authorization = request.headers.get('Authorization')
    })
    const made = vi.fn((_file: Blob) => 'blob:csv')
    Object.assign(URL, { createObjectURL: made, revokeObjectURL: () => undefined })
    let name = ''
    vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
      name = this.download
    })
    const { user } = await openSignedIn('/analytics')
    const button = await screen.findByRole('button', { name: 'Export Channels as CSV' })
    await waitFor(() => expect(button).toBeEnabled())
    await user.click(button)
    await waitFor(() => expect(name).toBe('pulsehub-channels-2026-10-27-to-2026-11-25.csv'))
    expect(authorization).toMatch(/^Bearer access-/)
    expect(await made.mock.calls[0]![0].text()).toBe('a,b\r\n1,2\r\n')
  })

  it('puts channels in order by a column, and back', async () => {
    const { user } = await openSignedIn('/analytics')
    const panel = within(await region('Channels'))
    const names = () => panel.getAllByRole('rowheader').map((cell) => cell.textContent)
    expect(await panel.findByText('Paid search')).toBeVisible()
    expect(names()).toEqual(['Paid search', 'Email', 'No visit known'])
    await user.click(panel.getByRole('button', { name: 'Visits' }))
    expect(names()).toEqual(['Email', 'Paid search', 'No visit known'])
    expect(panel.getByRole('columnheader', { name: 'Visits' })).toHaveAttribute('aria-sort', 'descending')
    await user.click(panel.getByRole('button', { name: 'Visits' }))
    expect(names()).toEqual(['No visit known', 'Paid search', 'Email'])
    await user.click(panel.getByRole('button', { name: 'Visits' }))
    expect(names()).toEqual(['Paid search', 'Email', 'No visit known'])
  })

  it('says of predictions how well they did, also where they did badly', async () => {
    api.server.use(http.get('*/api/analytics/predictions', () => HttpResponse.json({ ...predictions, backtest: { ...predictions.backtest, actualOrders: 700, withinInterval: false } })))
    await openSignedIn('/analytics')
    const panel = within(await region('Predictions'))
    expect(await panel.findByText('It was outside of its interval: take these predictions with care')).toBeVisible()
    expect(panel.getByText('+40%')).toBeVisible()
    expect(panel.getByText('between 540 and 680')).toBeVisible()
  })

  it('says what is missing to predict from', async () => {
    const notEnough = [{ what: 'repeating_customers', have: 12, need: 30, message: 'Customers who ordered again on a later day' }]
    api.server.use(http.get('*/api/analytics/predictions', () => HttpResponse.json({ ...predictions, status: 'not_enough', notEnough, expectedOrders: undefined, backtest: undefined })))
    await openSignedIn('/analytics')
    const panel = within(await region('Predictions'))
    expect(await panel.findByText(/Customers who ordered again on a later day/)).toHaveTextContent('12 of at least 30')
    expect(panel.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '40')
  })

  it('leads a workspace without data to where data comes from', async () => {
    api.world.loaded.clear()
    api.server.use(http.get('*/api/analytics/overview', () => HttpResponse.json({ events: 0, customers: 0, computedAt: new Date().toISOString(), segments: [] })))
    await openSignedIn('/analytics')
    expect(await screen.findByText('Nothing to count yet')).toBeVisible()
    expect(screen.getByRole('link', { name: 'Add data' })).toHaveAttribute('href', '/data')
  })
})
