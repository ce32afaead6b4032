import type { Intent } from './frames'
import type { Part } from './parts'

/** Up to three questions that come naturally after an answer. */
export function followUps(parts: Part[], intent: Intent | undefined, question: string): string[] {
  const cards = parts.flatMap((p) => (p.type === 'campaign_recommendation' ? [p.data.recommendation] : []))
  const charts = parts.flatMap((p) => (p.type === 'chart' || p.type === 'table' ? [p.data.title.toLowerCase()] : []))
  const asked = question.toLowerCase()
  const found: string[] = []
  const add = (text: string) => {
    if (!found.includes(text) && text.toLowerCase() !== asked) found.push(text)
  }

  const card = cards[0]
  if (card) {
    const channels = new Set(cards.flatMap((c) => c.channels.map((ch) => ch.type)))
    add(`Why is this the right moment for ${segmentName(card.audience.segment)}?`)
    if (!channels.has('sms')) add('What would it look like as an SMS?')
    add('Which other audience is worth a campaign now?')
    add('Which channel brings the most revenue?')
  } else if (intent?.intent === 'data_question' || charts.length > 0) {
    if (charts.some((t) => t.includes('funnel'))) add('Who abandoned a cart this week, and what would bring them back?')
    if (charts.some((t) => t.includes('revenue'))) add('What changed compared with the month before?')
    if (charts.some((t) => t.includes('channel'))) add('When are my customers most active?')
    add('Which campaign would you run next, and why?')
    add('Which customers are worth the most?')
    add('Where do people drop out of my funnel?')
  }
  return found.slice(0, 3)
}

/** "cart_abandoners" → "cart abandoners". */
export const segmentName = (key: string) => key.replaceAll('_', ' ')
