// Sends events with a client library as its makers ship it:
//   node send.mjs segment|rudder <url> <write key> <first> <how many>
// Each has a message id of its own, so that running it again sends the same messages again.
import { createRequire } from 'node:module'

const [library, url, writeKey, first, count] = [process.argv[2], process.argv[3], process.argv[4], Number(process.argv[5]), Number(process.argv[6])]
const require = createRequire(import.meta.url)

const message = (n) => ({
  messageId: `${library}-${n}`,
  userId: `user-${n % 5000}`,
  event: n % 20 === 0 ? 'Order Completed' : 'Product Viewed',
  properties: n % 20 === 0 ? { order_id: `${library}-${n}`, revenue: 12.5, currency: 'EUR' } : { product_id: `p${n % 300}`, name: `Product ${n % 300}`, price: 9.5 },
  timestamp: new Date(Date.UTC(2026, 9, 1) + n * 1000),
})

/** Hands messages over a few thousand at a time, and waits until those are on their way. */
async function each(size, send) {
  for (let from = first; from < first + count; from += size) await send(from, Math.min(from + size, first + count))
}

if (library === 'segment') {
  const { Analytics } = require('@segment/analytics-node')
  const analytics = new Analytics({ writeKey, host: url, path: '/v1/batch', maxEventsInBatch: 100, maxRetries: 30, flushInterval: 200 })
  analytics.on('error', (error) => {
    console.error(error)
    process.exitCode = 1
  })
  await each(4000, (from, to) => Promise.all(
    Array.from({ length: to - from }, (_, i) => new Promise((done) => analytics.track(message(from + i), done)))))
  await analytics.closeAndFlush({ timeout: 60_000 })
} else {
  const Analytics = require('@rudderstack/rudder-sdk-node')
  const analytics = new Analytics(writeKey, { dataPlaneUrl: url, flushAt: 100, flushInterval: 200, maxQueueSize: 1024 * 1024, retryCount: 30, logLevel: 'error' })
  await each(1000, async (from, to) => {
    for (let n = from; n < to; n++) analytics.track(message(n))
    await analytics.flush()
  })
  await analytics.flush()
}
