import { http, HttpResponse, type HttpHandler } from 'msw'
import type { ChannelsAnswer, Cohorts, FunnelAnswer, Kpi, KpIs, Predictions, Revenue, Rfm, Series } from '@/api/generated'

const eur = (amount: string) => ({ amount, currency: 'EUR' })
const counted = { from: '2026-10-26T23:00:00Z', to: '2026-11-25T23:00:00Z', events: 18_234, customers: 5120, computedAt: '2026-11-25T18:04:00Z', timeZone: 'Europe/Berlin', query: 'SELECT count(*) FROM event_days' }
const sold = (orders: number, revenue: string) => ({ orders, refunds: 1, gross: eur(revenue), refunded: eur('0.00'), revenue: eur(revenue), averageOrder: eur('50.00') })

const kpi = (metric: string, unit: Kpi['unit'], value: string, previous: string, change?: number): Kpi => ({ metric, unit, value, previous, ...(unit === 'money' && { currency: 'EUR' }), ...(change !== undefined && { change }) })

/** The figures of a range, as the overview has them. */
export const period: KpIs = {
  ...counted,
  previousFrom: '2026-09-26T22:00:00Z',
  previousTo: '2026-10-26T23:00:00Z',
  figures: [
    kpi('revenue', 'money', '12500.00', '10000.00', 0.25),
    kpi('orders', 'count', '250', '250', 0),
    kpi('average_order', 'money', '50.00', '40.00', 0.25),
    kpi('conversion_rate', 'rate', '0.025', '0.05', -0.5),
    kpi('visits', 'count', '10000', '5000', 1),
    kpi('active_customers', 'count', '5120', '4096', 0.25),
    kpi('new_customers', 'count', '800', '0'),
    kpi('new_buyers', 'count', '120', '100', 0.2),
  ],
}

const series = (metric: string, granularity: string, compare: boolean): Series => {
  const step = (start: string, value: string) => ({ start, from: `${start}T00:00:00Z`, to: `${start}T23:00:00Z`, value })
  return {
    ...counted,
    metric,
    unit: metric === 'revenue' ? 'money' : 'count',
    ...(metric === 'revenue' && { currency: 'EUR' }),
    granularity,
    total: '600',
    steps: [step('2026-11-23', '100'), step('2026-11-24', '300'), step('2026-11-25', '200')],
    ...(compare && { previous: { from: '2026-11-20T00:00:00Z', to: '2026-11-23T00:00:00Z', total: '400', steps: [step('2026-11-20', '100'), step('2026-11-21', '100'), step('2026-11-22', '200')] } }),
  }
}

const funnel: FunnelAnswer = {
  ...counted,
  conversion: 0.1,
  steps: [
    { type: 'page_viewed', label: 'Visited', customers: 5000, did: 5000, fromPrevious: 1, fromFirst: 1 },
    { type: 'product_viewed', label: 'Looked at a product', customers: 2500, did: 2600, fromPrevious: 0.5, fromFirst: 0.5 },
    { type: 'product_added', label: 'Added to cart', customers: 1250, did: 1300, fromPrevious: 0.5, fromFirst: 0.25 },
    { type: 'checkout_started', label: 'Began to check out', customers: 1000, did: 1000, fromPrevious: 0.8, fromFirst: 0.2 },
    { type: 'order_completed', label: 'Ordered', customers: 500, did: 520, fromPrevious: 0.5, fromFirst: 0.1 },
  ],
}

const channels: ChannelsAnswer = {
  ...counted,
  channels: [
    { channel: 'paid_search', visits: 1000, ...sold(40, '2000.00'), conversionRate: 0.04, conversionLow: 0.03, conversionHigh: 0.054 },
    { channel: 'email', visits: 3000, ...sold(30, '1500.00'), conversionRate: 0.01, conversionLow: 0.007, conversionHigh: 0.014 },
    { channel: '', visits: 0, ...sold(5, '250.00'), conversionRate: 0 },
  ],
}

const revenue: Revenue = {
  ...counted,
  total: sold(75, '3750.00'),
  days: [{ date: '2026-11-25', ...sold(75, '3750.00') }],
  products: [
    { product: 'Desk lamp', orders: 40, units: 44, revenue: eur('2000.00') },
    { product: 'Chair', orders: 35, units: 35, revenue: eur('1750.00') },
  ],
  channels: [{ channel: 'email', ...sold(75, '3750.00') }],
  buyers: [{ buyers: 'returning', customers: 50, ...sold(75, '3750.00') }],
}

export const cohorts: Cohorts = {
  ...counted,
  by: 'first_order',
  granularity: 'month',
  cohorts: [
    { start: '2026-08-01', customers: 0, periods: [0, 1, 2, 3].map((p) => ({ period: p, start: `2026-${String(8 + p).padStart(2, '0')}-01`, customers: 0, share: 0, orders: 0, revenue: eur('0.00') })) },
    { start: '2026-09-01', customers: 100, periods: [100, 40, 20].map((n, p) => ({ period: p, start: `2026-${String(9 + p).padStart(2, '0')}-01`, customers: n, share: n / 100, orders: n, revenue: eur(`${n * 10}.00`) })) },
    { start: '2026-10-01', customers: 50, periods: [50, 10].map((n, p) => ({ period: p, start: `2026-${10 + p}-01`, customers: n, share: n / 50, orders: n, revenue: eur(`${n * 10}.00`) })) },
  ],
}

const rfm: Rfm = {
  ...counted,
  cells: [1, 2, 3, 4, 5].flatMap((recency) => [1, 2, 3, 4, 5].map((frequency) => ({ recency, frequency, group: recency === 5 && frequency >= 4 ? 'champions' : 'hibernating', customers: recency * frequency, orders: recency * frequency, revenue: eur(`${recency * frequency}.00`), monetary: 3 }))),
  groups: [
    { group: 'champions', label: 'Champions', customers: 45, share: 0.2, orders: 45, revenue: eur('45.00') },
    { group: 'hibernating', label: 'Hibernating', customers: 180, share: 0.8, orders: 180, revenue: eur('180.00') },
  ],
  monetary: [1, 2, 3, 4, 5].map((score) => ({ score, customers: 45, revenue: eur('45.00') })),
}

const purchases = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 }

export const predictions: Predictions = {
  status: 'ready',
  computedAt: '2026-11-25T18:00:00Z',
  upToDate: true,
  events: 5000,
  customers: 2357,
  repeating: 946,
  lastDay: '2026-11-25',
  timeZone: 'Europe/Berlin',
  historyDays: 273,
  horizonDays: 90,
  method: { purchases: 'bg_nbd', value: 'gamma_gamma' },
  parameters: { bgNbd: purchases, gammaGamma: { p: 6.25, q: 3.74, gamma: 15.44 }, logLikelihood: -9582.4, fittedOn: 2357, valueLogLikelihood: -4058.3, valueFittedOn: 946, correlation: 0.11 },
  backtest: {
    calibrationEnd: '2026-08-25',
    holdoutDays: 91,
    customers: 2000,
    parameters: purchases,
    expectedOrders: { mean: 500, low: 450, high: 550 },
    actualOrders: 520,
    naiveOrders: 900,
    withinInterval: true,
    expectedRevenue: eur('20000.00'),
    actualRevenue: eur('21000.00'),
    meanError: 0.3,
    naiveMeanError: 0.5,
    correlation: 0.6,
    naiveCorrelation: 0.4,
    byFrequency: [{ repeats: 0, customers: 1400, expected: 0.2, actual: 0.21, naive: 0 }],
  },
  expectedOrders: { mean: 610, low: 540, high: 680 },
  expectedRevenue: { mean: eur('24000.00'), low: eur('21000.00'), high: eur('27000.00') },
  boughtOnce: 1411,
  alive: 700,
  churn: [
    { from: 0, to: 0.5, customers: 600, expectedRevenue: eur('15000.00') },
    { from: 0.5, to: 1, customers: 346, expectedRevenue: eur('2000.00') },
  ],
  rfm: [],
  top: [],
}

/** The reports of a workspace with data; whatever they are asked, the same. */
export function reports(): HttpHandler[] {
  const answer = (name: string, body: (params: URLSearchParams) => object) =>
    http.get(`*/api/analytics/${name}`, ({ request }) => {
      const params = new URL(request.url).searchParams
      if (params.get('format') !== 'csv') return HttpResponse.json(body(params))
      return new HttpResponse('a,b\r\n1,2\r\n', { headers: { 'Content-Type': 'text/csv; charset=utf-8', 'Content-Disposition': `attachment; filename="pulsehub-${name}-2026-10-27-to-2026-11-25.csv"` } })
    })
  return [
    answer('timeseries', (p) => series(p.get('metric') ?? 'revenue', p.get('granularity') ?? 'day', p.has('compare'))),
    answer('funnel', () => funnel),
    answer('channels', () => channels),
    answer('revenue', () => revenue),
    answer('cohorts', () => cohorts),
    answer('rfm', () => rfm),
    answer('predictions', () => predictions),
  ]
}
