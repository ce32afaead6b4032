import { Popover } from 'radix-ui'
import { Check, Search } from 'lucide-react'
import { useEffect, useId, useMemo, useRef, useState, type ReactElement } from 'react'
import { cx } from '@/lib/cx'

export interface Option {
  id: string
  group: string
  label: string
}

/** A list to search and choose from, opened by a button. Arrows, Enter and Escape work as in a select. */
export function Picker<T extends Option>({ trigger, label, options, chosen, onPick, empty = 'Nothing is called that.' }: { trigger: ReactElement; label: string; options: T[]; chosen?: string; onPick: (option: T) => void; empty?: string }) {
  const [open, setOpen] = useState(false)
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Popover.Trigger asChild>{trigger}</Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          align="start"
          sideOffset={6}
          collisionPadding={8}
          aria-label={label}
          className="z-50 flex max-h-[min(24rem,var(--radix-popover-content-available-height))] w-76 max-w-[calc(100vw-1rem)] flex-col overflow-hidden rounded-lg bg-raised shadow-pop animate-fade"
          // The control that is chosen into may take the focus; where none does, it goes back to the button.
          onCloseAutoFocus={(event) => document.activeElement !== document.body && document.activeElement !== event.target && event.preventDefault()}
        >
          <Choices
            label={label}
            options={options}
            chosen={chosen}
            empty={empty}
            onPick={(option) => {
              setOpen(false)
              onPick(option)
            }}
          />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function Choices<T extends Option>({ label, options, chosen, empty, onPick }: { label: string; options: T[]; chosen?: string; empty: string; onPick: (option: T) => void }) {
  const id = useId()
  const [query, setQuery] = useState('')
  const found = useMemo(() => {
    const said = query.trim().toLowerCase()
    const terms = said.split(/\s+/).filter(Boolean)
    const all = options.filter((o) => terms.every((term) => `${o.label} ${o.group}`.toLowerCase().includes(term)))
    // What begins with the words comes first, and its group with it.
    const begins = (o: Option) => (said && o.label.toLowerCase().startsWith(said) ? 0 : 1)
    const ranked = all.toSorted((a, b) => begins(a) - begins(b))
    return [...new Set(ranked.map((o) => o.group))].flatMap((group) => ranked.filter((o) => o.group === group))
  }, [options, query])
  const [at, setAt] = useState(() => Math.max(0, options.findIndex((o) => o.id === chosen)))
  const active = found[Math.min(at, found.length - 1)]
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    list.current?.querySelector('[data-active]')?.scrollIntoView({ block: 'nearest' })
  }, [active])

  const keys = (event: React.KeyboardEvent) => {
    const last = found.length - 1
    const here = Math.min(at, last)
    const to = { ArrowDown: here >= last ? 0 : here + 1, ArrowUp: here <= 0 ? last : here - 1, Home: 0, End: last, PageDown: Math.min(last, here + 8), PageUp: Math.max(0, here - 8) }[event.key]
    if (to !== undefined && found.length > 0) {
      event.preventDefault()
      setAt(to)
    } else if (event.key === 'Enter' && active) {
      event.preventDefault()
      onPick(active)
    }
  }
  const groups = [...new Set(found.map((o) => o.group))]
  return (
    <>
      <div className="relative border-b border-line">
        <Search size={14} aria-hidden="true" className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
        <input
          role="combobox"
          aria-expanded="true"
          aria-controls={`${id}-list`}
          aria-activedescendant={active ? `${id}-${active.id}` : undefined}
          aria-label={label}
          autoFocus
          autoComplete="off"
          spellCheck={false}
          value={query}
          onChange={(event) => {
            setQuery(event.target.value)
            setAt(0)
          }}
          onKeyDown={keys}
          placeholder="Search"
          className="h-10 w-full bg-transparent pr-3 pl-8.5 text-base outline-none"
        />
      </div>
      <div ref={list} id={`${id}-list`} role="listbox" aria-label={label} className="min-h-0 flex-1 overflow-y-auto p-1">
        {groups.map((group) => (
          <div key={group} role="group" aria-label={group}>
            <p aria-hidden="true" className="px-2 pt-2 pb-1 text-xs font-medium text-ink-3">
              {group}
            </p>
            {found.map(
              (option, i) =>
                option.group === group && (
                  // The keys are those of the box above, which keeps the focus.
                  // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
                  <div
                    key={option.id}
                    id={`${id}-${option.id}`}
                    role="option"
                    aria-selected={option.id === chosen}
                    data-active={option === active || undefined}
                    onClick={() => onPick(option)}
                    onPointerMove={() => setAt(i)}
                    className={cx('flex min-h-8 cursor-default items-center gap-2 rounded-sm px-2 py-1 text-base coarse:min-h-10', option === active && 'bg-hover')}
                  >
                    <span className="flex-1">{option.label}</span>
                    {option.id === chosen && <Check size={14} aria-hidden="true" className="text-accent-text" />}
                  </div>
                ),
            )}
          </div>
        ))}
      </div>
      {found.length === 0 && (
        <p role="status" className="px-3 pb-4 text-base text-ink-3">
          {empty}
        </p>
      )}
    </>
  )
}
