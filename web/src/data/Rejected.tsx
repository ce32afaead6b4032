import { useCallback } from 'react'
import { api } from '@/api/api'
import type { RejectedEvent } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatDateTime } from '@/lib/format'
import { Badge } from '@/ui/Badge'
import { EventLine, EventList, Json } from './EventList'
import { usePages } from './usePages'

const limit = 50

/** What was not stored, or not wholly, with the reason and what would be right. */
export function Rejected({ sourceId }: { sourceId: string }) {
  const { data, error, refetch } = api.useListRejectedEventsQuery({ id: sourceId, limit }, { pollingInterval: 3000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true })
  const [load] = api.useLazyListRejectedEventsQuery()
  const page = usePages(data, useCallback((cursor: string) => load({ id: sourceId, limit, cursor }).unwrap(), [load, sourceId]))
  const timeZone = useMe()?.workspace.timeZone
  return (
    <EventList
      label="Rejected events"
      note={`Newest first, kept for 30 days${timeZone ? `; times of ${timeZone.replaceAll('_', ' ')}` : ''}.`}
      count={page.items?.length}
      failed={error ? problemOf(error) : undefined}
      retry={() => void refetch()}
      more={page.more}
      still={page.still}
      loading={page.loading}
      problem={page.problem}
      onOlder={() => void page.older()}
      onLive={page.live}
      nothing="Nothing was rejected. What PulseHub cannot take would show here, with its reason."
    >
      {page.items?.map((message) => (
        <Line key={message.id} message={message} timeZone={timeZone} />
      ))}
    </EventList>
  )
}

function Line({ message: m, timeZone }: { message: RejectedEvent; timeZone?: string }) {
  return (
    <EventLine
      summary={
        <span className="min-w-0 flex-1">
          <span className="flex flex-wrap items-baseline justify-between gap-x-4">
            <span className="flex min-w-0 flex-wrap items-center gap-2 text-base font-medium">
              <span className="truncate">{m.name || 'Without a name'}</span>
              <Badge tone={m.kept ? 'neutral' : 'warn'}>{m.kept ? 'Stored without it' : 'Not stored'}</Badge>
            </span>
            <time dateTime={m.receivedAt} className="text-sm text-ink-3 tabular">
              {formatDateTime(m.receivedAt, timeZone)}
            </time>
          </span>
          <span className="block text-sm text-ink-2">
            {m.field && <code className="mr-1.5 font-mono text-xs">{m.field}</code>}
            {m.reason}
          </span>
        </span>
      }
    >
      <p className="text-sm text-ink-3">
        Code <code className="font-mono text-xs text-ink-2">{m.code}</code>
        {m.messageId && (
          <>
            , message <code className="font-mono text-xs [overflow-wrap:anywhere] text-ink-2">{m.messageId}</code>
          </>
        )}
      </p>
      <Json name="As it was sent" value={m.raw} />
    </EventLine>
  )
}
