import { Popover } from 'radix-ui'
import { Check, Copy, Download, FileSearch } from 'lucide-react'
import { useId, useState, type ReactNode } from 'react'
import { useDispatch } from 'react-redux'
import { download } from '@/api/download'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { formatCount, formatDateTime } from '@/lib/format'
import { useCopy } from '@/lib/hooks'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { toastShown } from '@/ui/toast'

/** What every answer says it was counted from. */
export interface Counted {
  events: number
  customers: number
  computedAt?: string
  timeZone?: string
  query?: string
}

/** A query of the API as its hook answers it. */
export interface Result<T> {
  /** The last answer, which may be to an earlier question. */
  data?: T
  /** The answer to this question. */
  currentData?: T
  error?: unknown
  isFetching: boolean
  refetch: () => unknown
}

interface PanelProps<T> {
  title: string
  description?: ReactNode
  result: Result<T>
  /** What the answer was counted from; what its events and customers are called, where that is not the usual. */
  counted: (data: T) => Counted
  words?: { events: string; customers: string }
  /** Where the same is as CSV. */
  csv: { report: string; params: Record<string, string | number | undefined> }
  controls?: ReactNode
  /** The height that the body has while it loads, as a class: that of its content, so that nothing moves when it comes. */
  height: string
  /** What to say where the answer has nothing in it; undefined where it has. */
  empty?: (data: T) => ReactNode
  className?: string
  children: (data: T) => ReactNode
}

/** One report: its answer with what it was counted from, or why there is none, in a frame that stays as it is. */
export function Panel<T>({ title, description, result, counted, words, csv, controls, height, empty, className, children }: PanelProps<T>) {
  const id = useId()
  const { error, isFetching, refetch } = result
  // An answer to another question stands in, paler, until this one's comes; after an error it would be taken for it.
  const data = error !== undefined && result.currentData === undefined ? undefined : (result.currentData ?? result.data)
  const stale = data !== undefined && result.currentData === undefined
  const nothing = data === undefined ? undefined : empty?.(data)
  return (
    <section aria-labelledby={id} aria-busy={isFetching || undefined} className={cx('flex min-w-0 flex-col rounded-xl border border-line bg-surface', className)}>
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-2 px-4 pt-3.5 sm:px-5 sm:pt-4">
        <div className="min-w-0 flex-1 basis-56">
          <h2 id={id} className="text-lg font-semibold tracking-[-0.01em]">
            {title}
          </h2>
          {description && <p className="mt-0.5 max-w-3xl text-sm text-ink-2">{description}</p>}
        </div>
        <div className="flex max-w-full min-w-0 flex-wrap items-center gap-2">
          {controls}
          <Export title={title} {...csv} disabled={data === undefined} />
        </div>
      </header>
      <div className={cx('min-w-0 shrink-0 grow px-4 pt-3 pb-4 sm:px-5', height)}>
        {data === undefined && error !== undefined ? (
          <div className="grid h-full content-center">
            <Notice
              tone="danger"
              title={`${title} could not be counted`}
              action={
                <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            >
              {problemOf(error).detail}
            </Notice>
          </div>
        ) : data === undefined ? (
          <Loading label={`Counting: ${title}`} className="h-full">
            <Skeleton className="size-full rounded-lg opacity-60" />
          </Loading>
        ) : nothing !== undefined ? (
          <div className={cx('grid h-full content-center justify-items-center px-2 py-6 text-center transition-opacity', stale && 'opacity-50')}>
            <p className="max-w-md text-base text-ink-2">{nothing}</p>
          </div>
        ) : (
          <div className={cx('h-full transition-opacity duration-150', stale && 'opacity-50')}>{children(data)}</div>
        )}
      </div>
      <footer className="flex min-h-12 items-center sm:min-h-9 justify-between gap-3 border-t border-line px-4 py-1 sm:px-5">
        {data === undefined ? <span className="text-xs text-ink-3">{error === undefined ? 'Counting…' : 'Not counted'}</span> : <Basis title={title} counted={counted(data)} words={words} />}
      </footer>
    </section>
  )
}

function Basis({ title, counted, words = { events: 'events', customers: 'customers' } }: { title: string; counted: Counted; words?: PanelProps<unknown>['words'] }) {
  const { copied, copy } = useCopy()
  return (
    <>
      <p className="min-w-0 text-xs text-ink-3 tabular">
        Counted from {formatCount(counted.events)} {words.events} of {formatCount(counted.customers)} {words.customers}
        {counted.computedAt && (
          <>
            {' '}
            ·{' '}
            <time dateTime={counted.computedAt} title={counted.timeZone}>
              {formatDateTime(counted.computedAt, counted.timeZone)}
            </time>
          </>
        )}
      </p>
      {counted.query && (
        <Popover.Root>
          <Popover.Trigger asChild>
            <IconButton size="sm" label={`${title}: show the query`} icon={<FileSearch size={14} />} className="-mr-1.5" />
          </Popover.Trigger>
          <Popover.Portal>
            <Popover.Content side="top" align="end" sideOffset={6} collisionPadding={12} aria-label={`The query behind ${title}`} className="z-50 w-[min(34rem,calc(100vw-1.5rem))] rounded-lg bg-raised p-3 shadow-pop animate-fade">
              <p className="flex items-center justify-between gap-3 text-sm text-ink-2">
                Counted over all events with this query
                <Button size="sm" icon={copied ? <Check size={14} /> : <Copy size={14} />} onClick={() => copy(counted.query!)}>
                  {copied ? 'Copied' : 'Copy'}
                </Button>
              </p>
              {/* Scrolls, so the keyboard must reach it. */}
              <pre tabIndex={0} aria-label="SQL query" className="mt-2 max-h-72 overflow-auto rounded-md border border-line bg-sunken p-2.5 font-mono text-2xs whitespace-pre-wrap text-ink-2">
                {counted.query}
              </pre>
            </Popover.Content>
          </Popover.Portal>
        </Popover.Root>
      )}
    </>
  )
}

function Export({ title, report, params, disabled }: { title: string; report: string; params: Record<string, string | number | undefined>; disabled: boolean }) {
  const dispatch = useDispatch()
  const [busy, setBusy] = useState(false)
  const save = () => {
    setBusy(true)
    void download(`/analytics/${report}`, { ...params, format: 'csv' }, `pulsehub-${report}.csv`)
      .catch((error: unknown) => dispatch(toastShown(`${title} was not exported. ${problemOf(error).detail}`, 'danger')))
      .finally(() => setBusy(false))
  }
  return (
    <Button size="sm" variant="ghost" icon={<Download size={14} />} busy={busy} disabled={disabled} aria-label={`Export ${title} as CSV`} onClick={save}>
      CSV
    </Button>
  )
}
