import { cx } from '@/lib/cx'
import { formatCount } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Skeleton } from '@/ui/Skeleton'
import { Spinner } from '@/ui/Spinner'
import { countryName } from './ValueInput'
import { nameOf } from './People'
import type { Preview } from './usePreview'

/** How many a rule has as it is being edited, and some of them. */
export function PreviewPanel({ preview, state }: { preview: Preview; state: 'empty' | 'unfinished' | 'ready' }) {
  const { preview: found, problem, old, again } = preview
  const faulty = problem?.code === 'invalid_rule'
  const busy = state === 'ready' && old && !problem
  return (
    <section aria-label="Who matches" className="rounded-xl border border-line bg-surface">
      <div className="px-4 pt-3 pb-3.5">
        <div className="flex h-5 items-center justify-between text-sm text-ink-2">
          <h2>Customers who match</h2>
          {busy && found && <Spinner />}
        </div>
        <p aria-live="polite" aria-busy={busy} className="flex h-10 items-center">
          {found ? (
            <span className={cx('text-3xl font-semibold tracking-[-0.02em] tabular', (old || state !== 'ready') && 'text-ink-3')}>{formatCount(found.count)}</span>
          ) : state === 'ready' && !problem ? (
            <Skeleton className="h-7 w-24" />
          ) : (
            <span aria-hidden="true" className="text-3xl font-semibold text-ink-3">
              –
            </span>
          )}
        </p>
        <p className="min-h-5 text-sm text-ink-3">
          {state === 'empty'
            ? 'Counted as soon as there is a condition.'
            : state === 'unfinished'
              ? 'Counted again once every condition is filled in.'
              : faulty
                ? 'Counted again once what is marked is right.'
                : problem
                  ? problem.detail
                  : found && !old
                    ? `Counted over all customers in ${formatCount(Math.max(1, Math.round(found.tookMs)))} ms.`
                    : 'Counting…'}
        </p>
        {problem && !faulty && (
          <Button size="sm" className="mt-2" onClick={again}>
            Try again
          </Button>
        )}
      </div>
      {found && found.sample.length > 0 && (
        <div className="border-t border-line">
          <h3 className="px-4 pt-3 pb-1 text-xs font-medium text-ink-3">{old || state !== 'ready' ? 'Some of them, as last counted' : 'Some of them'}</h3>
          <ul className="pb-2">
            {found.sample.map((person) => (
              <li key={person.id} className="flex items-baseline gap-3 px-4 py-1.25">
                <span className="min-w-0 flex-1 truncate">
                  {nameOf(person)}
                  {person.name && person.email && <span className="ml-2 text-sm text-ink-3">{person.email}</span>}
                </span>
                {person.country && <span className="shrink-0 text-sm text-ink-3">{countryName(person.country)}</span>}
              </li>
            ))}
          </ul>
        </div>
      )}
      {found && state === 'ready' && !old && found.count === 0 && <p className="border-t border-line px-4 py-3 text-sm text-ink-2">Nobody matches all of this now. Take a condition away, or widen one.</p>}
      {found && state === 'ready' && !old && found.criteria && (
        <p className="border-t border-line px-4 py-3 text-sm text-ink-2">
          <span className="sr-only">The rule in words: </span>
          {found.criteria}.
        </p>
      )}
    </section>
  )
}

/** The count at the foot of the page where the panel is not beside the rule. Silent: the panel is read. */
export function PreviewBar({ preview: { preview: found, problem, old }, state }: { preview: Preview; state: 'empty' | 'unfinished' | 'ready' }) {
  if (state === 'empty') return null
  const busy = state === 'ready' && old && !problem
  return (
    <div aria-hidden="true" className="flex h-11 shrink-0 items-center gap-2 border-t border-line bg-raised px-4 sm:px-6 xl:hidden">
      <span className={cx('text-md font-semibold tabular', (old || state !== 'ready') && 'text-ink-3')}>{found ? formatCount(found.count) : '–'}</span>
      <span className="text-base text-ink-2">{state === 'unfinished' || problem ? 'at the last count' : 'customers match'}</span>
      {busy && <Spinner className="ml-auto" />}
    </div>
  )
}
