import { useCallback } from 'react'
import { api } from '@/api/api'
import type { ReceivedEvent } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatDateTime, formatMoney } from '@/lib/format'
import { Badge } from '@/ui/Badge'
import { EventLine, EventList, Json } from './EventList'
import { eventName } from './sources'
import { usePages } from './usePages'

const limit = 50

/** What a data source sent, as it arrives. */
export function Received({ sourceId }: { sourceId: string }) {
  const { data, error, refetch } = api.useListReceivedEventsQuery({ id: sourceId, limit }, { pollingInterval: 3000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true })
  const [load] = api.useLazyListReceivedEventsQuery()
  const page = usePages(data, useCallback((cursor: string) => load({ id: sourceId, limit, cursor }).unwrap(), [load, sourceId]))
  const timeZone = useMe()?.workspace.timeZone
  return (
    <EventList
      label="Received events"
      note={`Newest first, by when they happened${timeZone ? `; times of ${timeZone.replaceAll('_', ' ')}` : ''}.`}
      count={page.items?.length}
      failed={error ? problemOf(error) : undefined}
      retry={() => void refetch()}
      more={page.more}
      still={page.still}
      loading={page.loading}
      problem={page.problem}
      onOlder={() => void page.older()}
      onLive={page.live}
      nothing="Nothing has arrived yet. What is sent shows here by itself."
    >
      {page.items?.map((event) => (
        <Line key={`${event.id} ${event.occurredAt}`} event={event} />
      ))}
    </EventList>
  )
}

function Line({ event }: { event: ReceivedEvent }) {
  const me = useMe()
  const who = event.customerId ? `Customer ${event.customerId.slice(-8)}` : event.anonymousId ? `Visitor ${event.anonymousId.slice(0, 8)}` : 'Nobody known'
  const what = event.product ?? productsOf(event) ?? pageOf(event)
  return (
    <EventLine
      summary={
        <span className="grid min-w-0 flex-1 grid-cols-[minmax(0,1fr)_auto] items-baseline gap-x-4 gap-y-0.5 sm:grid-cols-[minmax(9rem,13rem)_minmax(0,1fr)_auto_auto]">
          <span className="truncate text-base font-medium">{eventName(event)}</span>
          <span className="order-3 truncate text-sm text-ink-2 sm:order-none">{[what, event.channel?.replaceAll('_', ' ')].filter(Boolean).join(' · ')}</span>
          <span className="order-4 text-right text-sm tabular sm:order-none">{event.value && me && formatMoney(event.value, me.workspace.currency)}</span>
          <time dateTime={event.occurredAt} className="text-right text-sm text-ink-3 tabular sm:w-38">
            {formatDateTime(event.occurredAt, me?.workspace.timeZone)}
          </time>
        </span>
      }
    >
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5 text-sm">
        <Detail name="Who" value={who} />
        <Detail name="Message" value={event.id} mono />
        <Detail name="Arrived" value={formatDateTime(event.receivedAt, me?.workspace.timeZone)} />
      </dl>
      {event.duplicate && <Badge tone="neutral">Another source told of this, too: it counts once</Badge>}
      {event.properties !== undefined && <Json name="Properties" value={event.properties as unknown} />}
      {event.context !== undefined && <Json name="Context" value={event.context as unknown} />}
    </EventLine>
  )
}

function Detail({ name, value, mono }: { name: string; value: string; mono?: boolean }) {
  return (
    <>
      <dt className="text-ink-3">{name}</dt>
      <dd className={mono ? 'font-mono text-xs leading-5 [overflow-wrap:anywhere]' : undefined}>{value}</dd>
    </>
  )
}

/** What an order was of: "Desk lamp and 2 more". */
function productsOf(event: ReceivedEvent): string | undefined {
  const items = (event.properties as { items?: { product?: unknown }[] } | undefined)?.items
  const first = Array.isArray(items) ? items[0]?.product : undefined
  if (typeof first !== 'string') return undefined
  return items!.length > 1 ? `${first} and ${items!.length - 1} more` : first
}

/** The page that an event happened on, if it says. */
function pageOf(event: ReceivedEvent): string | undefined {
  const page = (event.context as { page?: { path?: unknown } } | undefined)?.page
  const properties = ((event.properties as unknown) ?? {}) as { path?: unknown; url?: unknown }
  const path = page?.path ?? properties?.path ?? properties?.url
  return typeof path === 'string' ? path : undefined
}
