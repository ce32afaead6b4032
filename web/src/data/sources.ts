import type { DataSource } from '@/api/generated'
import { formatAgo } from '@/lib/format'

/** The kinds of data source that can be added here, and what each is for. */
export const kinds = [
  { type: 'gtm', name: 'Google Tag Manager', what: 'A tag that you paste once. It sends visits, and the Google Analytics 4 e-commerce events that your shop already puts into the data layer.' },
  { type: 'http', name: 'Server or app', what: 'From your own code, with the client libraries of Segment or RudderStack, or any HTTP client.' },
] as const

export type Kind = (typeof kinds)[number]['type']

export const typeName = (type: DataSource['type']) => ({ gtm: 'Google Tag Manager', http: 'Server or app', shopify: 'Shopify', facebook_pixel: 'Facebook Pixel' })[type]

export interface SourceState {
  text: string
  tone: 'neutral' | 'accent' | 'warn' | 'danger'
}

/** What a data source is doing, in words. */
export function stateOf(source: Pick<DataSource, 'status' | 'events' | 'lastEventAt' | 'demo'>, now = Date.now()): SourceState {
  if (source.demo) return { text: 'Demo data', tone: 'warn' }
  switch (source.status) {
    case 'paused':
      return { text: 'Paused: what is sent is not kept', tone: 'warn' }
    case 'failed':
      return { text: 'Not working', tone: 'danger' }
    case 'needs_reauth':
      return { text: 'Needs to be connected again', tone: 'danger' }
    case 'pending':
      return { text: 'Not connected yet', tone: 'neutral' }
    case 'connected':
      if (source.events === 0 || !source.lastEventAt) return { text: 'Waiting for the first event', tone: 'neutral' }
      return now - new Date(source.lastEventAt).getTime() > quietAfter ? { text: `Quiet: last event ${formatAgo(source.lastEventAt, now)}`, tone: 'warn' } : { text: 'Receiving', tone: 'accent' }
  }
}

/** How long nothing may come before it is worth a look. */
const quietAfter = 3 * 86_400_000

const eventNames: Record<string, string> = {
  page_viewed: 'Page viewed',
  product_viewed: 'Product viewed',
  search_performed: 'Search performed',
  product_added: 'Product added to cart',
  checkout_started: 'Checkout started',
  order_completed: 'Order completed',
  order_refunded: 'Order refunded',
  lead_captured: 'Lead captured',
  signed_up: 'Signed up',
  form_submitted: 'Form submitted',
}

/** An event's type as people write it; of a custom one, the source's own name. */
export function eventName(event: { type: string; name?: string }): string {
  if (event.type === 'custom') return event.name || 'Custom event'
  const words = event.type.replaceAll('_', ' ')
  return eventNames[event.type] ?? words.charAt(0).toUpperCase() + words.slice(1)
}
