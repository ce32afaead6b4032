import { ChevronLeft } from 'lucide-react'
import { Link, Navigate, useNavigate, useParams } from 'react-router-dom'
import { api } from '@/api/api'
import type { DataSource } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { formatCount } from '@/lib/format'
import { usePageTitle } from '@/lib/hooks'
import { Badge } from '@/ui/Badge'
import { Button, buttonClass } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { PageBar } from '@/ui/PageBar'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { Received } from './Received'
import { Rejected } from './Rejected'
import { SetUp } from './SetUp'
import { SourceMenu } from './SourceMenu'
import { stateOf, typeName } from './sources'

/** One data source: how to send to it, what arrived, and what was rejected. */
export default function SourcePage() {
  const { sourceId = '', tab } = useParams()
  const { data: source, error, isFetching, refetch } = api.useGetDataSourceQuery({ id: sourceId }, { pollingInterval: 5000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true })
  usePageTitle(source?.name ?? 'Data source')
  const problem = error && !source ? problemOf(error) : undefined
  return (
    <>
      <PageBar
        title={
          <span className="flex items-center gap-1.5">
            <Link to="/data" className="flex shrink-0 items-center gap-0.5 rounded-sm font-normal text-ink-2 hover:text-ink">
              <ChevronLeft size={15} aria-hidden="true" />
              Data
            </Link>
            <span aria-hidden="true" className="text-ink-3">
              /
            </span>
            <span className="truncate">{source?.name ?? 'Data source'}</span>
          </span>
        }
        actions={source && !source.demo && <Menu source={source} />}
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="page">
          {source ? (
            <Shown source={source} tab={tab} />
          ) : problem?.status === 404 || problem?.status === 422 ? (
            <div className="grid justify-items-center py-16 text-center">
              <h2 className="text-lg font-semibold">This data source is not here</h2>
              <p className="mt-1 text-base text-ink-2">It was removed, or the address is not right.</p>
              <Link to="/data" className={cx(buttonClass('primary'), 'mt-4')}>
                All data sources
              </Link>
            </div>
          ) : problem ? (
            <Notice
              tone="danger"
              action={
                <Button size="sm" busy={isFetching} onClick={() => void refetch()}>
                  Try again
                </Button>
              }
            >
              {problem.detail}
            </Notice>
          ) : (
            <Loading label="Loading the data source" className="space-y-5">
              <Skeleton className="h-12 w-72" />
              <Skeleton className="h-9 w-full" />
              <Skeleton className="h-80 w-full rounded-xl" />
            </Loading>
          )}
        </div>
      </div>
    </>
  )
}

function Menu({ source }: { source: DataSource }) {
  const navigate = useNavigate()
  return <SourceMenu source={source} onRemoved={() => void navigate('/data', { replace: true })} />
}

function Shown({ source, tab }: { source: DataSource; tab?: string }) {
  const state = stateOf(source)
  const takes = source.writeKey !== undefined
  const tabs = [
    ...(takes ? [{ key: undefined, name: 'How to send', page: <SetUp source={source} /> }] : []),
    { key: 'received', name: 'Received', page: <Received sourceId={source.id} /> },
    { key: 'rejected', name: 'Rejected', page: <Rejected sourceId={source.id} />, count: source.rejected },
  ]
  const shown = tabs.find((t) => t.key === tab)
  if (!shown) return <Navigate to={`/data/${source.id}/received`} replace />
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <h2 className="text-xl font-semibold tracking-[-0.015em] [overflow-wrap:anywhere]">{source.name}</h2>
        <Badge tone={state.tone}>{state.text}</Badge>
      </div>
      <p className="mt-0.5 text-base text-ink-2 tabular">
        {typeName(source.type)} · {formatCount(source.events)} events
      </p>
      <nav aria-label="About this data source" className="mt-4 border-b border-line">
        <ul className="-mb-px flex gap-5 overflow-x-auto">
          {tabs.map((t) => (
            <li key={t.name}>
              <Link
                to={`/data/${source.id}${t.key ? `/${t.key}` : ''}`}
                replace
                aria-current={t === shown ? 'page' : undefined}
                className={cx('flex h-9 items-center gap-1.5 border-b-2 text-base whitespace-nowrap focus-visible:-outline-offset-2 coarse:h-11', t === shown ? 'border-accent font-medium text-ink' : 'border-transparent text-ink-2 hover:text-ink')}
              >
                {t.name}
                {!!t.count && <Badge tone="warn">{t.count >= 1000 ? '1,000+' : formatCount(t.count)}</Badge>}
              </Link>
            </li>
          ))}
        </ul>
      </nav>
      <div className="pt-5">{shown.page}</div>
    </>
  )
}
