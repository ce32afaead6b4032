import { ChartLine, Table2 } from 'lucide-react'
import { lazy, memo, Suspense, useState } from 'react'
import { formatCompact, formatCount, formatDay, formatMoney, formatMoneyCompact, formatPercent } from '@/lib/format'
import { Segmented } from '@/ui/Segmented'
import { Skeleton } from '@/ui/Skeleton'
import { DataTable } from './TablePart'
import { QueryButton } from './QueryButton'
import type { Chart } from './parts'

const ChartPlot = lazy(() => import('./ChartPlot'))

/** A figure that can be read as a table, too, and names the query it came from. */
export const ChartPart = memo(function ChartPart({ chart, currency, demo }: { chart: Chart; currency: string; demo: boolean }) {
  const [view, setView] = useState<'chart' | 'table'>('chart')
  const show = (value: number) => formatUnit(value, chart.unit, currency)
  return (
    <figure aria-label={chart.title} className="rounded-xl border border-line bg-surface animate-appear">
      <figcaption className="flex flex-wrap items-center justify-between gap-2 px-4 pt-3">
        <span className="text-base font-semibold">{chart.title}</span>
        <span className="flex items-center gap-1.5">
          {chart.query && <QueryButton title={chart.title} query={chart.query} demo={demo} />}
          <Segmented
            label="Show as"
            value={view}
            onChange={setView}
            choices={[
              { value: 'chart', label: 'Chart', icon: <ChartLine size={13} /> },
              { value: 'table', label: 'Table', icon: <Table2 size={13} /> },
            ]}
          />
        </span>
      </figcaption>
      {/* The table scrolls within the chart's height, so that nothing moves when the view changes. */}
      <div className="h-64 px-4 pt-3 pb-4" role={view === 'chart' ? 'img' : undefined} aria-label={view === 'chart' ? summary(chart, show) : undefined}>
        {view === 'table' ? (
          <DataTable
            label={chart.title}
            columns={[{ label: '', align: 'left' }, ...chart.series.map((s) => ({ label: s.name, align: 'right' as const }))]}
            rows={chart.x.map((x, i) => [formatX(x), ...chart.series.map((s) => (s.values[i] === undefined ? '' : show(s.values[i])))])}
            className="h-full"
          />
        ) : chart.kind === 'funnel' ? (
          <Funnel chart={chart} show={show} />
        ) : (
          <Suspense fallback={<Skeleton className="size-full" />}>
            <ChartPlot chart={chart} show={show} showShort={(v) => formatShort(v, chart.unit, currency)} formatX={formatX} />
          </Suspense>
        )}
      </div>
    </figure>
  )
})

function Funnel({ chart, show }: { chart: Chart; show: (value: number) => string }) {
  const values = chart.series[0]?.values ?? []
  const top = Math.max(...values, 1)
  return (
    <ol className="flex h-full flex-col justify-between gap-1.5">
      {chart.x.map((step, i) => {
        const value = values[i] ?? 0
        const before = values[i - 1]
        return (
          <li key={step} className="grid min-h-0 flex-1 grid-cols-[minmax(5rem,8.5rem)_minmax(0,1fr)_auto] items-center gap-3 text-sm">
            <span className="truncate text-ink-2">{step}</span>
            <span className="h-full max-h-7 rounded-sm bg-sunken">
              <span className="block h-full rounded-sm bg-chart-1" style={{ width: `${Math.max((value / top) * 100, 0.5)}%`, opacity: 1 - i * 0.11 }} />
            </span>
            <span className="w-24 text-right tabular">
              <span className="font-medium">{show(value)}</span>
              <span className="ml-1.5 inline-block w-11 text-ink-3">{before ? formatPercent(value / before) : ''}</span>
            </span>
          </li>
        )
      })}
    </ol>
  )
}

function summary(chart: Chart, show: (value: number) => string): string {
  const parts = chart.series.map((s) => {
    const high = Math.max(...s.values)
    const at = chart.x[s.values.indexOf(high)]
    return s.values.length === 0 ? `${s.name}: no data` : `${s.name}: highest ${show(high)}${at ? ` at ${formatX(at)}` : ''}, last ${show(s.values.at(-1)!)}`
  })
  return `${chart.title}. ${parts.join('. ')}. The table has every value.`
}

const formatX = (x: string) => (/^\d{4}-\d{2}-\d{2}$/.test(x) ? formatDay(`${x}T00:00:00Z`, 'UTC') : x)

function formatUnit(value: number, unit: Chart['unit'], currency: string): string {
  if (unit === 'money') return formatMoney(value, currency)
  if (unit === 'percent') return formatPercent(value)
  return formatCount(value)
}

function formatShort(value: number, unit: Chart['unit'], currency: string): string {
  if (unit === 'percent') return formatPercent(value)
  if (unit === 'money') return formatMoneyCompact(value, currency)
  return formatCompact(value)
}
