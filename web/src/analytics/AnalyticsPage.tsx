import { ChartColumn } from 'lucide-react'
import { Link } from 'react-router-dom'
import { api } from '@/api/api'
import { problemOf } from '@/api/problem'
import { usePageTitle } from '@/lib/hooks'
import { Badge } from '@/ui/Badge'
import { Button, buttonClass } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { PageBar } from '@/ui/PageBar'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { Channels } from './Channels'
import { CohortMap } from './CohortMap'
import { FilterBar } from './FilterBar'
import { Funnel } from './Funnel'
import { Overview } from './Overview'
import { Predictions } from './Predictions'
import { Revenue } from './Revenue'
import { RfmMap } from './RfmMap'
import { TimeSeries } from './TimeSeries'
import { useAsked } from './useAsked'

/** What the workspace's data says, over one range and of one segment. */
export default function AnalyticsPage() {
  usePageTitle('Analytics')
  const { data: me, error, refetch } = api.useGetProfileQuery()
  if (me) return <Reports timeZone={me.workspace.timeZone} currency={me.workspace.currency} />
  return (
    <>
      <PageBar title="Analytics" />
      <div className="page">
        {error ? (
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
        ) : (
          <Loading label="Loading the page">
            <Skeleton className="h-76 rounded-xl" />
          </Loading>
        )}
      </div>
    </>
  )
}

function Reports({ timeZone, currency }: { timeZone: string; currency: string }) {
  const asked = useAsked(timeZone)
  const { change, param } = asked
  const look = (values: Record<string, string | undefined>) => change(values, true)
  const { data: overview } = api.useGetAnalyticsOverviewQuery(asked.args)
  if (overview?.events === 0) {
    return (
      <>
        <PageBar title="Analytics" />
        <Nothing />
      </>
    )
  }
  return (
    <>
      <PageBar title="Analytics" actions={overview?.demo && <Badge tone="warn">Includes demo data</Badge>} />
      <FilterBar asked={asked} timeZone={timeZone} onChange={change} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid max-w-[120rem] gap-4 px-3 pt-4 pb-16 sm:px-5 sm:pt-5 xl:grid-cols-2">
          <div className="min-w-0 xl:col-span-2">
            <Overview asked={asked} currency={currency} />
          </div>
          <div className="min-w-0 xl:col-span-2">
            <TimeSeries asked={asked} currency={currency} metric={param('metric')} step={param('step')} onChange={look} />
          </div>
          <Funnel asked={asked} />
          <Channels asked={asked} />
          <div className="min-w-0 xl:col-span-2 min-[120rem]:col-span-1">
            <Revenue asked={asked} side={param('sold')} onChange={look} />
          </div>
          <div className="min-w-0 xl:col-span-2 min-[120rem]:col-span-1">
            <CohortMap asked={asked} by={param('began')} step={param('period')} figure={param('cohort')} onChange={look} />
          </div>
          <div className="min-w-0 xl:col-span-2">
            <RfmMap asked={asked} />
          </div>
          <div className="min-w-0 xl:col-span-2">
            <Predictions />
          </div>
        </div>
      </div>
    </>
  )
}

function Nothing() {
  return (
    <div className="grid flex-1 content-center justify-items-center px-6 py-12 text-center">
      <ChartColumn size={28} aria-hidden="true" className="text-ink-3" />
      <h2 className="mt-3 text-lg font-semibold tracking-[-0.01em]">Nothing to count yet</h2>
      <p className="mt-1 max-w-md text-base text-ink-2">Once your site or shop sends what customers do, their visits, orders and revenue show here. Add a data source, or try it with demo data.</p>
      <Link to="/data" className={`${buttonClass('primary')} mt-4`}>
        Add data
      </Link>
    </div>
  )
}
