import { FolderPlus, Plus, Trash2, Ungroup } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { SegmentFields } from '@/api/generated'
import { cx } from '@/lib/cx'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { BuildingContext, faultAt, faultIdOf, useBuilding } from './building'
import { choicesOf } from './catalogue'
import { Condition } from './Condition'
import { Pick } from './controls'
import { Picker } from './Picker'
import { emptyGroup, replace, type Draft, type Fault, type GroupDraft } from './rule'

interface BuilderProps {
  root: GroupDraft
  onChange: (change: (root: GroupDraft) => GroupDraft) => void
  fields: SegmentFields
  segments: { id: string; name: string }[]
  currency: string
  timeZone: string
  faults: Map<string, Fault[]>
}

/** Edits a rule: conditions in groups, each of which all, any or none must hold. */
export function Builder({ root, onChange, fields, segments, currency, timeZone, faults }: BuilderProps) {
  const [fresh, setFresh] = useState<string>()
  const choices = useMemo(() => choicesOf(fields), [fields])
  const change = (key: string, by: (node: Draft) => Draft | null) => onChange((before) => replace(before, key, by))
  return (
    <BuildingContext.Provider value={{ fields, choices, segments, currency, timeZone, faults, fresh, added: setFresh, change }}>
      <Group draft={root} />
    </BuildingContext.Provider>
  )
}

const matches = { and0: 'all of these', or0: 'any of these', or1: 'none of these', and1: 'not all of these' }

function Group({ draft, onRemoved }: { draft: GroupDraft; onRemoved?: () => void }) {
  const { choices, change, added, faults } = useBuilding()
  const wrong = faults.get(draft.key)
  const addId = `add-${draft.key}`
  const match = `${draft.join}${draft.not % 2}` as keyof typeof matches
  const add = (...nodes: Draft[]) => {
    change(draft.key, (node) => ({ ...(node as GroupDraft), children: [...(node as GroupDraft).children, ...nodes] }))
    if (nodes[0]) added(nodes[0].key)
  }
  const remove = (key: string) => {
    change(key, () => null)
    document.getElementById(addId)?.focus() // what had the focus is gone
  }
  const duplicate = (of: string, copy: Draft) =>
    change(draft.key, (node) => {
      const group = node as GroupDraft
      const i = group.children.findIndex((child) => child.key === of)
      return { ...group, children: group.children.toSpliced(i + 1, 0, copy) }
    })
  return (
    <div role="group" aria-label={onRemoved ? 'Group of conditions' : 'Conditions'} className={cx(onRemoved && 'rounded-lg border bg-sunken p-2 sm:p-2.5', onRemoved && (wrong ? 'border-danger' : 'border-line'))}>
      <div className="flex items-center gap-1.5 pb-2">
        <span className="text-base text-ink-2">{onRemoved ? 'Matches' : 'Customers who match'}</span>
        <Pick
          label="How the conditions of this group combine"
          value={match}
          onChange={(e) => {
            const [, join, not] = /^(and|or)(0|1)$/.exec(e.target.value)!
            change(draft.key, (node) => ({ ...(node as GroupDraft), join: join as 'and' | 'or', not: node.not - (node.not % 2) + Number(not), implied: undefined }))
          }}
        >
          {Object.entries(matches).map(([value, text]) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </Pick>
        {onRemoved && (
          <span className="ml-auto flex">
            {draft.children.length === 1 && draft.not % 2 === 0 && (
              <IconButton size="sm" label="Dissolve the group" icon={<Ungroup size={15} />} onClick={() => change(draft.key, (node) => (node as GroupDraft).children[0] ?? node)} />
            )}
            <IconButton size="sm" label="Remove the group" icon={<Trash2 size={15} />} onClick={onRemoved} />
          </span>
        )}
      </div>
      {wrong && (
        <ul id={faultIdOf(draft.key)} className="mb-2 rounded-md border border-danger-line bg-danger-soft px-3 py-1.5 text-sm text-danger-text">
          {wrong.map((fault) => (
            <li key={fault.part + fault.message}>{fault.message}</li>
          ))}
        </ul>
      )}
      {draft.children.length === 0 ? (
        <p className="rounded-lg border border-dashed border-line-strong px-4 py-5 text-center text-base text-ink-2">{onRemoved ? 'Nothing in this group yet.' : 'Add a condition to say who belongs.'}</p>
      ) : (
        <ul>
          {draft.children.map((child, i) => (
            <li key={child.key}>
              {i > 0 && (
                <p aria-hidden="true" className="py-0.5 pl-3 text-xs font-medium text-ink-3">
                  {draft.join}
                </p>
              )}
              {child.kind === 'group' ? (
                <Group draft={child} onRemoved={() => remove(child.key)} />
              ) : (
                <Condition draft={child} onRemoved={() => remove(child.key)} onDuplicate={(copy) => duplicate(child.key, copy)} />
              )}
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-1.5 pt-2">
        <Picker
          label="What to add"
          options={choices}
          onPick={(choice) => add(choice.make())}
          trigger={
            <Button id={addId} size="sm" icon={<Plus size={14} />} aria-describedby={faultAt(wrong, draft.key, '/rules')}>
              Add condition
            </Button>
          }
        />
        <Button size="sm" variant="ghost" icon={<FolderPlus size={14} />} onClick={() => add(emptyGroup(draft.join === 'and' ? 'or' : 'and'))}>
          Add group
        </Button>
      </div>
    </div>
  )
}
