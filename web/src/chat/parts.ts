// What an answer holds beside its text. The shapes are those of the stream's frames and of a message's parts alike.

export type ChannelType = 'email' | 'sms' | 'push' | 'whatsapp'

export interface Recommendation {
  id: string
  name: string
  audience: { segment: string; segmentId: string; size: number; reachable: Partial<Record<ChannelType, number>>; criteria: string }
  channels: ChannelPlan[]
  evidence: { label: string; value: string; query: string }[]
  expected: { metric: string; low: number; mid: number; high: number }
  rationale: string
  provider: string
  createdAt: string
}

export interface ChannelPlan {
  type: ChannelType
  message: { subject?: string; body: string }
  timing: { kind: string; at?: string; afterEvent?: string; delay?: string; label: string }
}

export interface Chart {
  key: string
  title: string
  kind: 'line' | 'bar' | 'funnel'
  unit: 'count' | 'money' | 'percent'
  x: string[]
  series: { name: string; values: number[] }[]
  query: string
}

export interface Table {
  key: string
  title: string
  columns: { label: string; align: 'left' | 'right' }[]
  rows: string[][]
  query: string
}

export interface Source {
  label: string
  /** Exactly as it stands in the text. */
  value: string
  query: string
  demo: boolean
}

export type Part =
  | { type: 'campaign_recommendation'; key: string; data: { index: number; recommendation: Recommendation } }
  | { type: 'chart'; key: string; data: Chart }
  | { type: 'table'; key: string; data: Table }
  | { type: 'sources'; key: string; data: { items: Source[] } }
  | { type: 'auth_required'; key: string; data: { reason?: string } }

const known = new Set(['campaign_recommendation', 'chart', 'table', 'sources', 'auth_required'])

/** The parts that this version of the app can show; a newer API may send others. */
export function knownParts(parts: { type: string; key: string; data: unknown }[]): Part[] {
  return parts.filter((part): part is Part => known.has(part.type))
}

export const sourcesOf = (parts: Part[]): Source[] => parts.flatMap((part) => (part.type === 'sources' ? part.data.items : []))

/** Puts a part in its place: the same type and key replaces the earlier one, in order otherwise. */
export function putPart(parts: Part[], part: Part): Part[] {
  const at = parts.findIndex((p) => p.type === part.type && p.key === part.key)
  return at < 0 ? [...parts, part] : parts.map((p, i) => (i === at ? part : p))
}
