import type { LearnedEvidence, LearnedLevel, LearningOutputBody } from '@/api/generated'

const none: LearnedEvidence = { positive: 0, negative: 0, neutral: 0, outcomes: 0, outcomeMessages: 0, revenue: 0, messages: 0, opened: 0, clicked: 0, ordered: 0, visits: 0, visitOrders: 0, weight: 0 }

function level(of: Partial<LearnedLevel>, evidence: Partial<LearnedEvidence> = {}): LearnedLevel {
  return {
    mean: 0.0171, low: 0.006, high: 0.033, alpha: 4.1, beta: 236, priorMean: 0.0171, priorMessages: 240, shrunk: 1, compared: 'alike',
    words: 'Going by messages like them, as nothing is known of these yet.', ...of, evidence: { ...none, ...evidence },
  }
}

/** What a workspace has learned: nothing, or a little of SMS and email to cart abandoners. */
export function learning(some: boolean): LearningOutputBody {
  const body: LearningOutputBody = {
    pending: false, halfLifeDays: 90, spread: 1, global: 0.0171, globalSource: 'automated emails across retail, the median (Klaviyo benchmark 2024)',
    workspace: level({}), channels: (['email', 'sms', 'push', 'whatsapp'] as const).map((channel) => level({ channel })),
    hours: [], cells: [], total: 0, changes: [], queries: { ratings: '', traffic: '' },
  }
  if (!some) return body
  const ratings = { positive: 1, negative: 6 }
  const sms = { segment: 'cart_abandoners', segmentName: 'Cart abandoners', channel: 'sms' as const, mean: 0.009, low: 0.003, high: 0.016, shrunk: 0.4, compared: 'worse' as const }
  return {
    ...body,
    learnedAt: new Date(Date.now() - 120_000).toISOString(),
    workspace: level({ shrunk: 0.3, words: 'Messages here bring about 2.0 orders for 100 messages (90% interval 1.5 to 2.6); other shops see 1.7.' }, { ...ratings, messages: 1840, clicked: 120, ordered: 38 }),
    hours: [level({ channel: 'email', hourBand: 'evening', mean: 0.026, low: 0.018, high: 0.035, shrunk: 0.31, compared: 'better' }, { messages: 1840, clicked: 120, ordered: 38 })],
    cells: [level(sms, ratings), level({ ...sms, hourBand: 'on_event' }, ratings)],
    total: 2,
    changes: [{ segment: 'cart_abandoners', channel: 'sms', hourBand: 'on_event', at: new Date(Date.now() - 120_000).toISOString(), before: 0.017, after: 0.009, words: 'SMS to cart abandoners a while after something they did: 6 more negative ratings; from 1.7 to 0.9 orders for 100 messages.' }],
  }
}
