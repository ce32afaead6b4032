import type { FrameData, Intent } from '@/chat/frames'
import type { Chart, Recommendation, Source, Table } from '@/chat/parts'

// Answers as the built-in analyst gives them, for development and for the tests of components.

const segmentSql = `SELECT s.key, count(*) AS size
FROM segment_members m
JOIN segments s ON s.id = m.segment_id
WHERE m.workspace_id = $1
GROUP BY s.key`

export const recoveryCard: Recommendation = {
  id: '0199f000-0000-7000-8000-00000000c001',
  name: 'Bring back this week’s open carts',
  audience: {
    segment: 'Cart abandoners',
    segmentId: '0199f000-0000-7000-8000-00000000a001',
    size: 1284,
    reachable: { email: 1046, sms: 611, push: 298, whatsapp: 402 },
    criteria: 'Added a product or began a checkout in the last 7 days, and has not ordered since',
  },
  channels: [
    {
      type: 'email',
      message: {
        subject: '{{ first_name | default: "Hello" }}, your cart is waiting',
        body: 'Hi {{ first_name | default: "there" }},\n\nyou left {{ last_product | default: "something" }} in your cart. We kept it for you, in your size.\n\nFinish your order by tomorrow evening and shipping is on us: {{ cart_url }}\n\nQuestions? Just answer this mail.\nYour team at {{ company_name }}',
      },
      timing: { kind: 'after_event', afterEvent: 'checkout_started', delay: '4h', label: '4 hours after the cart was left' },
    },
    {
      type: 'sms',
      message: { body: '{{ company_name }}: {{ first_name | default: "Hi" }}, your cart is still here. Free shipping until tomorrow: {{ cart_url }} Opt out: STOP' },
      timing: { kind: 'after_event', afterEvent: 'checkout_started', delay: '24h', label: '24 hours after the cart was left, by day only' },
    },
    {
      type: 'push',
      message: { subject: 'Still thinking it over?', body: '{{ last_product | default: "Your cart" }} is waiting for you, with free shipping until tomorrow.' },
      timing: { kind: 'after_event', afterEvent: 'checkout_started', delay: '2h', label: '2 hours after the cart was left' },
    },
    {
      type: 'whatsapp',
      message: { body: 'Hi {{ first_name }} 👋\n\nyour cart at {{ company_name }} is saved. Shall we help you choose? Just reply here.' },
      timing: { kind: 'recipient_local', label: 'Around 18:00 in each person’s own time zone' },
    },
  ],
  evidence: [
    { label: 'People in Cart abandoners', value: '1,284', query: segmentSql },
    { label: 'Share of all customers', value: '10.3%', query: segmentSql },
    { label: 'In open carts', value: '€107,856.40', query: segmentSql },
    { label: 'Average order', value: '€84.00', query: segmentSql },
  ],
  expected: { metric: 'conversion_rate', low: 0.041, mid: 0.058, high: 0.079 },
  rationale: 'Aim: finish the order. It fits cart abandoners, because they chose a product within the last week and most carts that are finished late are finished within two days.',
  provider: 'analyst',
  createdAt: '2026-11-24T09:00:00Z',
}

export const vipCard: Recommendation = {
  ...recoveryCard,
  id: '0199f000-0000-7000-8000-00000000c002',
  name: 'A first look for your best customers',
  audience: {
    segment: 'High-value customers',
    segmentId: '0199f000-0000-7000-8000-00000000a002',
    size: 388,
    reachable: { email: 351, sms: 204 },
    criteria: 'Among the tenth of customers who spent the most over their lifetime',
  },
  channels: [
    {
      type: 'email',
      message: {
        subject: 'Before anyone else, {{ first_name | default: "you" }}',
        body: 'Hi {{ first_name | default: "there" }},\n\nthe winter collection opens on Thursday. For you it is open now.\n\nHave a look: {{ shop_url }}\n\n{{ company_name }}',
      },
      timing: { kind: 'best_time', label: 'At each person’s best hour; this segment is most active around 20:00 (Europe/Berlin)' },
    },
  ],
  evidence: [
    { label: 'People in High-value customers', value: '388', query: segmentSql },
    { label: 'Spent so far, all together', value: '€412,930.00', query: segmentSql },
    { label: 'Average order', value: '€148.20', query: segmentSql },
  ],
  expected: { metric: 'revenue', low: 4100, mid: 7350, high: 11200 },
  rationale: 'Aim: keep them close. They order 1.9 times a month, and being first costs no margin.',
}

export const funnelChart: Chart = {
  key: 'funnel',
  title: 'Funnel, last 30 days',
  kind: 'funnel',
  unit: 'count',
  x: ['Visited', 'Viewed a product', 'Added to cart', 'Began checkout', 'Ordered'],
  series: [{ name: 'Customers', values: [9214, 7310, 2871, 1644, 982] }],
  query: "SELECT type, count(DISTINCT customer_id)\nFROM events\nWHERE workspace_id = $1 AND occurred_at >= now() - interval '30 days'\nGROUP BY type",
}

export const revenueChart: Chart = {
  key: 'revenue',
  title: 'Revenue by day, last 30 days',
  kind: 'line',
  unit: 'money',
  x: Array.from({ length: 30 }, (_, i) => new Date(Date.UTC(2026, 9, 26 + i)).toISOString().slice(0, 10)),
  series: [
    { name: 'Revenue', values: Array.from({ length: 30 }, (_, i) => Math.round(2400 + 900 * Math.sin(i / 1.1) + i * 38 + ((i * 7919) % 311))) },
    { name: 'The 30 days before', values: Array.from({ length: 30 }, (_, i) => Math.round(2150 + 760 * Math.sin(i / 1.1 + 0.4) + ((i * 6113) % 277))) },
  ],
  query: "SELECT date_trunc('day', occurred_at AT TIME ZONE $2), sum(revenue)\nFROM events\nWHERE workspace_id = $1\nGROUP BY 1\nORDER BY 1",
}

export const channelTable: Table = {
  key: 'channels',
  title: 'What each channel brought, last 90 days',
  columns: [
    { label: 'Channel', align: 'left' },
    { label: 'Visits', align: 'right' },
    { label: 'Orders', align: 'right' },
    { label: 'Conversion', align: 'right' },
    { label: 'Revenue', align: 'right' },
  ],
  rows: [
    ['Email', '18,204', '912', '5.0%', '€76,610.40'],
    ['Organic search', '41,870', '870', '2.1%', '€71,180.00'],
    ['Paid social', '36,115', '402', '1.1%', '€30,930.80'],
    ['Direct', '12,660', '377', '3.0%', '€33,120.10'],
  ],
  query: 'SELECT channel, count(*) FILTER (WHERE type = \'page_viewed\'), …\nFROM events\nWHERE workspace_id = $1\nGROUP BY channel',
}

const source = (label: string, value: string): Source => ({ label, value, query: segmentSql, demo: true })

export interface Script {
  intent: Omit<Intent, 'confidence'>
  steps: FrameData[]
  text: string
  parts: FrameData[]
  sources: Source[]
}

const intent = (name: Intent['intent'], module: string, action: string): Script['intent'] => ({
  intent: name,
  requiresAuth: name !== 'general',
  module,
  action,
  entities: {},
})

/** The answer to a question, chosen by its words. */
export function scriptFor(question: string): Script {
  if (/revenue|develop|channel/i.test(question)) {
    return {
      intent: intent('data_question', 'analytics', 'view'),
      steps: [
        { type: 'status', step: 'reading', label: 'Reading 182,340 events…' },
        { type: 'status', step: 'comparing', label: 'Comparing with the 30 days before…' },
      ],
      text: 'Over the last 30 days you made **€88,214.60** from 982 orders, which is **14.2%** more than in the 30 days before.\n\n- The growth comes from *more orders* (982 against 861), not from larger ones.\n- Email brings the most: €76,610.40 in 90 days, at a conversion of 5.0%.\n\n_These figures include demo data._',
      parts: [
        { type: 'chart', ...revenueChart },
        { type: 'table', ...channelTable },
      ],
      sources: [source('Revenue, last 30 days', '€88,214.60'), source('Change of revenue', '14.2%'), source('Orders, last 30 days', '982'), source('Orders, the 30 days before', '861'), source('Revenue by email, last 90 days', '€76,610.40')],
    }
  }
  if (/drop out|funnel/i.test(question)) {
    return {
      intent: intent('data_question', 'analytics', 'explain'),
      steps: [{ type: 'status', step: 'reading', label: 'Reading 182,340 events…' }],
      text: 'Most people are lost **between the product and the cart**: of 7,310 who looked at a product, 2,871 put one in the cart (39.3%).\n\nOnce in the cart, 57.3% begin the checkout, and 59.7% of those order.',
      parts: [{ type: 'chart', ...funnelChart }],
      sources: [source('Viewed a product', '7,310'), source('Added to cart', '2,871'), source('Rate to cart', '39.3%')],
    }
  }
  if (/cart|best customers|win|campaign|audience/i.test(question)) {
    return {
      intent: { ...intent('campaign_recommendation', 'campaigns', 'recommend'), entities: { segment: 'cart_abandoners' } },
      steps: [
        { type: 'status', step: 'reading', label: 'Reading 182,340 events…' },
        { type: 'status', step: 'segments', label: 'Finding who left a cart behind…' },
        { type: 'status', step: 'cards', label: 'Writing campaign ideas…' },
      ],
      text: '**1,284 customers** left a cart behind in the last 7 days, with **€107,856.40** in it. That is 10.3% of all your customers.\n\n1,046 of them can be written to by email and 611 by SMS. They come back most often around 18:00, so a reminder four hours after the cart reaches most of them on the same day.\n\nHere is what I would send:',
      parts: [
        { type: 'campaign_recommendation', index: 0, recommendation: recoveryCard },
        { type: 'campaign_recommendation', index: 1, recommendation: vipCard },
      ],
      sources: [source('Cart abandoners, last 7 days', '1,284'), source('In open carts', '€107,856.40'), source('Share of all customers', '10.3%'), source('Reachable by email', '1,046'), source('Reachable by SMS', '611')],
    }
  }
  return {
    intent: intent('general', 'chat', 'explain'),
    steps: [],
    text: 'PulseHub answers questions about your customers from **every event** your shop has, and proposes campaigns that fit them:\n\n1. **Ask** who left a cart, who stopped buying, or which channel pays.\n2. **Check** each number: it names the query it came from.\n3. **Send** by email, SMS, push or WhatsApp.\n\nConnect a shop or load demo data to begin.',
    parts: [],
    sources: [],
  }
}
