import { ArrowRight, Globe, Plus, ServerCog, ShoppingBag, Tag } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router-dom'
import { api } from '@/api/api'
import type { DataSource } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatAgo, formatCount, formatDateTime } from '@/lib/format'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { AddSource } from './AddSource'
import { SourceMenu } from './SourceMenu'
import { kinds, stateOf, typeName, type Kind } from './sources'

export const sourceIcons = { gtm: Tag, http: ServerCog, shopify: ShoppingBag, facebook_pixel: Globe }

/** A card for each data source: what state it is in, and what came from it. */
export function SourceList() {
  const { data, error, isFetching, refetch } = api.useListDataSourcesQuery({ limit: 100 }, { pollingInterval: 10_000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true })
  const [adding, setAdding] = useState<Kind>()
  return (
    <section aria-labelledby="sources">
      <div className="flex flex-wrap items-center justify-between gap-3">
        <h2 id="sources" className="text-xl font-semibold tracking-[-0.015em]">
          Data sources
        </h2>
        {data && data.items.length > 0 && (
          <Button variant="primary" icon={<Plus size={15} />} onClick={() => setAdding('gtm')}>
            Add a data source
          </Button>
        )}
      </div>
      {data ? (
        data.items.length === 0 ? (
          <div className="mt-4 rounded-xl border border-line bg-surface p-4 sm:p-5">
            <p className="max-w-2xl text-base text-ink-2">Nothing sends to PulseHub yet. Choose where your customers’ events come from; you get what to paste, and see the first event arrive.</p>
            <ul className="mt-4 grid gap-2.5 sm:grid-cols-2">
              {kinds.map((kind) => {
                const Icon = sourceIcons[kind.type]
                return (
                  <li key={kind.type}>
                    <button type="button" onClick={() => setAdding(kind.type)} className="flex h-full w-full items-start gap-3 rounded-lg border border-line-strong p-3.5 text-left hover:bg-hover">
                      <Icon size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-accent-text" />
                      <span>
                        <span className="block text-base font-semibold">{kind.name}</span>
                        <span className="mt-0.5 block text-sm text-ink-2">{kind.what}</span>
                      </span>
                    </button>
                  </li>
                )
              })}
            </ul>
          </div>
        ) : (
          <ul className="mt-4 grid gap-3 lg:grid-cols-2">
            {data.items.map((source) => (
              <li key={source.id} className="min-w-0">
                <SourceCard source={source} />
              </li>
            ))}
          </ul>
        )
      ) : error ? (
        <div className="mt-4">
          <Notice
            tone="danger"
            action={
              <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {problemOf(error).detail}
          </Notice>
        </div>
      ) : (
        <Loading label="Loading your data sources" className="mt-4 grid gap-3 lg:grid-cols-2">
          <Skeleton className="h-38 rounded-xl" />
          <Skeleton className="h-38 rounded-xl" />
        </Loading>
      )}
      {adding && <AddSource kind={adding} onClose={() => setAdding(undefined)} />}
    </section>
  )
}

function SourceCard({ source }: { source: DataSource }) {
  const timeZone = useMe()?.workspace.timeZone
  const Icon = sourceIcons[source.type]
  const state = stateOf(source)
  return (
    <article aria-label={source.name} className="relative flex h-full flex-col rounded-xl border border-line bg-surface transition-colors duration-100 hover:border-line-strong has-[a:focus-visible]:border-accent">
      <div className="flex items-start gap-3 p-4">
        <span aria-hidden="true" className="grid size-9 shrink-0 place-items-center rounded-md bg-sunken text-ink-2">
          <Icon size={18} />
        </span>
        <div className="min-w-0 flex-1">
          {/* The whole card leads there; what else can be pressed on it lies above. */}
          <Link to={`/data/${source.id}${source.demo || source.events > 0 ? '/received' : ''}`} className="block truncate text-base font-semibold after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none">
            {source.name}
          </Link>
          <p className="truncate text-sm text-ink-3">{typeName(source.type)}</p>
          <p className="mt-2">
            <Badge tone={state.tone}>{state.text}</Badge>
          </p>
        </div>
        {source.demo ? <ArrowRight size={16} aria-hidden="true" className="mt-1 text-ink-3" /> : <span className="relative -mt-1 -mr-1"><SourceMenu source={source} /></span>}
      </div>
      <dl className="mt-auto grid grid-cols-3 divide-x divide-line border-t border-line text-sm">
        <Cell name="Events" value={formatCount(source.events)} />
        <Cell
          name="Last event"
          value={
            source.lastEventAt ? (
              <time dateTime={source.lastEventAt} title={`${formatDateTime(source.lastEventAt, timeZone)}${timeZone ? ` (${timeZone})` : ''}`}>
                {formatAgo(source.lastEventAt)}
              </time>
            ) : (
              'none yet'
            )
          }
        />
        <Cell
          name="Rejected, 7 days"
          value={
            source.rejected > 0 ? (
              <Link to={`/data/${source.id}/rejected`} className="relative font-medium text-warn-text underline underline-offset-2">
                {source.rejected >= 1000 ? 'over 1,000' : formatCount(source.rejected)}
              </Link>
            ) : (
              'none'
            )
          }
        />
      </dl>
    </article>
  )
}

function Cell({ name, value }: { name: string; value: React.ReactNode }) {
  return (
    <div className="min-w-0 px-4 py-2.5">
      <dt className="truncate text-xs text-ink-3">{name}</dt>
      <dd className="truncate font-medium tabular">{value}</dd>
    </div>
  )
}
