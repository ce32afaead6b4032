import { Plus, X } from 'lucide-react'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { faultAt, useBuilding } from './building'
import { blankValue, capital, eventOf, fieldOf, isOwn, opWords, shapeOf } from './catalogue'
import { NumberBox, Pick, TextBox } from './controls'
import { newKey, type EventDraft, type WhereDraft } from './rule'
import { ValueInput } from './ValueInput'
import { localOf, momentOf } from './zone'

const counts: Record<string, string> = { eq: 'exactly', gt: 'more than', gte: 'at least', lt: 'less than', lte: 'at most' }

/** How often an event happened, when, and with what. */
export function EventParts({ draft, focus }: { draft: EventDraft; focus: boolean }) {
  const { fields, faults, change } = useBuilding()
  const wrong = faults.get(draft.key)
  const set = (next: Partial<EventDraft>) => change(draft.key, (node) => ({ ...(node as EventDraft), ...next }))
  const at = (part: string) => faultAt(wrong, draft.key, part)
  const { count } = draft
  const often = !count ? 'any' : count.op === 'eq' && count.value === 0 ? 'never' : count.op
  return (
    <>
      {draft.event === 'custom' && <TextBox label="Name of the event" placeholder="e.g. quiz_finished" autoFocus={focus} faultId={at('/name')} value={draft.name ?? ''} onChange={(e) => set({ name: e.target.value })} />}
      <Pick
        label="How often"
        faultId={at('/count/op')}
        autoFocus={focus && draft.event !== 'custom'}
        value={often}
        onChange={(e) => {
          const to = e.target.value
          const value = count && count.value !== 0 ? count.value : 1
          set({ count: to === 'any' ? undefined : to === 'never' ? { op: 'eq', value: 0 } : { op: to, value } })
        }}
      >
        <option value="any">at least once</option>
        <option value="never">never</option>
        {fields.countOps.map((op) => (
          <option key={op} value={op}>
            {counts[op] ?? op}…
          </option>
        ))}
      </Pick>
      {count && often !== 'never' && <NumberBox label="Times" faultId={at('/count/value')} value={count.value} unit={count.value === 1 ? 'time' : 'times'} onChange={(value) => set({ count: { ...count, value } })} />}
      <WithinParts draft={draft} set={set} at={at} />
      {draft.where.length > 0 && (
        <ul className="basis-full space-y-1.5 pl-2 sm:pl-4">
          {draft.where.map((where, i) => (
            <WhereParts
              key={where.key}
              where={where}
              at={(part) => at(`/where/${i}${part}`)}
              lead={i === 0 ? 'where' : 'and'}
              onChange={(next) => set({ where: draft.where.map((w) => (w.key === where.key ? { ...w, ...next } : w)) })}
              onRemove={() => set({ where: draft.where.filter((w) => w.key !== where.key) })}
            />
          ))}
        </ul>
      )}
      <Button
        size="sm"
        variant="ghost"
        icon={<Plus size={13} />}
        onClick={() => set({ where: [...draft.where, { key: newKey(), property: 'value', op: 'gte', value: '' }] })}
      >
        <span>
          where…<span className="sr-only"> narrow “{eventOf(fields, draft.event).label}” down by a property</span>
        </span>
      </Button>
    </>
  )
}

function WithinParts({ draft, set, at }: { draft: EventDraft; set: (next: Partial<EventDraft>) => void; at: (part: string) => string | undefined }) {
  const { timeZone } = useBuilding()
  const { within } = draft
  const kind = !within ? 'ever' : 'days' in within ? 'days' : 'hours' in within ? 'hours' : 'dates'
  const unit = kind === 'days' || kind === 'hours' ? kind : undefined
  const end = (key: 'from' | 'to', label: string) => (
    <TextBox
      label={label}
      type="datetime-local"
      faultId={at(`/within/${key}`) ?? (at('/within') && !within?.from && !within?.to ? at('/within') : undefined)}
      value={localOf(within?.[key] ?? '', timeZone)}
      onChange={(e) => {
        const { [key]: _before, ...rest } = within ?? {}
        const moment = momentOf(e.target.value, timeZone)
        set({ within: moment ? { ...rest, [key]: moment } : rest })
      }}
      className="w-52"
    />
  )
  return (
    <>
      <Pick
        label="When"
        faultId={kind === 'ever' ? at('/within') : undefined}
        value={unit ? 'last' : kind}
        onChange={(e) => {
          const to = e.target.value
          set({ within: to === 'ever' ? undefined : to === 'last' ? { days: 30 } : {} })
        }}
      >
        <option value="ever">at any time</option>
        <option value="last">in the last</option>
        <option value="dates">between dates</option>
      </Pick>
      {unit && (
        <span className="inline-flex items-center gap-1.5">
          <NumberBox label="How long" faultId={at('/within')} value={within?.[unit]} onChange={(span) => set({ within: { [unit]: span } })} />
          <Pick label="Days or hours" value={unit} onChange={(e) => set({ within: { [e.target.value]: within?.[unit] } })}>
            <option value="days">{within?.days === 1 ? 'day' : 'days'}</option>
            <option value="hours">{within?.hours === 1 ? 'hour' : 'hours'}</option>
          </Pick>
        </span>
      )}
      {kind === 'dates' && (
        <span className="inline-flex flex-wrap items-center gap-1.5">
          <span className="inline-flex items-center gap-1.5">
            <span className="text-base text-ink-2">from</span>
            {end('from', 'From')}
          </span>
          <span className="inline-flex items-center gap-1.5">
            <span className="text-base text-ink-2">until</span>
            {end('to', 'Until, not included')}
          </span>
          <span className="text-sm text-ink-3">{timeZone}</span>
        </span>
      )}
    </>
  )
}

function WhereParts({ where, at, lead, onChange, onRemove }: { where: WhereDraft; at: (part: string) => string | undefined; lead: string; onChange: (next: Partial<WhereDraft>) => void; onRemove: () => void }) {
  const { fields } = useBuilding()
  const field = fieldOf(fields, 'property', where.property)
  const own = isOwn(fields, 'property', where.property)
  const shape = shapeOf(field, where.op)
  const name = own ? 'Property' : capital(field.label)
  const become = (property: string) => {
    const next = fieldOf(fields, 'property', property)
    const op = next.ops.includes(where.op) ? where.op : next.ops[0]!
    onChange({ property, op, value: blankValue(shapeOf(next, op), { shape, value: where.value }) })
  }
  return (
    <li className="flex items-center gap-1">
      <div className="flex min-w-0 flex-wrap items-center gap-1.5">
        <span className="w-11 text-sm text-ink-3">{lead}</span>
        <Pick label="Property" faultId={own ? undefined : at('/property')} value={own ? '' : where.property} onChange={(e) => become(e.target.value)}>
          {fields.fields
            .filter((f) => f.kind === 'property')
            .map((f) => (
              <option key={f.name} value={f.name}>
                {f.label}
              </option>
            ))}
          <option value="">one of its own…</option>
        </Pick>
        {own && <TextBox label="Name of the property" placeholder="e.g. coupon" faultId={at('/property')} value={where.property} onChange={(e) => onChange({ property: e.target.value })} className="w-36" />}
        <Pick
          label={`${name}: how to compare`}
          faultId={at('/op')}
          value={where.op}
          onChange={(e) => onChange({ op: e.target.value, value: blankValue(shapeOf(field, e.target.value), { shape, value: where.value }) })}
        >
          {field.ops.map((op) => (
            <option key={op} value={op}>
              {opWords(op)}
            </option>
          ))}
        </Pick>
        <ValueInput key={`${own ? '' : where.property} ${shape.arity} ${shape.kind}`} label={`${name}: value`} faultId={at('/value')} field={field} shape={shape} value={where.value} onChange={(value) => onChange({ value })} />
      </div>
      <IconButton size="sm" label={`Remove the condition on ${name.toLowerCase()}`} tip={false} icon={<X size={14} />} onClick={onRemove} />
    </li>
  )
}
