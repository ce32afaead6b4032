import { CircleDot, Eye, FileText, LogIn, Mail, MailOpen, MousePointerClick, PackageCheck, Search, ShoppingCart, Undo2, UserPlus, type LucideIcon } from 'lucide-react'
import { createElement, useState } from 'react'
import type { CustomerEvent } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { dayGroup, formatDateTime, formatMoney, formatTime } from '@/lib/format'
import { Button } from '@/ui/Button'
import { More } from '@/ui/More'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { useTimelineInfiniteQuery } from './customers'

const icons: Record<string, LucideIcon> = {
  page_viewed: FileText,
  product_viewed: Eye,
  search_performed: Search,
  product_added: ShoppingCart,
  checkout_started: LogIn,
  order_completed: PackageCheck,
  order_refunded: Undo2,
  lead_captured: UserPlus,
  signed_up: UserPlus,
  message_opened: MailOpen,
  message_clicked: MousePointerClick,
}

const iconOf = (type: string) => icons[type] ?? (type.startsWith('message_') ? Mail : CircleDot)

/** What one customer did, newest first, by the days of the workspace. */
export function Timeline({ id }: { id: string }) {
  const timeZone = useMe()?.workspace.timeZone
  const { currentData, error, isFetching, hasNextPage, fetchNextPage, refetch } = useTimelineInfiniteQuery(id)
  const [repeats, setRepeats] = useState(false)
  const told = currentData?.pages.flatMap((page) => page.items)
  // What several sources told of counts once, and so it shows once.
  const events = told?.filter((event) => repeats || !event.duplicate)
  return (
    <section aria-labelledby="timeline">
      <div className="flex items-center gap-3 pb-2">
        <h2 id="timeline" className="text-lg font-semibold tracking-[-0.01em]">
          Timeline
        </h2>
        {told?.some((event) => event.duplicate) && (
          <Button size="sm" variant="ghost" onClick={() => setRepeats(!repeats)}>
            {repeats ? 'Hide repeats' : 'Show repeats'}
          </Button>
        )}
        {timeZone && <p className="ml-auto text-sm text-ink-3">Times in {timeZone}</p>}
      </div>
      {!events && !error && <TimelineSkeleton />}
      {told?.length === 0 && <p className="rounded-xl border border-dashed border-line-strong px-4 py-8 text-center text-base text-ink-2">Nothing is known of what they did.</p>}
      {events && events.length > 0 && (
        <div className="rounded-xl border border-line bg-surface px-4 pt-1 pb-3">
          {byDay(events, timeZone).map((day) => (
            <section key={day.name} aria-label={day.name}>
              <h3 className="sticky top-0 z-10 bg-surface pt-3 pb-1 text-xs font-medium text-ink-3">{day.name}</h3>
              <ol>
                {day.events.map((event, i) => (
                  <Entry key={`${event.sourceId} ${event.id} ${event.occurredAt}`} event={event} last={i === day.events.length - 1} timeZone={timeZone} />
                ))}
              </ol>
            </section>
          ))}
        </div>
      )}
      {error && (
        <div className="mt-3">
          <Notice
            tone="danger"
            role="alert"
            action={
              <Button size="sm" busy={isFetching} onClick={() => void (events ? fetchNextPage() : refetch())}>
                Try again
              </Button>
            }
          >
            {problemOf(error).detail}
          </Notice>
        </div>
      )}
      {hasNextPage && !error && <More key={told?.length} busy={isFetching} onMore={() => void fetchNextPage()} />}
    </section>
  )
}

function Entry({ event, last, timeZone }: { event: CustomerEvent; last: boolean; timeZone?: string }) {
  const money = event.type === 'order_completed'
  return (
    <li className="relative flex gap-3 py-1.5">
      {!last && <span aria-hidden="true" className="absolute top-8 bottom-[-0.25rem] left-3 w-px bg-line" />}
      <span className={cx('grid size-6 shrink-0 place-items-center rounded-full', money ? 'bg-accent-soft text-accent-text' : 'bg-sunken text-ink-3')}>
        {createElement(iconOf(event.type), { size: 13, 'aria-hidden': true })}
      </span>
      <div className="min-w-0 flex-1">
        <p className={cx('text-base break-words', money && 'font-medium', event.duplicate && 'text-ink-2')}>{event.text}</p>
        <p className="text-sm text-ink-3">
          {[event.sourceName, event.channel && !event.type.startsWith('message_') && `via ${event.channel.replaceAll('_', ' ')}`, event.duplicate && 'a better source told of it, too: counts once'].filter(Boolean).join(' · ')}
        </p>
      </div>
      <div className="shrink-0 text-right">
        {event.value && <p className={cx('text-base tabular', money && 'font-medium')}>{formatMoney(event.value.amount, event.value.currency)}</p>}
        <time dateTime={event.occurredAt} title={formatDateTime(event.occurredAt, timeZone)} className="text-sm text-ink-3 tabular">
          {formatTime(event.occurredAt, timeZone)}
        </time>
      </div>
    </li>
  )
}

/** Days by their name: today and yesterday in words, others by date. */
function byDay(events: CustomerEvent[], timeZone?: string): { name: string; events: CustomerEvent[] }[] {
  const long = new Intl.DateTimeFormat(navigator.language, { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', timeZone })
  const days: { name: string; events: CustomerEvent[] }[] = []
  for (const event of events) {
    const group = dayGroup(event.occurredAt, timeZone)
    const name = group === 'Today' || group === 'Yesterday' ? group : long.format(new Date(event.occurredAt))
    if (days.at(-1)?.name === name) days.at(-1)!.events.push(event)
    else days.push({ name, events: [event] })
  }
  return days
}

function TimelineSkeleton() {
  return (
    <Loading label="Loading the timeline" className="space-y-4 rounded-xl border border-line bg-surface p-4">
      {[44, 60, 36, 52, 40, 48].map((width) => (
        <div key={width} className="flex gap-3">
          <Skeleton className="size-6 rounded-full" />
          <div className="flex-1 space-y-1.5">
            <div style={{ width: `${width}%` }}>
              <Skeleton className="h-3.5 w-full" />
            </div>
            <Skeleton className="h-3 w-24" />
          </div>
          <Skeleton className="h-3.5 w-12" />
        </div>
      ))}
    </Loading>
  )
}
