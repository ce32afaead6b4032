import { Popover } from 'radix-ui'
import { useRef, useState, type ReactNode } from 'react'
import { Badge } from '@/ui/Badge'
import { cx } from '@/lib/cx'
import { Query } from './Query'
import type { Source } from './parts'

/** A number that shows where it comes from when pointed at, focused or tapped. */
export function SourceNumber({ value, sources }: { value: string; sources: Source[] }) {
  return (
    <SourcePopover
      label={`${value}, ${sources[0]?.label ?? ''}: show where this number comes from`}
      sources={sources}
      className="rounded-xs underline decoration-ink-3 decoration-dotted decoration-1 underline-offset-3 hover:bg-accent-soft hover:decoration-accent data-[state=open]:bg-accent-soft"
    >
      {value}
    </SourcePopover>
  )
}

export function SourcePopover({ label, sources, className, children }: { label?: string; sources: Source[]; className?: string; children: ReactNode }) {
  const [open, setOpen] = useState(false)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const later = (next: boolean, ms: number) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setOpen(next), ms)
  }
  // A finger has no hovering: there, the tap alone opens. And what scrolls under a pointer at rest was not pointed at,
  // so it is the pointer's own movement that counts.
  const waiting = useRef(false)
  const point = (event: React.PointerEvent) => {
    if (event.pointerType !== 'mouse' || waiting.current || (event.movementX === 0 && event.movementY === 0)) return
    waiting.current = true
    later(true, 180)
  }
  const leave = (event: React.PointerEvent) => {
    if (event.pointerType !== 'mouse') return
    waiting.current = false
    later(false, 220)
  }
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next) => {
        clearTimeout(timer.current)
        setOpen(next)
      }}
    >
      <Popover.Trigger asChild>
        <button type="button" aria-label={label} className={cx('cursor-help text-left', className)} onPointerMove={point} onPointerLeave={leave}>
          {children}
        </button>
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content
          side="top"
          sideOffset={6}
          collisionPadding={12}
          aria-label="Where this number comes from"
          onOpenAutoFocus={(event) => event.preventDefault()}
          onPointerEnter={(event) => event.pointerType === 'mouse' && later(true, 0)}
          onPointerLeave={leave}
          className="z-50 w-[min(26rem,calc(100vw-1.5rem))] space-y-3 rounded-lg bg-raised p-3 shadow-pop animate-fade"
        >
          {sources.map((source, i) => (
            <div key={i}>
              <div className="flex items-start justify-between gap-3">
                <p className="text-sm text-ink-2">
                  <span className="block text-base font-semibold text-ink tabular">{source.value}</span>
                  {source.label}
                </p>
                {source.demo && <Badge tone="warn">Demo data</Badge>}
              </div>
              {source.query && <Query sql={source.query} />}
            </div>
          ))}
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}
