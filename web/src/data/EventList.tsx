import { ChevronRight, Radio } from 'lucide-react'
import type { ReactNode } from 'react'
import type { Problem } from '@/api/problem'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'

interface EventListProps {
  label: string
  /** Says what the order is, and what else one should know. */
  note: ReactNode
  /** undefined until the first answer. */
  count?: number
  failed?: Problem
  retry: () => void
  more: boolean
  still: boolean
  loading: boolean
  problem?: Problem
  onOlder: () => void
  onLive: () => void
  nothing: ReactNode
  children: ReactNode
}

/** The frame of a list of messages, which follows what arrives until one looks for older ones. */
export function EventList({ label, note, count, failed, retry, more, still, loading, problem, onOlder, onLive, nothing, children }: EventListProps) {
  if (count === undefined) {
    return failed ? (
      <Notice
        tone="danger"
        action={
          <Button size="sm" onClick={retry}>
            Try again
          </Button>
        }
      >
        {failed.detail}
      </Notice>
    ) : (
      <Loading label={`Loading: ${label}`} className="space-y-2">
        {Array.from({ length: 8 }, (_, i) => (
          <Skeleton key={i} className="h-11 rounded-md opacity-60" />
        ))}
      </Loading>
    )
  }
  return (
    <section aria-label={label}>
      <div className="flex min-h-8 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <p className="text-sm text-ink-3">{note}</p>
        {still ? (
          <Button size="sm" icon={<Radio size={14} />} onClick={onLive}>
            Follow what arrives
          </Button>
        ) : (
          <p className="flex items-center gap-2 text-sm text-ink-2">
            {failed ? (
              'Not live: PulseHub does not answer. Trying again.'
            ) : (
              <>
                <span aria-hidden="true" className="size-2 rounded-full bg-accent animate-pulse-soft" />
                Live
              </>
            )}
          </p>
        )}
      </div>
      {count === 0 ? (
        <div className="mt-3 rounded-xl border border-line bg-surface px-6 py-12 text-center text-base text-ink-2">{nothing}</div>
      ) : (
        <ul className="mt-2 divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface">{children}</ul>
      )}
      {problem && (
        <div className="mt-3">
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        </div>
      )}
      {more && (
        <Button className="mt-3" busy={loading} onClick={onOlder}>
          Show older
        </Button>
      )}
    </section>
  )
}

/** A line that opens to all there is to know. */
export function EventLine({ summary, children }: { summary: ReactNode; children: ReactNode }) {
  return (
    <li>
      <details className="group">
        <summary className="flex list-none items-center gap-2.5 px-3 py-2 hover:bg-hover focus-visible:-outline-offset-2 sm:px-4 [&::-webkit-details-marker]:hidden">
          <ChevronRight size={14} aria-hidden="true" className="shrink-0 text-ink-3 transition-transform duration-100 group-open:rotate-90" />
          {summary}
        </summary>
        <div className="space-y-3 border-t border-line bg-canvas px-3 py-3 pl-9 sm:px-4 sm:pl-11">{children}</div>
      </details>
    </li>
  )
}

/** JSON to read: as it is, where it is none. */
export function Json({ value, name }: { value: unknown; name: string }) {
  return (
    <div>
      <p className="mb-1 text-xs text-ink-3">{name}</p>
      {/* Scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0} aria-label={name} className="max-h-72 overflow-auto rounded-md border border-line bg-sunken p-2.5 font-mono text-2xs whitespace-pre-wrap text-ink-2 [overflow-wrap:anywhere]">
        {pretty(value)}
      </pre>
    </div>
  )
}

export function pretty(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value, null, 2)
  try {
    return JSON.stringify(JSON.parse(value), null, 2)
  } catch {
    return value // cut off, or never JSON
  }
}
