import type { DataSource } from '@/api/generated'
import { tagFor } from './tag'

export interface Snippet {
  key: string
  label: string
  /** What to do with it, step by step. */
  steps: string[]
  /** What the code is, for who copies it. */
  name: string
  code: string
}

/** How events are sent to a data source, ready to paste. origin is where the API is reached, as https://example.com/api. */
export function snippetsFor(type: DataSource['type'], writeKey: string, api: string): Snippet[] {
  const server = [segment(writeKey, api), rudder(writeKey, api), curl(writeKey, api)]
  return type === 'gtm' ? [gtm(writeKey, api), ...server.slice(2)] : server
}

const gtm = (writeKey: string, api: string): Snippet => ({
  key: 'gtm',
  label: 'Tag Manager',
  name: 'tag',
  steps: [
    'In Google Tag Manager, make a new tag of the type Custom HTML, and paste this.',
    'As its trigger take All Pages, and History Change as well where your shop changes pages without loading them. If you ask for consent, have the tag fire after it is given.',
    'Publish the container, and open your shop. Its first page view shows here within seconds.',
  ],
  code: tagFor(`${api}/collect/${writeKey}`),
})

const segment = (writeKey: string, api: string): Snippet => ({
  key: 'segment',
  label: 'Segment',
  name: 'Node.js code',
  steps: ['Install the library: npm install @segment/analytics-node', 'Send to PulseHub with your write key. Libraries of Segment for other languages take the same address.'],
  code: `import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({
  writeKey: '${writeKey}',
  host: '${new URL(api).origin}',
  path: '${new URL(api).pathname.replace(/\/$/, '')}/v1/batch',
})

analytics.identify({
  userId: 'customer-1',
  traits: { email: 'ada@example.com', firstName: 'Ada' },
})

analytics.track({
  userId: 'customer-1',
  event: 'Order Completed',
  properties: {
    order_id: '1001',
    revenue: 49.9,
    currency: 'EUR',
    products: [{ name: 'Desk lamp', price: 49.9, quantity: 1 }],
  },
})

await analytics.closeAndFlush()
`,
})

const rudder = (writeKey: string, api: string): Snippet => ({
  key: 'rudder',
  label: 'RudderStack',
  name: 'Node.js code',
  steps: ['Install the library: npm install @rudderstack/rudder-sdk-node', 'Send to PulseHub with your write key. Its libraries for other languages take the same data plane address.'],
  code: `import Analytics from '@rudderstack/rudder-sdk-node'

const analytics = new Analytics('${writeKey}', {
  dataPlaneUrl: '${api}',
})

analytics.track({
  userId: 'customer-1',
  event: 'Order Completed',
  properties: {
    order_id: '1001',
    revenue: 49.9,
    currency: 'EUR',
    products: [{ name: 'Desk lamp', price: 49.9, quantity: 1 }],
  },
})

await analytics.flush()
`,
})

const curl = (writeKey: string, api: string): Snippet => ({
  key: 'curl',
  label: 'curl',
  name: 'command',
  steps: ['Paste this into a terminal to send one event, and see it arrive.', 'The answer is {"success":true} once it is stored.'],
  code: `curl ${api}/v1/track \\
  --user ${writeKey}: \\
  --header 'Content-Type: application/json' \\
  --data '{
    "userId": "customer-1",
    "event": "Product Viewed",
    "properties": { "name": "Desk lamp", "price": 49.9, "currency": "EUR" }
  }'
`,
})
