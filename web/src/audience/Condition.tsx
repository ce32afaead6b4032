import { ChevronDown, Copy, CornerDownRight, Ellipsis, Trash2, CircleSlash } from 'lucide-react'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { IconButton } from '@/ui/IconButton'
import { cx } from '@/lib/cx'
import { faultAt, faultIdOf, useBuilding } from './building'
import { blankValue, capital, customPrefix, eventOf, fieldOf, isOwn, opWords, shapeOf } from './catalogue'
import { Pick, TextBox } from './controls'
import { EventParts } from './EventParts'
import { Picker } from './Picker'
import { copyOf, emptyGroup, type ConditionDraft, type FieldDraft, type MemberDraft } from './rule'
import { ValueInput } from './ValueInput'

/** One condition, in a row that reads as a sentence. */
export function Condition({ draft, onRemoved, onDuplicate }: { draft: ConditionDraft; onRemoved: () => void; onDuplicate: (copy: ConditionDraft) => void }) {
  const { choices, fields, faults, change, added, fresh, segments } = useBuilding()
  const wrong = faults.get(draft.key)
  const name = nameOf(draft, fields, segments)
  const chosen = draft.kind === 'event' ? `event:${draft.event}` : draft.kind === 'member' ? 'member' : isOwn(fields, draft.node, draft.field) ? 'attribute:own' : `${draft.node}:${draft.field}`
  const badField = faultAt(wrong, draft.key, '/attribute') ?? faultAt(wrong, draft.key, '/feature') ?? faultAt(wrong, draft.key, '/event')
  return (
    <div role="group" aria-label={name} className={cx('rounded-lg border bg-surface', wrong ? 'border-danger' : 'border-line')}>
      <div className="flex items-start gap-1 p-1.5">
        <div className="flex min-w-0 flex-1 flex-wrap items-center gap-1.5">
          {draft.kind === 'field' && draft.not % 2 === 1 && (
            <button
              type="button"
              aria-label={`Not: ${name}. Take the “not” away`}
              onClick={() => change(draft.key, (node) => ({ ...node, not: node.not - 1 }))}
              className="h-8 rounded-md bg-warn-soft px-2 text-base font-medium text-warn-text hover:line-through coarse:h-10"
            >
              not
            </button>
          )}
          {draft.kind !== 'field' && (
            <Pick label={draft.kind === 'event' ? 'Did, or did not' : 'Is in the segment, or is not'} value={draft.not % 2 === 1 ? 'not' : ''} onChange={() => change(draft.key, (node) => ({ ...node, not: node.not % 2 === 1 ? node.not - 1 : node.not + 1 }))}>
              <option value="">{draft.kind === 'event' ? 'Has' : 'Is in'}</option>
              <option value="not">{draft.kind === 'event' ? 'Has not' : 'Is not in'}</option>
            </Pick>
          )}
          {draft.kind !== 'member' && (
            <Picker
              label="What to compare"
              options={choices}
              chosen={chosen}
              onPick={(choice) => {
                if (choice.id === chosen) return
                const made = choice.make()
                added(draft.key)
                change(draft.key, () => ({ ...made, key: draft.key, not: draft.not }))
              }}
              trigger={
                <button
                  type="button"
                  aria-label={`What to compare: ${name}`}
                  aria-describedby={badField}
                  className={cx(
                    'inline-flex h-8 max-w-full items-center gap-1.5 rounded-md border bg-surface pr-2 pl-2.5 text-base font-medium hover:border-ink-3 data-[state=open]:bg-active coarse:h-10',
                    badField ? 'border-danger' : 'border-line-strong',
                  )}
                >
                  <span className="truncate">{draft.kind === 'event' ? eventOf(fields, draft.event).label : name}</span>
                  <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
                </button>
              }
            />
          )}
          {draft.kind === 'field' ? <FieldParts draft={draft} name={name} /> : draft.kind === 'member' ? <MemberParts draft={draft} /> : <EventParts draft={draft} focus={fresh === draft.key} />}
        </div>
        <Menu trigger={<IconButton size="md" tip={false} label={`More for ${name}`} icon={<Ellipsis size={15} />} />}>
          {draft.kind === 'field' && (
            <MenuItem icon={<CircleSlash size={15} />} onSelect={() => change(draft.key, (node) => ({ ...node, not: node.not % 2 === 1 ? node.not - 1 : node.not + 1 }))}>
              {draft.not % 2 === 1 ? 'Take the “not” away' : 'Turn into “not”'}
            </MenuItem>
          )}
          <MenuItem icon={<Copy size={15} />} onSelect={() => onDuplicate(copyOf(draft) as ConditionDraft)}>
            Duplicate
          </MenuItem>
          <MenuItem icon={<CornerDownRight size={15} />} onSelect={() => change(draft.key, (node) => emptyGroup('or', [{ ...node, key: `${node.key}+` }]))}>
            Put into a group
          </MenuItem>
          <MenuLine />
          <MenuItem icon={<Trash2 size={15} />} danger onSelect={onRemoved}>
            Remove
          </MenuItem>
        </Menu>
        <IconButton label={`Remove ${name}`} tip={false} icon={<Trash2 size={15} />} onClick={onRemoved} className="max-sm:hidden" />
      </div>
      {wrong && (
        <ul id={faultIdOf(draft.key)} className="border-t border-danger-line bg-danger-soft px-3 py-1.5 text-sm text-danger-text last:rounded-b-lg">
          {wrong.map((fault) => (
            <li key={fault.part + fault.message}>{fault.message}</li>
          ))}
        </ul>
      )}
    </div>
  )
}

function FieldParts({ draft, name }: { draft: FieldDraft; name: string }) {
  const { fields, faults, change, fresh } = useBuilding()
  const wrong = faults.get(draft.key)
  const field = fieldOf(fields, draft.node, draft.field)
  const shape = shapeOf(field, draft.op)
  const own = isOwn(fields, draft.node, draft.field)
  const set = (next: Partial<FieldDraft>) => change(draft.key, (node) => ({ ...(node as FieldDraft), ...next }))
  return (
    <>
      {own && (
        <TextBox
          label="Name of the attribute"
          placeholder="e.g. plan"
          autoFocus={fresh === draft.key}
          faultId={faultAt(wrong, draft.key, '/attribute')}
          value={draft.field.slice(customPrefix.length)}
          onChange={(e) => set({ field: customPrefix + e.target.value })}
          className="w-36"
        />
      )}
      {field.ops.length > 1 ? (
        <Pick
          label={`${name}: how to compare`}
          faultId={faultAt(wrong, draft.key, '/op')}
          value={draft.op}
          onChange={(e) => set({ op: e.target.value, value: blankValue(shapeOf(field, e.target.value), { shape, value: draft.value }) })}
        >
          {field.ops.map((op) => (
            <option key={op} value={op}>
              {opWords(op)}
            </option>
          ))}
        </Pick>
      ) : (
        <span className="px-1 text-base text-ink-2">{opWords(draft.op)}</span>
      )}
      <ValueInput
        key={`${draft.field === customPrefix || own ? 'own' : draft.field} ${shape.arity} ${shape.kind}`}
        label={`${name}: value`}
        faultId={faultAt(wrong, draft.key, '/value')}
        field={field}
        shape={shape}
        value={draft.value}
        autoFocus={fresh === draft.key && !own}
        onChange={(value) => set({ value })}
      />
    </>
  )
}

function MemberParts({ draft }: { draft: MemberDraft }) {
  const { segments, faults, change, fresh } = useBuilding()
  return (
    <Pick
      label="Segment"
      faultId={faultAt(faults.get(draft.key), draft.key, '/segmentId')}
      autoFocus={fresh === draft.key}
      value={draft.segmentId}
      onChange={(e) => change(draft.key, (node) => ({ ...(node as MemberDraft), segmentId: e.target.value }))}
    >
      {draft.segmentId === '' && <option value="">Choose a segment</option>}
      {draft.segmentId !== '' && !segments.some((s) => s.id === draft.segmentId) && <option value={draft.segmentId}>A segment that is not here</option>}
      {segments.map((s) => (
        <option key={s.id} value={s.id}>
          {s.name}
        </option>
      ))}
    </Pick>
  )
}

function nameOf(draft: ConditionDraft, fields: Parameters<typeof fieldOf>[0], segments: { id: string; name: string }[]): string {
  switch (draft.kind) {
    case 'field':
      return isOwn(fields, draft.node, draft.field) ? 'Attribute' : capital(fieldOf(fields, draft.node, draft.field).label)
    case 'event':
      return capital(eventOf(fields, draft.event).label)
    case 'member':
      return segments.find((s) => s.id === draft.segmentId)?.name ?? 'Segment'
  }
}
