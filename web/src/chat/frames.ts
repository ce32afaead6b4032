import type { Problem } from '@/api/problem'
import type { Chart, Part, Recommendation, Source, Table } from './parts'

export interface Intent {
  intent: 'general' | 'data_question' | 'campaign_recommendation' | 'campaign_management' | 'segment_management' | 'data_source_management' | 'account'
  confidence: number
  requiresAuth: boolean
  module: string
  action: string
  entities: { segment?: string; channel?: string; metric?: string; timeframe?: { from: string; to: string; label?: string }; source?: string; product?: string }
}

export interface Completion {
  messageId: string
  status: 'completed' | 'stopped' | 'failed'
  provider?: string
  usage?: { inputTokens: number; outputTokens: number }
}

export type FrameData =
  | ({ type: 'intent' } & Intent)
  | { type: 'auth_required'; reason?: string }
  | { type: 'status'; step: string; label: string }
  | { type: 'chunk'; content: string }
  | ({ type: 'chart' } & Chart)
  | ({ type: 'table' } & Table)
  | { type: 'campaign_recommendation'; index: number; recommendation: Recommendation }
  | { type: 'sources'; items: Source[] }
  | { type: 'reset'; attempt: number }
  | { type: 'error'; problem: Problem }
  | ({ type: 'complete' } & Completion)

/**
 * One event of a turn's stream: `<attempt>-<seq>` orders them. A seq of 0 stands for frames whose own numbers are lost;
 * several in a row carry it, and it says nothing about what was seen.
 */
export interface Frame {
  attempt: number
  seq: number
  data: FrameData
}

const partTypes = new Set(['chart', 'table', 'campaign_recommendation', 'sources', 'auth_required'])
const types = new Set([...partTypes, 'intent', 'status', 'chunk', 'reset', 'error', 'complete'])

/** Reads an event as the API sends it; undefined for what this version does not know. */
export function parseFrame(event: { id?: string; event?: string; data: string }): Frame | undefined {
  const place = /^(\d+)-(\d+)$/.exec(event.id ?? '')
  const type = event.event
  if (!place || !type || !types.has(type)) return undefined
  let raw: object
  try {
    raw = JSON.parse(event.data) as object
  } catch {
    return undefined
  }
  // A problem document has a "type" of its own, so the event's name decides.
  const data = type === 'error' ? { type, problem: raw } : { ...raw, type }
  return { attempt: Number(place[1]), seq: Number(place[2]), data: data as FrameData }
}

/** The part a frame carries, with the key that identifies it within the message. */
export function partOf(data: FrameData): Part | undefined {
  if (!partTypes.has(data.type)) return undefined
  const { type, ...rest } = data as { type: Part['type']; key?: string; index?: number }
  return { type, key: rest.key ?? (rest.index === undefined ? '' : String(rest.index)), data: rest } as Part
}
