import { ChartLine, Table2 } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { api } from '@/api/api'
import type { Series } from '@/api/generated'
import { formatDay, formatTime } from '@/lib/format'
import { Segmented } from '@/ui/Segmented'
import { Skeleton } from '@/ui/Skeleton'
import { FigureTable } from './FigureTable'
import { change, metrics, show, showShort } from './figures'
import { Panel } from './Panel'
import { before, steps, stepsFor } from './range'
import type { Plotted } from './SeriesPlot'
import type { Asked } from './useAsked'

const SeriesPlot = lazy(() => import('./SeriesPlot'))

interface TimeSeriesProps {
  asked: Asked
  currency: string
  metric?: string
  step?: string
  onChange: (values: Record<string, string | undefined>) => void
}

/** One metric over time, over the period before. */
export function TimeSeries({ asked, currency, metric, step, onChange }: TimeSeriesProps) {
  const chosen = metrics.find((m) => m.key === metric) ?? metrics[0]
  const possible = stepsFor(asked.count, chosen.byHour)
  const granularity = possible.all.find((s) => s === step) ?? possible.best
  const args = { ...asked.args, metric: chosen.key, granularity, compare: 'previous' }
  const result = api.useGetAnalyticsTimeseriesQuery(args)
  const [view, setView] = useState<'chart' | 'table'>('chart')
  return (
    <Panel
      title="Over time"
      result={result}
      counted={(data) => data}
      csv={{ report: 'timeseries', params: args }}
      height="h-92 sm:h-88"
      controls={
        <>
          <select
            aria-label="Metric"
            value={chosen.key}
            onChange={(e) => onChange({ metric: e.target.value === metrics[0].key ? undefined : e.target.value })}
            className="h-7 rounded-md border border-line-strong bg-surface px-2 text-sm font-[560] hover:border-ink-3 coarse:h-9"
          >
            {metrics.map((m) => (
              <option key={m.key} value={m.key}>
                {m.name}
              </option>
            ))}
          </select>
          {possible.all.length > 1 && (
            <Segmented label="By" value={granularity} onChange={(next) => onChange({ step: next === possible.best ? undefined : next })} choices={steps.filter((s) => possible.all.includes(s.value)).map((s) => ({ ...s }))} />
          )}
          <Segmented
            label="Show as"
            value={view}
            onChange={setView}
            choices={[
              { value: 'chart', label: 'Chart', icon: <ChartLine size={13} /> },
              { value: 'table', label: 'Table', icon: <Table2 size={13} /> },
            ]}
          />
        </>
      }
    >
      {(data) => <Shown data={data} name={metrics.find((m) => m.key === data.metric)?.name ?? data.metric} count={asked.count} currency={currency} view={view} />}
    </Panel>
  )
}

function Shown({ data, name, count, currency, view }: { data: Series; name: string; count: number; currency: string; view: 'chart' | 'table' }) {
  const money = data.currency ?? currency
  const rows = plotted(data)
  const full = (value: number) => show(value, data.unit, money)
  const earlier = data.previous && Number(data.previous.total)
  const changed = earlier ? change(Number(data.total) / earlier - 1) : undefined
  const best = rows.reduce<Plotted | undefined>((top, row) => (row.now !== undefined && row.now > (top?.now ?? 0) ? row : top), undefined)
  return (
    <div className="flex h-full flex-col">
      <p className="flex flex-wrap items-baseline gap-x-2.5 pb-1">
        <span className="text-2xl font-semibold tracking-[-0.02em] tabular">{full(Number(data.total))}</span>
        <span className="text-sm text-ink-2">
          {name.toLowerCase()}
          {data.previous && (
            <>
              ; {full(Number(data.previous.total))} {before(count) === 'the day before' ? 'the day before' : `in ${before(count)}`}
              {changed && changed.direction !== 'same' && ` (${changed.direction} ${changed.text})`}
            </>
          )}
        </span>
      </p>
      <div className="min-h-0 flex-1" role={view === 'chart' ? 'img' : undefined} aria-label={view === 'chart' ? `${name} over time. ${best ? `Highest ${full(best.now ?? 0)} at ${best.x}.` : 'Nothing in this range.'} The table has every value.` : undefined}>
        {view === 'chart' ? (
          <Suspense fallback={<Skeleton className="size-full opacity-60" />}>
            <SeriesPlot rows={rows} name={name} show={full} showShort={(v) => showShort(v, data.unit, money)} />
          </Suspense>
        ) : (
          <FigureTable
            label={`${name} over time`}
            className="h-full"
            rows={rows}
            rowKey={(row) => `${row.x}|${row.xBefore}`}
            columns={[
              { key: 'x', label: data.granularity.charAt(0).toUpperCase() + data.granularity.slice(1), cell: (row) => row.x },
              { key: 'now', label: name, align: 'right', by: (row) => row.now ?? -1, cell: (row) => (row.now === undefined ? '' : full(row.now)) },
              { key: 'xBefore', label: 'Before', align: 'right', cell: (row) => row.xBefore ?? '', className: 'hidden sm:table-cell' },
              { key: 'before', label: `${name} before`, align: 'right', by: (row) => row.before ?? -1, cell: (row) => (row.before === undefined ? '' : full(row.before)) },
            ]}
          />
        )}
      </div>
    </div>
  )
}

/** The steps of a series, each beside the one at its place in the period before. */
export function plotted(data: Series): Plotted[] {
  const label = (start: string) => (data.granularity === 'hour' ? `${formatDay(start, data.timeZone)} ${formatTime(start, data.timeZone)}` : data.granularity === 'month' ? month(start) : formatDay(`${start}T00:00:00Z`, 'UTC'))
  const n = Math.max(data.steps.length, data.previous?.steps.length ?? 0)
  return Array.from({ length: n }, (_, i) => {
    const [now, earlier] = [data.steps[i], data.previous?.steps[i]]
    return {
      x: now ? label(now.start) : '',
      ...(now && { now: Number(now.value) }),
      ...(earlier && { before: Number(earlier.value), xBefore: label(earlier.start) }),
    }
  })
}

const month = (start: string) => new Date(`${start}T00:00:00Z`).toLocaleDateString(navigator.language, { month: 'short', year: 'numeric', timeZone: 'UTC' })
