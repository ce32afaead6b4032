import { ChevronLeft, Copy, SlidersHorizontal } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Link, useParams } from 'react-router-dom'
import type { Segment } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatAgo, formatCount, formatDateTime, formatDay } from '@/lib/format'
import { usePageTitle } from '@/lib/hooks'
import { Badge } from '@/ui/Badge'
import { Button, buttonClass } from '@/ui/Button'
import { More } from '@/ui/More'
import { Notice } from '@/ui/Notice'
import { PageBar } from '@/ui/PageBar'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { Failure, Missing } from './Failure'
import { People, PeopleSkeleton } from './People'
import { SegmentMenu } from './SegmentDialogs'
import { changeOver, segmentsApi, useMembersInfiniteQuery } from './segments'
import { Change } from './SegmentsPage'

const MembershipChart = lazy(() => import('./MembershipChart'))

/** One segment: its rule in words, how its size developed, and who belongs to it. */
export function SegmentPage() {
  const { id = '' } = useParams()
  const { data: segment, error, refetch } = segmentsApi.useGetSegmentQuery({ id }, { pollingInterval: 15_000, skipPollingIfUnfocused: true, refetchOnFocus: true })
  usePageTitle(segment?.name ?? 'Segment')
  if (!segment && error) return problemOf(error).status === 404 ? <Missing what="segment" /> : <Failure title="Segment" problem={problemOf(error)} onAgain={() => void refetch()} />
  if (!segment) return <SegmentSkeleton />
  return (
    <>
      <PageBar
        title={<Trail name={segment.name} />}
        actions={
          <>
            {segment.standard ? (
              <Link to={`/audience/segments/new?from=${segment.id}`} className={buttonClass('secondary')}>
                <Copy size={14} aria-hidden="true" />
                Duplicate
              </Link>
            ) : (
              <>
                <Link to={`/audience/segments/${segment.id}/edit`} className={buttonClass('secondary')}>
                  <SlidersHorizontal size={14} aria-hidden="true" />
                  Edit
                </Link>
                <SegmentMenu segment={segment} />
              </>
            )}
          </>
        }
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto w-full max-w-[92rem] space-y-6 px-4 pt-5 pb-16 sm:px-6">
          <Summary segment={segment} />
          <Members id={segment.id} />
        </div>
      </div>
    </>
  )
}

/** Where a page is, with the way back. */
export function Trail({ name, to = '/audience', parent = 'Audience' }: { name: string; to?: string; parent?: string }) {
  return (
    <span className="flex min-w-0 items-center gap-1.5">
      <Link to={to} className="flex shrink-0 items-center gap-1 rounded-sm font-normal text-ink-2 hover:text-ink">
        <ChevronLeft size={15} aria-hidden="true" />
        {parent}
      </Link>
      <span aria-hidden="true" className="font-normal text-ink-3">
        /
      </span>
      <span className="truncate">{name}</span>
    </span>
  )
}

function Summary({ segment }: { segment: Segment }) {
  const timeZone = useMe()?.workspace.timeZone
  const [now] = useState(() => Date.now())
  const first = segment.history[0]
  return (
    <section aria-label="About this segment" className="grid gap-x-8 gap-y-5 lg:grid-cols-[minmax(0,24rem)_minmax(0,1fr)]">
      <div>
        <div className="flex flex-wrap items-baseline gap-x-3">
          <p className="text-3xl font-semibold tracking-[-0.02em] tabular">{segment.count === undefined ? '–' : formatCount(segment.count)}</p>
          <p className="text-base text-ink-2">{segment.count === 1 ? 'customer' : 'customers'}</p>
          <Change by={changeOver(segment.history, 7, now)} className="text-sm" />
        </div>
        {segment.countedAt && (
          <p className="mt-0.5 text-sm text-ink-3" title={`${formatDateTime(segment.countedAt, timeZone)} (${timeZone})`}>
            Counted {formatAgo(segment.countedAt)}
          </p>
        )}
        <div className="mt-4 space-y-2.5">
          {segment.standard && <Badge>Standard segment</Badge>}
          {segment.description && <p className="text-md">{segment.description}</p>}
          <p className="text-base text-ink-2">
            <span className="sr-only">The rule in words: </span>
            {segment.criteria}.
          </p>
        </div>
      </div>
      <figure aria-label="Size over time" className="rounded-xl border border-line bg-surface px-4 pt-3 pb-2">
        <figcaption className="flex justify-between text-sm text-ink-2">
          Customers over time
          {timeZone && <span className="text-ink-3">{timeZone}</span>}
        </figcaption>
        <div className="h-40 pt-2" role="img" aria-label={first && segment.history.length > 1 ? `From ${formatCount(first.count)} on ${formatDay(first.at, timeZone)} to ${formatCount(segment.history.at(-1)!.count)} now` : 'Not enough counts yet'}>
          {segment.history.length < 2 ? (
            <p className="grid h-full place-items-center px-6 text-center text-sm text-ink-3">The line begins with the second count. Segments are counted as data comes in, at least once an hour while somebody looks.</p>
          ) : (
            <Suspense fallback={<Skeleton className="size-full" />}>
              <MembershipChart history={segment.history} timeZone={timeZone} />
            </Suspense>
          )}
        </div>
      </figure>
    </section>
  )
}

function Members({ id }: { id: string }) {
  const timeZone = useMe()?.workspace.timeZone
  const { currentData, error, isFetching, hasNextPage, fetchNextPage, refetch } = useMembersInfiniteQuery(id)
  const people = currentData?.pages.flatMap((page) => page.items)
  return (
    <section aria-labelledby="members">
      <h2 id="members" className="pb-2.5 text-lg font-semibold tracking-[-0.01em]">
        Members
      </h2>
      {people?.length === 0 ? (
        <p className="rounded-xl border border-dashed border-line-strong px-4 py-8 text-center text-base text-ink-2">Nobody belongs to it now. Whoever matches the rule shows here by themselves.</p>
      ) : (
        (people ?? !error) && (
          <div className="overflow-hidden rounded-xl border border-line bg-surface">
            {people ? (
              <People people={people} label="Members" since timeZone={timeZone} />
            ) : (
              <Loading label="Loading members">
                <PeopleSkeleton />
              </Loading>
            )}
          </div>
        )
      )}
      {error && (
        <div className="mt-3">
          <Notice
            tone="danger"
            role="alert"
            action={
              <Button size="sm" busy={isFetching} onClick={() => void (people ? fetchNextPage() : refetch())}>
                Try again
              </Button>
            }
          >
            {problemOf(error).detail}
          </Notice>
        </div>
      )}
      {hasNextPage && !error && <More key={people?.length} busy={isFetching} onMore={() => void fetchNextPage()} />}
    </section>
  )
}

function SegmentSkeleton() {
  return (
    <>
      <PageBar title={<Trail name="" />} />
      <Loading label="Loading the segment" className="mx-auto w-full max-w-[92rem] space-y-6 px-4 pt-5 sm:px-6">
        <div className="grid gap-8 lg:grid-cols-[minmax(0,24rem)_minmax(0,1fr)]">
          <div className="space-y-3">
            <Skeleton className="h-9 w-40" />
            <Skeleton className="h-4 w-full" />
            <Skeleton className="h-4 w-2/3" />
          </div>
          <Skeleton className="h-52 rounded-xl" />
        </div>
        <div className="overflow-hidden rounded-xl border border-line bg-surface">
          <PeopleSkeleton />
        </div>
      </Loading>
    </>
  )
}
