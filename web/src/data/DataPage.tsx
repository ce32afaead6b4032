import { Database, FlaskConical, MessageSquareText, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { Link } from 'react-router-dom'
import { api } from '@/api/api'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { formatCompact, formatCount, formatDateTime } from '@/lib/format'
import { usePageTitle } from '@/lib/hooks'
import { Badge } from '@/ui/Badge'
import { Button, buttonClass } from '@/ui/Button'
import { Confirm } from '@/ui/Dialog'
import { Notice } from '@/ui/Notice'
import { PageBar } from '@/ui/PageBar'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { toastShown } from '@/ui/toast'
import { JobProgress } from './JobProgress'
import { SourceList } from './SourceList'
import { sizes, useDemoData } from './useDemoData'

/** What the workspace knows, and demo data to try it with. */
export default function DataPage() {
  usePageTitle('Data')
  return (
    <>
      <PageBar title="Data" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="page space-y-8">
          <Holdings />
          <SourceList />
          <DemoData />
        </div>
      </div>
    </>
  )
}

function Holdings() {
  const timeZone = useMe()?.workspace.timeZone
  const { data, error, isLoading, refetch } = api.useGetAnalyticsOverviewQuery({})
  return (
    <section aria-labelledby="holdings">
      <h2 id="holdings" className="text-xl font-semibold tracking-[-0.015em]">
        What your answers come from
      </h2>
      {isLoading ? (
        <Loading label="Counting" className="mt-4 grid gap-3 sm:grid-cols-2">
          <Skeleton className="h-20 rounded-xl" />
          <Skeleton className="h-20 rounded-xl" />
        </Loading>
      ) : error || !data ? (
        <div className="mt-4">
          <Notice
            tone="danger"
            action={
              <Button size="sm" onClick={() => void refetch()}>
                Try again
              </Button>
            }
          >
            {problemOf(error).detail}
          </Notice>
        </div>
      ) : (
        <>
          <dl className="mt-4 grid gap-3 sm:grid-cols-2">
            <Figure name="Events" value={data.events} />
            <Figure name="Customers" value={data.customers} />
          </dl>
          <p className="mt-2.5 text-sm text-ink-3">
            Counted over everything, {formatDateTime(data.computedAt, timeZone)}
            {timeZone && ` (${timeZone})`}.
          </p>
        </>
      )}
    </section>
  )
}

function Figure({ name, value }: { name: string; value: number }) {
  return (
    <div className="rounded-xl border border-line bg-surface px-4 py-3">
      <dt className="text-sm text-ink-2">{name}</dt>
      <dd className="text-2xl font-semibold tracking-[-0.02em] tabular">{formatCount(value)}</dd>
    </div>
  )
}

function DemoData() {
  const dispatch = useDispatch()
  const { job, seenAt, running, problem, load, starting, clear, clearing } = useDemoData()
  const [chosen, setChosen] = useState(sizes[1]!)
  const [removing, setRemoving] = useState(false)
  const { data: overview } = api.useGetAnalyticsOverviewQuery({})
  const done = job?.status === 'completed'
  const loaded = done || overview?.demo === true
  return (
    <section aria-labelledby="demo" className="rounded-xl border border-line bg-surface">
      <div className="p-4 sm:p-5">
        <div className="flex flex-wrap items-start justify-between gap-3">
          <div className="min-w-0 flex-1 basis-72">
            <h2 id="demo" className="flex items-center gap-2.5 text-lg font-semibold tracking-[-0.01em]">
              <FlaskConical size={18} aria-hidden="true" className="text-accent-text" />
              Try with demo data
              {loaded && <Badge tone="accent">Loaded</Badge>}
            </h2>
            <p className="mt-1 max-w-2xl text-base text-ink-2">
              A made-up shop: the same people behind Google Tag Manager, Facebook Pixel and Shopify, who visit, buy, leave carts behind and come back, over half a year. Everything counted from it is marked as demo data.
            </p>
          </div>
        </div>

        {running && job ? (
          <div className="mt-5 max-w-2xl">
            <JobProgress job={job} seenAt={seenAt} />
          </div>
        ) : (
          <>
            <fieldset className="mt-5">
              <legend className="mb-2 text-sm font-[560] text-ink-2">{loaded ? 'Add more' : 'How much'}</legend>
              <div className="grid gap-2.5 sm:grid-cols-3">
                {sizes.map((size) => (
                  <label
                    key={size.key}
                    className={cx(
                      'relative cursor-pointer rounded-lg border p-3.5 transition-colors duration-100 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
                      size === chosen ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-hover',
                    )}
                  >
                    <input type="radio" name="size" checked={size === chosen} onChange={() => setChosen(size)} className="absolute opacity-0" />
                    <span className="block text-base font-semibold">{size.name}</span>
                    <span className="mt-0.5 block text-sm text-ink-2 tabular">
                      {formatCompact(size.customers)} customers, {formatCompact(size.events)} events
                    </span>
                    <span className="mt-1.5 block text-xs text-ink-3">Takes {size.wait}</span>
                  </label>
                ))}
              </div>
            </fieldset>
            <div className="mt-4 flex flex-wrap gap-2">
              <Button variant={loaded ? 'secondary' : 'primary'} icon={<Database size={15} />} busy={starting} onClick={() => void load(chosen)}>
                {loaded ? 'Load more demo data' : 'Load demo data'}
              </Button>
              {loaded && (
                <Link to="/" className={buttonClass('primary')}>
                  <MessageSquareText size={15} aria-hidden="true" />
                  Ask a question
                </Link>
              )}
            </div>
          </>
        )}

        <div className="mt-4 empty:hidden">
          {problem && (
            <Notice tone="danger" role="alert">
              {problem.detail}
            </Notice>
          )}
          {job?.status === 'failed' && (
            <Notice tone="danger" role="alert" title="The demo data could not be loaded">
              {job.error || 'Something went wrong on our side. Try again; what was loaded so far stays.'}
            </Notice>
          )}
          {done && (
            <p role="status" className="text-base text-ink-2">
              Loaded <span className="tabular">{formatCount(job.events)}</span> events of <span className="tabular">{formatCount(job.customers)}</span> customers.
            </p>
          )}
        </div>
      </div>
      {(loaded || running || job?.status === 'failed') && <div className="flex flex-wrap items-center justify-between gap-3 border-t border-line px-4 py-3 sm:px-5">
        <p className="min-w-0 flex-1 basis-64 text-sm text-ink-2">Removing takes away all demo customers and what they did. Your own data stays.</p>
        <Button size="sm" icon={<Trash2 size={14} />} busy={clearing} onClick={() => setRemoving(true)}>
          Remove demo data
        </Button>
      </div>}
      {removing && (
        <Confirm
          open
          onOpenChange={(open) => !open && setRemoving(false)}
          title="Remove all demo data?"
          description="All demo customers, their events and what was counted from them go away. Your own data and your conversations stay. You can load demo data again at any time."
          action="Remove demo data"
          busy={clearing}
          onConfirm={() =>
            void clear().then((done) => {
              setRemoving(false)
              if (done) dispatch(toastShown('Demo data is being removed.'))
            })
          }
        />
      )}
    </section>
  )
}
