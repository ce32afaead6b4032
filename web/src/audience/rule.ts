// A segment's rule as the API has it, and as the builder edits it. toRule(draftOf(rule)) is the rule again, member for member.

export type Scalar = string | number | boolean
export type Value = Scalar | Scalar[]

export interface Count {
  op: string
  value: number
}

export interface Within {
  days?: number
  hours?: number
  from?: string
  to?: string
}

export interface Where {
  property: string
  op: string
  value?: Value
}

/** A rule's node, discriminated by its type. */
export type Rule =
  | { type: 'and' | 'or'; rules: Rule[] }
  | { type: 'not'; rule: Rule }
  | { type: 'attribute'; attribute: string; op: string; value?: Value }
  | { type: 'feature'; feature: string; op: string; value?: Value }
  | { type: 'event'; event: string; name?: string; count?: Count; within?: Within; where?: Where[] }
  | { type: 'member'; segmentId: string }

/** What stands in a value's place. An empty string or null is one that is still to be given. */
export type DraftValue = Scalar | (Scalar | null)[] | undefined

interface Node {
  /** The same for as long as the node is edited. */
  key: string
  /** How many "not" stand around it. */
  not: number
}

export interface GroupDraft extends Node {
  kind: 'group'
  join: 'and' | 'or'
  children: Draft[]
  /** The rule had no group at its root. While there is one child, it is written without one again. */
  implied?: boolean
}

export interface FieldDraft extends Node {
  kind: 'field'
  node: 'attribute' | 'feature'
  field: string
  op: string
  value: DraftValue
}

export interface WhereDraft {
  key: string
  property: string
  op: string
  value: DraftValue
}

export interface EventDraft extends Node {
  kind: 'event'
  event: string
  name?: string
  count?: { op: string; value: number | string }
  within?: { days?: number | string; hours?: number | string; from?: string; to?: string }
  where: WhereDraft[]
}

export interface MemberDraft extends Node {
  kind: 'member'
  segmentId: string
}

export type ConditionDraft = FieldDraft | EventDraft | MemberDraft
export type Draft = GroupDraft | ConditionDraft

let keys = 0
export const newKey = () => `n${++keys}`

export const emptyGroup = (join: 'and' | 'or' = 'and', children: Draft[] = []): GroupDraft => ({ key: newKey(), not: 0, kind: 'group', join, children })

/** A rule to edit. Its root is a group always. */
export function draftOf(rule: Rule): GroupDraft {
  const root = nodeOf(rule)
  return root.kind === 'group' ? root : { ...emptyGroup('and', [root]), implied: true }
}

function nodeOf(rule: Rule): Draft {
  let not = 0
  while (rule.type === 'not') {
    not++
    rule = rule.rule
  }
  const node = { key: newKey(), not }
  switch (rule.type) {
    case 'and':
    case 'or':
      return { ...node, kind: 'group', join: rule.type, children: rule.rules.map(nodeOf) }
    case 'attribute':
      return { ...node, kind: 'field', node: 'attribute', field: rule.attribute, op: rule.op, value: rule.value }
    case 'feature':
      return { ...node, kind: 'field', node: 'feature', field: rule.feature, op: rule.op, value: rule.value }
    case 'event':
      return {
        ...node,
        kind: 'event',
        event: rule.event,
        name: rule.name,
        count: rule.count,
        within: rule.within,
        where: (rule.where ?? []).map((w) => ({ key: newKey(), property: w.property, op: w.op, value: w.value })),
      }
    case 'member':
      return { ...node, kind: 'member', segmentId: rule.segmentId }
  }
}

/** The rule that a draft says, and where in it each node stands, by JSON pointer. What is not given is left out. */
export function toRule(root: GroupDraft): { rule: Rule; places: Map<string, string> } {
  const places = new Map<string, string>()
  const write = (node: Draft, at: string): Rule => {
    places.set(at, node.key)
    const inner = at + '/rule'.repeat(node.not)
    if (node.not > 0) places.set(inner, node.key)
    let rule = bare(node, inner)
    for (let i = 0; i < node.not; i++) rule = { type: 'not', rule }
    return rule
  }
  const bare = (node: Draft, at: string): Rule => {
    switch (node.kind) {
      case 'group':
        return { type: node.join, rules: node.children.map((child, i) => write(child, `${at}/rules/${i}`)) }
      case 'field': {
        const value = valueOf(node.value)
        return node.node === 'attribute'
          ? { type: 'attribute', attribute: node.field, op: node.op, ...(value !== undefined && { value }) }
          : { type: 'feature', feature: node.field, op: node.op, ...(value !== undefined && { value }) }
      }
      case 'event':
        return {
          type: 'event',
          event: node.event,
          ...(node.name !== undefined && { name: node.name }),
          ...(node.count && { count: node.count as Count }),
          ...(node.within && { within: node.within as Within }),
          ...(node.where.length > 0 && {
            where: node.where.map((w) => {
              const value = valueOf(w.value)
              return { property: w.property, op: w.op, ...(value !== undefined && { value }) }
            }),
          }),
        }
      case 'member':
        return { type: 'member', segmentId: node.segmentId }
    }
  }
  const only = root.children[0]
  if (root.implied && root.not === 0 && root.children.length === 1 && only) return { rule: write(only, ''), places }
  return { rule: write(root, ''), places }
}

function valueOf(value: DraftValue): Value | undefined {
  return Array.isArray(value) ? value.filter((one) => one !== null) : value === '' ? undefined : value
}

/** What is wrong with one node: where in it, as the rest of the JSON pointer, and what would be right. */
export interface Fault {
  part: string
  message: string
}

/** The faults of a problem's errors by the key of the node that they point into; those of the whole rule by the root's key. */
export function faultsOf(errors: { field: string; message: string }[] | undefined, places: Map<string, string>, root: string): Map<string, Fault[]> {
  const found = new Map<string, Fault[]>()
  for (const { field, message } of errors ?? []) {
    const pointer = /^body\.rule(\/.*)?$/.exec(field)
    if (!pointer) continue
    const whole = pointer[1] ?? ''
    let at = whole
    while (at && !places.has(at)) at = at.slice(0, at.lastIndexOf('/'))
    const key = places.get(at) ?? root
    found.set(key, [...(found.get(key) ?? []), { part: whole.slice(at.length), message: sentence(message) }])
  }
  return found
}

const sentence = (s: string) => `${s.charAt(0).toUpperCase()}${s.slice(1)}.`

/** Whether something is still to be filled in, so that it would be refused as it is. */
export function unfinished(node: Draft, takesValue: (field: { field: string; op: string }) => boolean): boolean {
  switch (node.kind) {
    case 'group':
      return node.children.length === 0 || node.children.some((child) => unfinished(child, takesValue))
    case 'field':
      return node.field === '' || node.field === 'attributes.' || (takesValue(node) && blank(node.value))
    case 'event': {
      const { count, within } = node
      return (
        (node.event === 'custom' && !node.name) ||
        count?.value === '' ||
        (within !== undefined && (within.days ?? within.hours ?? within.from ?? within.to ?? '') === '') ||
        node.where.some((w) => w.property === '' || (takesValue({ field: w.property, op: w.op }) && blank(w.value)))
      )
    }
    case 'member':
      return node.segmentId === ''
  }
}

const blank = (value: DraftValue) => value === undefined || value === '' || (Array.isArray(value) && (value.length === 0 || value.some((one) => one === null || one === '')))

/** The draft with one node put in another's place; null takes it away. */
export function replace(root: GroupDraft, key: string, by: (node: Draft) => Draft | null): GroupDraft {
  const visit = (node: Draft): Draft | null => {
    if (node.key === key) return by(node)
    if (node.kind !== 'group') return node
    const children = node.children.map(visit)
    return children.every((child, i) => child === node.children[i]) ? node : { ...node, children: children.filter((child) => child !== null) }
  }
  const next = visit(root)
  return next?.kind === 'group' ? next : { ...root, children: [] }
}

/** A copy of a node, with keys of its own. */
export function copyOf(node: Draft): Draft {
  if (node.kind === 'group') return { ...node, key: newKey(), children: node.children.map(copyOf) }
  if (node.kind === 'event') return { ...node, key: newKey(), where: node.where.map((w) => ({ ...w, key: newKey() })) }
  return { ...node, key: newKey() }
}

/** How many nodes stand one inside the other, those that are written included. */
export function depthOf(node: Draft): number {
  return 1 + node.not + (node.kind === 'group' ? Math.max(0, ...node.children.map(depthOf)) : 0)
}
