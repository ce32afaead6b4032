import { Popover } from 'radix-ui'
import { CalendarDays, Check, ChevronDown, Users, X } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api/api'
import { cx } from '@/lib/cx'
import { formatCount } from '@/lib/format'
import { Button, buttonClass } from '@/ui/Button'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { daysFault, daysOf, defaultPreset, presets, rangeName, todayIn, type Days } from './range'
import type { Asked } from './useAsked'

interface FilterBarProps {
  asked: Asked
  timeZone: string
  onChange: (values: Record<string, string | undefined>) => void
}

/** The one range and the one segment that every panel is asked for. */
export function FilterBar({ asked, timeZone, onChange }: FilterBarProps) {
  return (
    <div role="group" aria-label="What is counted" className="flex shrink-0 flex-wrap items-center gap-x-2 gap-y-1.5 border-b border-line bg-canvas px-3 py-2 sm:px-5">
      <RangePicker asked={asked} timeZone={timeZone} onChange={onChange} />
      <SegmentPicker segmentId={asked.segmentId} onChange={(segment) => onChange({ segment })} />
      <p className="ml-1 text-xs text-ink-3">
        Days of <span className="whitespace-nowrap">{timeZone.replaceAll('_', ' ')}</span>
      </p>
    </div>
  )
}

function RangePicker({ asked, timeZone, onChange }: FilterBarProps) {
  const today = todayIn(timeZone)
  const [open, setOpen] = useState(false)
  const [custom, setCustom] = useState<Days>(asked.days)
  const [tried, setTried] = useState(false)
  const fault = daysFault(custom)
  const show = (next: boolean) => {
    setOpen(next)
    setTried(false)
    if (next) setCustom(asked.days)
  }
  const choose = (values: Record<string, string | undefined>) => {
    onChange({ range: undefined, from: undefined, to: undefined, ...values })
    setOpen(false)
  }
  const name = presets.find((p) => p.key === asked.preset)?.name
  return (
    <Popover.Root open={open} onOpenChange={show}>
      <Popover.Trigger className={cx(buttonClass('secondary'), 'max-w-full min-w-0')}>
        <CalendarDays size={15} aria-hidden="true" className="shrink-0 text-ink-3" />
        <span className="sr-only">Range: </span>
        {name && <span>{name} </span>}
        <span className={cx('truncate tabular', name && 'font-normal text-ink-2')}>{rangeName(asked.days, today)}</span>
        <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Content align="start" sideOffset={6} collisionPadding={8} aria-label="Range" className="z-50 flex max-h-(--radix-popover-content-available-height) w-[min(30rem,calc(100vw-1rem))] flex-col overflow-y-auto rounded-lg bg-raised shadow-pop animate-fade sm:flex-row">
          <ul className="grid grid-cols-2 gap-px border-b border-line p-1.5 sm:w-44 sm:grid-cols-1 sm:border-r sm:border-b-0">
            {presets.map((preset) => (
              <li key={preset.key}>
                <button
                  type="button"
                  aria-pressed={preset.key === asked.preset}
                  onClick={() => choose({ range: preset.key === defaultPreset ? undefined : preset.key })}
                  title={rangeName(daysOf(preset.key, today), today)}
                  className="flex h-8 w-full items-center justify-between gap-2 rounded-sm px-2 text-left text-base hover:bg-hover focus-visible:-outline-offset-2 aria-pressed:font-medium coarse:h-10"
                >
                  {preset.name}
                  {preset.key === asked.preset && <Check size={14} aria-hidden="true" className="text-accent-text" />}
                </button>
              </li>
            ))}
          </ul>
          <form
            className="flex-1 space-y-3 p-4"
            onSubmit={(event) => {
              event.preventDefault()
              setTried(true)
              if (!fault) choose({ ...custom })
            }}
          >
            <p className="text-sm font-[560] text-ink-2">Your own days</p>
            <Field label="First day" type="date" max={today} value={custom.from} onChange={(e) => setCustom({ ...custom, from: e.target.value })} />
            <Field label="Last day" type="date" max={today} value={custom.to} fault={tried ? fault : undefined} onChange={(e) => setCustom({ ...custom, to: e.target.value })} hint={`Both are counted, in ${timeZone.replaceAll('_', ' ')}.`} />
            <Button type="submit" variant="primary" className="w-full">
              Show these days
            </Button>
          </form>
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  )
}

function SegmentPicker({ segmentId, onChange }: { segmentId?: string; onChange: (id: string | undefined) => void }) {
  const [open, setOpen] = useState(false)
  const { data, isLoading } = api.useListSegmentsQuery({ limit: 100 })
  const chosen = data?.items.find((s) => s.id === segmentId)
  const name = segmentId ? (chosen?.name ?? (isLoading ? 'Segment' : 'A segment that is gone')) : 'Everyone'
  const choose = (id: string | undefined) => {
    onChange(id)
    setOpen(false)
  }
  const option = (id: string | undefined, text: string, count?: number) => (
    <li key={id ?? 'all'}>
      <button
        type="button"
        aria-pressed={id === segmentId}
        onClick={() => choose(id)}
        className="flex min-h-8 w-full items-center gap-2 rounded-sm px-2 py-1 text-left text-base hover:bg-hover focus-visible:-outline-offset-2 aria-pressed:font-medium coarse:min-h-10"
      >
        <Check size={14} aria-hidden="true" className={cx('shrink-0 text-accent-text', id !== segmentId && 'invisible')} />
        <span className="min-w-0 flex-1 truncate">{text}</span>
        {count !== undefined && <span className="text-sm text-ink-3 tabular">{formatCount(count)}</span>}
      </button>
    </li>
  )
  return (
    <span className="flex min-w-0 items-center">
      <Popover.Root open={open} onOpenChange={setOpen}>
        <Popover.Trigger className={cx(buttonClass(segmentId ? 'soft' : 'secondary'), 'min-w-0')}>
          <Users size={15} aria-hidden="true" className="shrink-0 text-ink-3" />
          <span className="sr-only">Segment: </span>
          <span className="max-w-52 truncate">{name}</span>
          <ChevronDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
        </Popover.Trigger>
        <Popover.Portal>
          <Popover.Content align="start" sideOffset={6} collisionPadding={8} aria-label="Segment" className="z-50 max-h-[min(26rem,var(--radix-popover-content-available-height))] w-[min(19rem,calc(100vw-1rem))] overflow-y-auto rounded-lg bg-raised p-1.5 shadow-pop animate-fade">
            <p className="px-2 pt-1 pb-1.5 text-xs text-ink-3">Counts what a segment’s members did, as they are now.</p>
            <ul>
              {option(undefined, 'Everyone')}
              {data?.items.map((segment) => option(segment.id, segment.name, segment.count))}
            </ul>
          </Popover.Content>
        </Popover.Portal>
      </Popover.Root>
      {segmentId && <IconButton label="Count everyone" icon={<X size={15} />} onClick={() => onChange(undefined)} />}
    </span>
  )
}
