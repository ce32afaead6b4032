import type { SegmentEvent, SegmentField, SegmentFields } from '@/api/generated'
import { newKey, type ConditionDraft, type DraftValue } from './rule'

/** What a condition takes beside its operator. */
export interface Shape {
  arity: 'none' | 'one' | 'pair' | 'list'
  kind: 'text' | 'number' | 'money' | 'percent' | 'days' | 'hours' | 'boolean' | 'time' | 'any'
}

export type Field = Pick<SegmentField, 'name' | 'label' | 'type' | 'ops' | 'unit' | 'kind'>

/** The prefix of attributes that a workspace's own sources send. */
export const customPrefix = 'attributes.'

// What can be asked of attributes and properties whose type their source decides. The API checks it.
const openOps = ['eq', 'ne', 'in', 'not_in', 'gt', 'gte', 'lt', 'lte', 'between', 'contains', 'not_contains', 'starts_with', 'ends_with', 'exists', 'not_exists']

/** A field by its name; one of the workspace's own where the catalogue has none. */
export function fieldOf(fields: SegmentFields | undefined, kind: Field['kind'], name: string): Field {
  const known = fields?.fields.find((f) => f.kind === kind && f.name === name)
  return known ?? { kind, name, label: name.replace(/^(attributes|properties)\./, ''), type: 'any', ops: openOps }
}

/** Whether the field has a name that the workspace's own sources gave it. */
export const isOwn = (fields: SegmentFields | undefined, kind: Field['kind'], name: string) => !fields?.fields.some((f) => f.kind === kind && f.name === name)

export function eventOf(fields: SegmentFields | undefined, name: string): SegmentEvent {
  return fields?.events.find((e) => e.name === name) ?? { name, label: name }
}

export const capital = (s: string) => s.charAt(0).toUpperCase() + s.slice(1)

export function shapeOf(field: Field, op: string): Shape {
  switch (op) {
    case 'exists':
    case 'not_exists':
      return { arity: 'none', kind: 'text' }
    case 'top_percent':
      return { arity: 'one', kind: 'percent' }
    case 'in_last_days':
    case 'older_than_days':
      return { arity: 'one', kind: 'days' }
    case 'contains':
    case 'not_contains':
    case 'starts_with':
    case 'ends_with':
      return { arity: 'one', kind: 'text' }
  }
  const kind = field.type === 'age' ? (field.unit ?? 'days') : field.type === 'any' && ['gt', 'gte', 'lt', 'lte', 'between'].includes(op) ? 'number' : field.type
  return { arity: op === 'between' ? 'pair' : op === 'in' || op === 'not_in' ? 'list' : 'one', kind }
}

/** A value of that shape to begin with: what is there already, if it fits. */
export function blankValue(shape: Shape, before?: { shape: Shape; value: DraftValue }): DraftValue {
  if (before?.shape.arity === shape.arity && before.shape.kind === shape.kind) return before.value
  switch (shape.arity) {
    case 'none':
      return undefined
    case 'pair':
      return [null, null]
    case 'list':
      return before?.shape.arity === 'one' && before.shape.kind === shape.kind && before.value !== undefined && before.value !== '' ? [before.value as string] : []
    case 'one':
      return shape.kind === 'boolean' ? true : ''
  }
}

const words: Record<string, string> = {
  eq: 'is',
  ne: 'is not',
  gt: 'more than',
  gte: 'at least',
  lt: 'less than',
  lte: 'at most',
  between: 'between',
  in: 'is one of',
  not_in: 'is none of',
  contains: 'contains',
  not_contains: 'does not contain',
  starts_with: 'starts with',
  ends_with: 'ends with',
  exists: 'is known',
  not_exists: 'is not known',
  before: 'before',
  after: 'on or after',
  in_last_days: 'in the last',
  older_than_days: 'longer ago than',
  top_percent: 'in the top',
}

export const opWords = (op: string) => words[op] ?? op

/** What the builder offers to compare, and the condition that each begins with. */
export interface Choice {
  id: string
  group: string
  label: string
  make: () => ConditionDraft
}

export function choicesOf(fields: SegmentFields): Choice[] {
  const choice = (f: SegmentField): Choice => ({
    id: `${f.kind}:${f.name}`,
    group: f.name.startsWith('consent.') ? 'Consent' : f.kind === 'attribute' ? 'Profile' : 'Behaviour',
    label: capital(f.label),
    make: () => {
      const op = firstOp(f)
      return { key: newKey(), not: 0, kind: 'field', node: f.kind === 'attribute' ? 'attribute' : 'feature', field: f.name, op, value: blankValue(shapeOf(f, op)) }
    },
  })
  const attributes = fields.fields.filter((f) => f.kind === 'attribute').map(choice)
  return [
    ...fields.fields.filter((f) => f.kind === 'feature').map(choice),
    ...fields.events.map((e): Choice => ({
      id: `event:${e.name}`,
      group: 'Events',
      label: e.name === 'custom' ? 'An event of your own…' : capital(e.label),
      make: () => ({ key: newKey(), not: 0, kind: 'event', event: e.name, ...(e.name === 'custom' && { name: '' }), within: { days: 30 }, where: [] }),
    })),
    ...attributes.filter((c) => c.group === 'Profile'),
    { id: 'attribute:own', group: 'Profile', label: 'An attribute of your own…', make: () => ({ key: newKey(), not: 0, kind: 'field', node: 'attribute', field: customPrefix, op: 'eq', value: '' }) },
    ...attributes.filter((c) => c.group === 'Consent'),
    { id: 'member', group: 'Segments', label: 'Member of a segment', make: () => ({ key: newKey(), not: 0, kind: 'member', segmentId: '' }) },
  ]
}

// Most people who ask for a number want "at least", and for an age "at most".
const firstOp = (f: Field) => (f.type === 'number' || f.type === 'money' ? 'gte' : f.type === 'age' ? 'lte' : f.type === 'time' ? 'in_last_days' : f.ops[0]!)

/** What stands behind a number, in words. */
export function unitOf(kind: Shape['kind'], currency: string): string {
  switch (kind) {
    case 'money':
      return currency
    case 'percent':
      return '%'
    case 'days':
      return 'days'
    case 'hours':
      return 'hours'
    default:
      return ''
  }
}
