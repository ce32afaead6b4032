import { describe, expect, it } from 'vitest'
import { segmentFields } from '@mocks/segmentFields'
import { blankValue, choicesOf, fieldOf, shapeOf } from './catalogue'
import { numberOf } from './controls'
import { draftOf, emptyGroup, faultsOf, replace, toRule, unfinished, type GroupDraft, type Rule } from './rule'
import { localOf, momentOf } from './zone'

const orders = (value: number): Rule => ({ type: 'feature', feature: 'orders', op: 'gte', value })
const takesValue = ({ field, op }: { field: string; op: string }) => shapeOf(fieldOf(segmentFields, 'attribute', field), op).arity !== 'none'

const rules: Record<string, Rule> = {
  'one condition without a group': orders(2),
  'a condition under not': { type: 'not', rule: orders(1) },
  'a group of one': { type: 'and', rules: [orders(1)] },
  'none of': { type: 'not', rule: { type: 'or', rules: [orders(1), { type: 'member', segmentId: '0b8f6c52-6a39-5f0e-9d1e-5b6f1d5a9c02' }] } },
  'not of not': { type: 'and', rules: [{ type: 'not', rule: { type: 'not', rule: orders(3) } }] },
  'groups in groups': { type: 'or', rules: [{ type: 'and', rules: [orders(1), { type: 'or', rules: [{ type: 'not', rule: orders(2) }] }] }, orders(9)] },
  'every shape of a value': {
    type: 'and',
    rules: [
      { type: 'attribute', attribute: 'email', op: 'exists' },
      { type: 'attribute', attribute: 'country', op: 'in', value: ['DE', 'AT'] },
      { type: 'attribute', attribute: 'consent.email', op: 'eq', value: false },
      { type: 'attribute', attribute: 'created_at', op: 'before', value: '2026-11-25T09:30:15.25Z' },
      { type: 'attribute', attribute: 'attributes.plan', op: 'eq', value: 0 },
      { type: 'feature', feature: 'revenue', op: 'top_percent', value: 10 },
      { type: 'feature', feature: 'average_order', op: 'between', value: [0, 99.5] },
    ],
  },
  'every part of an event': {
    type: 'and',
    rules: [
      { type: 'event', event: 'order_completed' },
      { type: 'event', event: 'order_completed', count: { op: 'eq', value: 0 }, within: { hours: 36 } },
      { type: 'event', event: 'custom', name: 'quiz_finished', within: { from: '2026-11-01T00:00:00Z' } },
      {
        type: 'event',
        event: 'product_viewed',
        count: { op: 'gte', value: 3 },
        within: { from: '2026-01-01T00:00:00Z', to: '2026-02-01T00:00:00Z' },
        where: [
          { property: 'product', op: 'contains', value: 'lamp' },
          { property: 'coupon', op: 'not_exists' },
        ],
      },
    ],
  },
}

describe('a rule', () => {
  it.each(Object.entries(rules))('is the same after it was opened in the builder: %s', (_name, rule) => {
    expect(toRule(draftOf(rule)).rule).toEqual(rule)
    expect(unfinished(draftOf(rule), takesValue)).toBe(false)
  })

  it('gets its group when a second condition comes to a first without one', () => {
    const root = draftOf(orders(2))
    const more: GroupDraft = { ...root, children: [...root.children, ...draftOf(orders(5)).children] }
    expect(toRule(more).rule).toEqual({ type: 'and', rules: [orders(2), orders(5)] })
  })

  it('keeps the nodes that an edit does not touch', () => {
    const root = draftOf(rules['groups in groups']!)
    const last = root.children[1]!
    const edited = replace(root, last.key, () => null)
    expect(edited.children).toEqual([root.children[0]])
    expect(edited.children[0]).toBe(root.children[0])
  })

  it('is unfinished as long as something is to be filled in', () => {
    const made = (id: string) => choicesOf(segmentFields).find((c) => c.id === id)!.make()
    for (const id of ['feature:orders', 'attribute:city', 'attribute:own', 'event:custom', 'member']) expect(unfinished(emptyGroup('and', [made(id)]), takesValue), id).toBe(true)
    for (const id of ['event:order_completed', 'feature:open_cart', 'attribute:consent.sms']) expect(unfinished(emptyGroup('and', [made(id)]), takesValue), id).toBe(false)
    expect(unfinished(emptyGroup(), takesValue)).toBe(true)
  })

  it('leaves out what is not given, for the API to say what it wants', () => {
    const made = choicesOf(segmentFields).find((c) => c.id === 'feature:orders')!.make()
    expect(toRule(emptyGroup('and', [made])).rule).toEqual({ type: 'and', rules: [{ type: 'feature', feature: 'orders', op: 'gte' }] })
  })

  it('offers every field and event that the API knows, each once', () => {
    const choices = choicesOf(segmentFields)
    for (const f of segmentFields.fields.filter((f) => f.kind !== 'property')) expect(choices.filter((c) => c.id === `${f.kind}:${f.name}`)).toHaveLength(1)
    for (const e of segmentFields.events) expect(choices.filter((c) => c.id === `event:${e.name}`)).toHaveLength(1)
  })
})

describe('a fault', () => {
  const root = draftOf({ type: 'and', rules: [orders(1), { type: 'not', rule: { type: 'or', rules: [rules['every part of an event']!, orders(2)] } }] })
  const { places } = toRule(root)
  const at = (field: string) => [...faultsOf([{ field, message: 'give a whole number' }], places, root.key)]
  const inner = root.children[1] as GroupDraft

  it('is told at the condition it points into, with the part', () => {
    expect(at('body.rule/rules/0/value')).toEqual([[root.children[0]!.key, [{ part: '/value', message: 'Give a whole number.' }]]])
    expect(at('body.rule/rules/1/rule/rules/1/op')[0]).toEqual([inner.children[1]!.key, [expect.objectContaining({ part: '/op' })]])
    const events = inner.children[0] as GroupDraft
    expect(at('body.rule/rules/1/rule/rules/0/rules/3/where/1/value')[0]).toEqual([events.children[3]!.key, [expect.objectContaining({ part: '/where/1/value' })]])
    expect(at('body.rule/rules/1')[0]![0]).toBe(inner.key)
  })

  it('of the whole rule is told at the root, and one of another field nowhere', () => {
    expect(at('body.rule')[0]![0]).toBe(root.key)
    expect(at('body.name')).toEqual([])
  })

  it('points to the condition itself where the rule has no group', () => {
    const single = draftOf({ type: 'not', rule: orders(1) })
    const found = faultsOf([{ field: 'body.rule/rule/value', message: 'x' }], toRule(single).places, single.key)
    expect([...found.keys()]).toEqual([single.children[0]!.key])
  })
})

describe('a value', () => {
  it('stays where the next operator takes the same, and begins anew where it does not', () => {
    const field = fieldOf(segmentFields, 'feature', 'orders')
    const before = { shape: shapeOf(field, 'gte'), value: 3 }
    expect(blankValue(shapeOf(field, 'lt'), before)).toBe(3)
    expect(blankValue(shapeOf(field, 'between'), before)).toEqual([null, null])
    const city = fieldOf(segmentFields, 'attribute', 'city')
    expect(blankValue(shapeOf(city, 'in'), { shape: shapeOf(city, 'eq'), value: 'Berlin' })).toEqual(['Berlin'])
    expect(blankValue(shapeOf(city, 'exists'), { shape: shapeOf(city, 'eq'), value: 'Berlin' })).toBeUndefined()
  })

  it('is a number with either decimal mark, and a text where it is none', () => {
    expect([numberOf('1,5'), numberOf(' 20 '), numberOf('-3.25'), numberOf('twelve'), numberOf('1e9')]).toEqual([1.5, 20, -3.25, 'twelve', '1e9'])
  })
})

describe('a time', () => {
  it.each([
    ['2026-11-25T00:00:00Z', 'Europe/Berlin', '2026-11-25T01:00'],
    ['2026-07-01T12:30:00Z', 'America/New_York', '2026-07-01T08:30'],
    ['2026-10-25T00:30:00Z', 'Europe/Berlin', '2026-10-25T02:30'], // shown twice: this is the first
    ['2026-03-29T01:30:00Z', 'Europe/Berlin', '2026-03-29T03:30'], // after they went forward
    ['2026-11-01T05:30:00Z', 'America/New_York', '2026-11-01T01:30'], // shown twice: this is the first
    ['2026-01-01T00:00:00Z', 'Asia/Kolkata', '2026-01-01T05:30'],
  ])('%s in %s is %s, and back', (moment, zone, local) => {
    expect(localOf(moment, zone)).toBe(local)
    expect(momentOf(local, zone)).toBe(moment)
  })

  it('that the clock skips lies behind the gap', () => {
    expect(localOf(momentOf('2026-03-29T02:30', 'Europe/Berlin'), 'Europe/Berlin')).toBe('2026-03-29T03:30')
  })

  it('that is none is empty', () => {
    expect(localOf('', 'UTC')).toBe('')
    expect(momentOf('', 'UTC')).toBe('')
  })
})
