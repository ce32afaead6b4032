import { formatCompact, formatCount, formatMoney, formatMoneyCompact, formatPercent } from '@/lib/format'

export type Unit = 'count' | 'money' | 'rate'

/** A decimal as the API sends it, in words of its unit. */
export function show(value: string | number, unit: Unit, currency: string): string {
  const n = Number(value)
  if (unit === 'money') return formatMoney(n, currency)
  if (unit === 'rate') return formatPercent(n)
  return formatCount(n)
}

/** As show, short enough for an axis. */
export function showShort(value: number, unit: Unit, currency: string): string {
  if (unit === 'money') return formatMoneyCompact(value, currency)
  if (unit === 'rate') return formatPercent(value)
  return formatCompact(value)
}

/** What a time series can follow. byHour: it is counted by hour, too. */
export const metrics = [
  { key: 'revenue', name: 'Revenue', byHour: true },
  { key: 'orders', name: 'Orders', byHour: true },
  { key: 'refunds', name: 'Refunds', byHour: true },
  { key: 'visits', name: 'Visits', byHour: true },
  { key: 'active_customers', name: 'Active customers', byHour: false },
  { key: 'new_customers', name: 'New customers', byHour: false },
  { key: 'new_buyers', name: 'First-time buyers', byHour: false },
  { key: 'product_views', name: 'Product views', byHour: true },
  { key: 'product_adds', name: 'Added to cart', byHour: true },
  { key: 'checkouts', name: 'Checkouts begun', byHour: true },
  { key: 'page_views', name: 'Page views', byHour: true },
  { key: 'signups', name: 'Sign-ups', byHour: true },
  { key: 'events', name: 'All events', byHour: true },
] as const
export type Metric = (typeof metrics)[number]['key']

const channelNames: Record<string, string> = {
  sms: 'SMS',
  whatsapp: 'WhatsApp',
  push: 'Push',
  email: 'Email',
  paid_search: 'Paid search',
  paid_social: 'Paid social',
}

/** A channel as people write it; the empty one is of orders that no visit is known of. */
export function channelName(channel: string): string {
  if (!channel) return 'No visit known'
  const words = channel.replaceAll('_', ' ')
  return channelNames[channel] ?? words.charAt(0).toUpperCase() + words.slice(1)
}

/** The colour of a cell by how much of the most it has, 0 to 1. Text on it keeps its contrast in light and in dark. */
export function heat(share: number): { backgroundColor: string } | undefined {
  if (share <= 0) return undefined
  return { backgroundColor: `color-mix(in oklab, var(--chart-1) ${(5 + 43 * Math.min(1, share)).toFixed(1)}%, var(--surface))` }
}

/** How something changed, in a sign that can be read at a glance. */
export function change(share: number | undefined): { text: string; direction: 'up' | 'down' | 'same' } | undefined {
  if (share === undefined) return undefined
  if (Math.abs(share) < 0.0005) return { text: formatPercent(0), direction: 'same' }
  return { text: formatPercent(Math.abs(share)), direction: share > 0 ? 'up' : 'down' }
}
