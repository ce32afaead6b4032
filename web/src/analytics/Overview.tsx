import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react'
import { skipToken } from '@reduxjs/toolkit/query'
import { api } from '@/api/api'
import type { Kpi } from '@/api/generated'
import { cx } from '@/lib/cx'
import { Skeleton } from '@/ui/Skeleton'
import { change, show, type Metric } from './figures'
import { Panel } from './Panel'
import { addDays, before, rangeName, stepsFor } from './range'
import { Sparkline } from './Sparkline'
import type { Asked } from './useAsked'

/** The tiles, and the series that each one's line is drawn from: the second divides the first. */
const tiles: { metric: string; name: string; series: [Metric, Metric?] }[] = [
  { metric: 'revenue', name: 'Revenue', series: ['revenue'] },
  { metric: 'orders', name: 'Orders', series: ['orders'] },
  { metric: 'average_order', name: 'Average order', series: ['revenue', 'orders'] },
  { metric: 'conversion_rate', name: 'Orders per visit', series: ['orders', 'visits'] },
  { metric: 'visits', name: 'Visits', series: ['visits'] },
  { metric: 'active_customers', name: 'Active customers', series: ['active_customers'] },
  { metric: 'new_customers', name: 'New customers', series: ['new_customers'] },
  { metric: 'new_buyers', name: 'First-time buyers', series: ['new_buyers'] },
]

export function Overview({ asked, currency }: { asked: Asked; currency: string }) {
  const result = api.useGetAnalyticsOverviewQuery(asked.args)
  return (
    <Panel
      title="Overview"
      description={`Beside ${before(asked.count)}, ${rangeName({ from: addDays(asked.days.from, -asked.count), to: addDays(asked.days.from, -1) }, asked.days.to)}.`}
      result={result}
      counted={(data) => data.period}
      csv={{ report: 'overview', params: asked.args }}
      height="min-h-98 sm:min-h-76 xl:min-h-76"
    >
      {(data) => (
        <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line lg:grid-cols-4">
          {tiles.map((tile) => {
            const kpi = data.period.figures.find((f) => f.metric === tile.metric)
            return kpi && <Tile key={tile.metric} name={tile.name} kpi={kpi} series={tile.series} asked={asked} currency={kpi.currency ?? currency} />
          })}
        </ul>
      )}
    </Panel>
  )
}

function Tile({ name, kpi, series, asked, currency }: { name: string; kpi: Kpi; series: [Metric, Metric?]; asked: Asked; currency: string }) {
  const changed = change(kpi.change)
  const Arrow = changed?.direction === 'up' ? ArrowUpRight : changed?.direction === 'down' ? ArrowDownRight : ArrowRight
  const earlier = show(kpi.previous, kpi.unit, currency)
  return (
    <li className="min-w-0 bg-surface p-3 sm:p-4">
      <p className="truncate text-sm text-ink-2">{name}</p>
      <p className="mt-0.5 flex flex-wrap items-baseline gap-x-2">
        <span className="text-xl font-semibold tracking-[-0.02em] tabular sm:text-2xl">{show(kpi.value, kpi.unit, currency)}</span>
        {changed ? (
          <span className={cx('inline-flex items-center gap-0.5 text-sm font-medium tabular', changed.direction === 'up' ? 'text-accent-text' : changed.direction === 'down' ? 'text-danger-text' : 'text-ink-3')}>
            <Arrow size={14} aria-hidden="true" />
            <span className="sr-only">{changed.direction === 'same' ? 'unchanged,' : changed.direction}</span>
            {changed.text}
          </span>
        ) : (
          <span className="text-sm text-ink-3">{Number(kpi.value) === 0 ? '' : 'new'}</span>
        )}
      </p>
      <p className="mt-0.5 truncate text-xs text-ink-3 tabular">{earlier} before</p>
      <div className="mt-2">
        <TileLine series={series} asked={asked} />
      </div>
    </li>
  )
}

function TileLine({ series: [first, second], asked }: { series: [Metric, Metric?]; asked: Asked }) {
  const granularity = stepsFor(asked.count, false).best
  const ask = { ...asked.args, granularity }
  const above = api.useGetAnalyticsTimeseriesQuery({ ...ask, metric: first })
  const below = api.useGetAnalyticsTimeseriesQuery(second ? { ...ask, metric: second } : skipToken)
  const [top, bottom] = [above.currentData ?? above.data, below.currentData ?? below.data]
  if (above.isError || below.isError) return <span className="block h-8 border-b border-line" />
  if (!top || (second && !bottom)) return <Skeleton className="h-8 opacity-40" />
  return <Sparkline values={top.steps.map((s, i) => (bottom ? ratio(Number(s.value), Number(bottom.steps[i]?.value ?? 0)) : Number(s.value)))} />
}

const ratio = (a: number, b: number) => (b === 0 ? 0 : a / b)
