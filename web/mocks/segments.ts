import type { Segment, SegmentCustomer } from '@/api/generated'
import { http, HttpResponse, type HttpHandler } from 'msw'
import type { Rule } from '../src/audience/rule.ts'
import { segmentFields } from './segmentFields.ts'

interface Fault {
  field: string
  message: string
}

const problem = (status: number, code: string, detail: string, extra: object = {}) =>
  HttpResponse.json({ type: `https://pulsehub.dev/problems/${code}`, title: code, status, code, detail, instance: 'mock', ...extra }, { status, headers: { 'Content-Type': 'application/problem+json' } })

const day = 86_400_000
let count = 0
const newId = () => `0199e000-0000-7000-8000-${(++count).toString(16).padStart(12, '0')}`

function segment(name: string, standard: boolean, size: number, criteria: string, rule: Rule): Segment {
  const now = Date.now()
  const history = Array.from({ length: 12 }, (_, i) => ({ at: new Date(now - (11 - i) * day).toISOString(), count: Math.round(size * (1 + Math.sin(i) / 20 - (11 - i) / 60)) }))
  const at = new Date(now).toISOString()
  return { id: newId(), name, description: '', standard, rule, criteria, count: size, countedAt: at, history, createdAt: at, updatedAt: at }
}

const people: SegmentCustomer[] = Array.from({ length: 120 }, (_, i) => ({
  id: `0199d000-0000-7000-8000-${i.toString(16).padStart(12, '0')}`,
  name: i % 7 === 3 ? '' : `${['Ada', 'Grace', 'Edsger', 'Barbara', 'Alan', 'Radia'][i % 6]} ${['Keller', 'Hopper', 'Liskov', 'Perlman', 'Turing'][i % 5]}`,
  email: i % 7 === 3 ? undefined : `customer${i}@example.com`,
  city: 'Berlin',
  country: 'DE',
  orders: i % 5,
  channels: i % 7 === 3 ? [] : ['email'],
  revenue: { amount: `${(i % 5) * 84}.50`, currency: 'EUR' },
  lastSeenAt: new Date(Date.now() - i * 3_600_000).toISOString(),
  since: new Date(Date.now() - i * day).toISOString(),
}))

/** What is wrong with a rule, as far as a builder can get it wrong. */
function faultsOf(rule: Rule, at = 'body.rule'): Fault[] {
  switch (rule.type) {
    case 'and':
    case 'or':
      return rule.rules.length === 0 ? [{ field: `${at}/rules`, message: 'give a list of 1 to 50 rules' }] : rule.rules.flatMap((child, i) => faultsOf(child, `${at}/rules/${i}`))
    case 'not':
      return faultsOf(rule.rule, `${at}/rule`)
    case 'feature': {
      const field = segmentFields.fields.find((f) => f.kind === 'feature' && f.name === rule.feature)
      if (field?.type === 'number' && typeof rule.value !== 'number' && !Array.isArray(rule.value)) return [{ field: `${at}/value`, message: 'give a whole number' }]
      return []
    }
    case 'event':
      return rule.within?.days !== undefined && rule.within.days > 3650 ? [{ field: `${at}/within/days`, message: 'give a whole number from 1 to 3650' }] : []
    default:
      return []
  }
}

/** Segments in memory, one set for each server: the rules are not run, and counts only follow from how a rule is written. */
export function segmentHandlers(signedIn: (request: Request) => boolean): HttpHandler[] {
  const segments = [
    segment('Cart abandoners', true, 1284, 'Put something into the cart in the last 7 days, and have not ordered since', {
      type: 'and',
      rules: [
        { type: 'feature', feature: 'days_since_cart', op: 'lte', value: 7 },
        { type: 'feature', feature: 'hours_since_cart', op: 'gte', value: 1 },
      ],
    }),
    segment('Repeat customers', true, 3107, 'Have ordered twice or more', { type: 'feature', feature: 'orders', op: 'gte', value: 2 }),
    segment('German regulars', false, 412, 'Country is "DE", and ordered at least twice in the last 90 days', {
      type: 'and',
      rules: [
        { type: 'attribute', attribute: 'country', op: 'eq', value: 'DE' },
        { type: 'event', event: 'order_completed', count: { op: 'gte', value: 2 }, within: { days: 90 } },
      ],
    }),
  ]
  const find = (id: unknown) => segments.find((s) => s.id === id)
  const missing = () => problem(404, 'not_found', 'There is no such segment.')
  const refused = (faults: Fault[]) => problem(422, 'invalid_rule', `This rule cannot be used. ${faults[0]!.message}.`, { errors: faults })
  const sizeOf = (rule: Rule) => JSON.stringify(rule).length * 7
  const guard = (request: Request) => (signedIn(request) ? undefined : problem(401, 'unauthenticated', 'Please sign in.'))

  return [
    http.get('*/api/segments', ({ request }) => guard(request) ?? HttpResponse.json({ items: [...segments.filter((s) => s.standard), ...segments.filter((s) => !s.standard).reverse()] })),
    http.post('*/api/segments', async ({ request }) => {
      const body = (await request.json()) as { name: string; description?: string; rule: Rule }
      const faults = faultsOf(body.rule)
      if (faults.length > 0) return refused(faults)
      if (segments.some((s) => s.name === body.name)) {
        return problem(409, 'name_taken', `There is a segment "${body.name}" already.`, { errors: [{ field: 'body.name', message: 'give a name that no other segment has' }] })
      }
      const made = { ...segment(body.name, false, sizeOf(body.rule), 'As it was built', body.rule), description: body.description ?? '' }
      segments.push(made)
      return HttpResponse.json(made, { status: 201 })
    }),
    http.get('*/api/segments/fields', () => HttpResponse.json(segmentFields)),
    http.post('*/api/segments/preview', async ({ request }) => {
      const { rule } = (await request.json()) as { rule: Rule }
      const faults = faultsOf(rule)
      if (faults.length > 0) return refused(faults)
      return HttpResponse.json({ count: sizeOf(rule), sample: people.slice(0, 10), tookMs: 12.4, criteria: 'As it is being built', query: 'SELECT count(*) FROM customers' })
    }),
    http.post('*/api/segments/parse', async ({ request }) => {
      const { text } = (await request.json()) as { text: string }
      if (!/german/i.test(text)) return problem(422, 'not_understood', 'I could not make a rule of this.', { errors: [{ field: 'body.text', message: 'say who is meant in other words' }], unsure: [`I did not understand "${text}"`] })
      return HttpResponse.json({
        rule: {
          type: 'and',
          rules: [
            { type: 'attribute', attribute: 'country', op: 'eq', value: 'DE' },
            { type: 'event', event: 'order_completed', count: { op: 'gte', value: 2 }, within: { days: 90 } },
          ],
        },
        criteria: 'Country is "DE", and ordered at least twice in the last 90 days',
        unsure: text.includes('cats') ? ['I did not understand "love cats"'] : [],
        provider: 'analyst',
      })
    }),
    http.get('*/api/segments/:id', ({ params }) => {
      const found = find(params.id)
      return found ? HttpResponse.json(found) : missing()
    }),
    http.patch('*/api/segments/:id', async ({ request, params }) => {
      const found = find(params.id)
      if (!found) return missing()
      if (found.standard) return problem(403, 'standard_segment', 'This is a standard segment: it cannot be changed.')
      const body = (await request.json()) as { name?: string; description?: string; rule?: Rule }
      const faults = body.rule ? faultsOf(body.rule) : []
      if (faults.length > 0) return refused(faults)
      Object.assign(found, body, body.rule && { count: sizeOf(body.rule) })
      return HttpResponse.json(found)
    }),
    http.delete('*/api/segments/:id', ({ params }) => {
      const found = find(params.id)
      if (!found) return missing()
      if (found.standard) return problem(403, 'standard_segment', 'This is a standard segment: it cannot be deleted.')
      segments.splice(segments.indexOf(found), 1)
      return new HttpResponse(null, { status: 204 })
    }),
    http.get('*/api/segments/:id/customers', ({ request, params }) => {
      if (!find(params.id)) return missing()
      const query = new URL(request.url).searchParams
      const [at, limit] = [Number(query.get('cursor') ?? 0), Number(query.get('limit') ?? 50)]
      return HttpResponse.json({ items: people.slice(at, at + limit), nextCursor: at + limit < people.length ? String(at + limit) : undefined })
    }),
  ]
}
