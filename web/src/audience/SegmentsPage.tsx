import { Plus, TrendingDown, TrendingUp } from 'lucide-react'
import { useState } from 'react'
import { Link, useNavigate } from 'react-router-dom'
import type { Segment } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { formatCount } from '@/lib/format'
import { usePageTitle } from '@/lib/hooks'
import { Button, buttonClass } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { AudienceFrame } from './AudienceFrame'
import { SegmentMenu } from './SegmentDialogs'
import { changeOver, listArg, segmentsApi } from './segments'
import { Sparkline } from './Sparkline'
import { WordsToRule } from './WordsToRule'

/** All segments, with how many belong to each now, and how that developed. */
export function SegmentsPage() {
  usePageTitle('Audience')
  const navigate = useNavigate()
  const timeZone = useMe()?.workspace.timeZone
  // Counts follow the data: the API counts anew when there is something new.
  const { data, error, refetch, isFetching } = segmentsApi.useListSegmentsQuery(listArg, { pollingInterval: 15_000, skipPollingIfUnfocused: true, refetchOnFocus: true, refetchOnMountOrArgChange: true })
  const own = data?.items.filter((s) => !s.standard) ?? []
  const standard = data?.items.filter((s) => s.standard) ?? []
  const nobody = data?.items.every((s) => s.count === 0)
  return (
    <AudienceFrame
      tab="segments"
      actions={
        <Link to="/audience/segments/new" className={buttonClass('primary')}>
          <Plus size={15} aria-hidden="true" />
          New segment
        </Link>
      }
    >
      <div className="space-y-7">
        <WordsToRule onRead={(read) => navigate('/audience/segments/new', { state: { read } })} example="Describe who you mean: people in Germany who bought twice in the last 90 days" />
        {!data && error ? (
          <Notice
            tone="danger"
            role="alert"
            action={
              <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {problemOf(error).detail}
          </Notice>
        ) : !data ? (
          <ListSkeleton />
        ) : (
          <>
            {nobody && (
              <Notice
                title="There is nobody to group yet"
                action={
                  <Link to="/data" className={buttonClass('secondary', 'sm')}>
                    Go to Data
                  </Link>
                }
              >
                Segments fill as soon as there are customers. Connect a source, or load demo data.
              </Notice>
            )}
            <List title="Your segments" segments={own} timeZone={timeZone} empty="None yet. Describe one above, build one, or duplicate a standard one to change it." />
            <List title="Standard segments" note="Always there, and kept up to date for you." segments={standard} timeZone={timeZone} />
          </>
        )}
      </div>
    </AudienceFrame>
  )
}

function List({ title, note, segments, timeZone, empty }: { title: string; note?: string; segments: Segment[]; timeZone?: string; empty?: string }) {
  return (
    <section aria-label={title}>
      <div className="flex flex-wrap items-baseline gap-x-3 pb-2.5">
        <h2 className="text-lg font-semibold tracking-[-0.01em]">{title}</h2>
        {note && <p className="text-sm text-ink-3">{note}</p>}
      </div>
      {segments.length === 0 ? (
        <p className="rounded-xl border border-dashed border-line-strong px-4 py-5 text-base text-ink-2">{empty}</p>
      ) : (
        <ul className="divide-y divide-line rounded-xl border border-line bg-surface">
          {segments.map((segment) => (
            <Row key={segment.id} segment={segment} timeZone={timeZone} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Row({ segment, timeZone }: { segment: Segment; timeZone?: string }) {
  const [now] = useState(() => Date.now())
  return (
    <li className="relative flex items-center gap-4 py-2.5 pr-1.5 pl-4 first:rounded-t-xl last:rounded-b-xl hover:bg-hover">
      <div className="min-w-0 flex-1">
        <Link to={`/audience/segments/${segment.id}`} className="rounded-xs text-base font-[590] after:absolute after:inset-0">
          {segment.name}
        </Link>
        <p className="line-clamp-2 text-sm text-ink-2 sm:line-clamp-1" title={segment.criteria}>
          {segment.description || segment.criteria}
        </p>
      </div>
      <Sparkline history={segment.history} timeZone={timeZone} className="max-sm:hidden" />
      <div className="w-20 text-right sm:w-24">
        <p className="text-md font-semibold tabular">{segment.count === undefined ? <Skeleton className="ml-auto h-4 w-12" /> : formatCount(segment.count)}</p>
        <Change by={changeOver(segment.history, 7, now)} />
      </div>
      <span className="relative">
        <SegmentMenu segment={segment} onDeleted={() => undefined} />
      </span>
    </li>
  )
}

/** How many more or fewer than a week ago. */
export function Change({ by, className }: { by: number | undefined; className?: string }) {
  if (!by) return null
  const Icon = by > 0 ? TrendingUp : TrendingDown
  return (
    <p className={cx('inline-flex items-center gap-1 text-xs whitespace-nowrap text-ink-3 tabular', className)}>
      <Icon size={12} aria-hidden="true" />
      {by > 0 ? '+' : '−'}
      {formatCount(Math.abs(by))}
      <span className="max-sm:sr-only">in 7 days</span>
    </p>
  )
}

function ListSkeleton() {
  return (
    <Loading label="Loading segments" className="space-y-3">
      <Skeleton className="h-5 w-40" />
      <div className="divide-y divide-line rounded-xl border border-line bg-surface">
        {[40, 52, 36, 48, 44, 38, 50, 42].map((width) => (
          <div key={width} className="flex h-15 items-center gap-4 px-4">
            <div className="flex-1 space-y-2">
              <Skeleton className="h-3.5 w-36" />
              <div style={{ width: `${width}%` }}>
                <Skeleton className="h-3 w-full" />
              </div>
            </div>
            <Skeleton className="h-6 w-28 max-sm:hidden" />
            <Skeleton className="h-4 w-14" />
          </div>
        ))}
      </div>
    </Loading>
  )
}
