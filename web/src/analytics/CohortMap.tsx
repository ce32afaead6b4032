import { api } from '@/api/api'
import type { Cohorts } from '@/api/generated'
import { cx } from '@/lib/cx'
import { formatCount, formatDay } from '@/lib/format'
import { Segmented } from '@/ui/Segmented'
import { heatRows, type CohortFigure } from './cohorts'
import { heat } from './figures'
import { Panel } from './Panel'
import type { Asked } from './useAsked'

interface CohortMapProps {
  asked: Asked
  by?: string
  step?: string
  figure?: string
  onChange: (values: Record<string, string | undefined>) => void
}

const figures: { value: CohortFigure; label: string }[] = [
  { value: 'share', label: 'Share' },
  { value: 'customers', label: 'People' },
  { value: 'revenue', label: 'Revenue' },
]

/** Who comes again: people by when they began, and what became of them. */
export function CohortMap({ asked, by, step, figure, onChange }: CohortMapProps) {
  const best = asked.count <= 120 ? 'week' : 'month'
  const granularity = (step === 'week' && asked.count <= 400) || step === 'month' ? step : best
  const began = by === 'first_visit' ? by : 'first_order'
  const shown = figures.find((f) => f.value === figure)?.value ?? 'share'
  const args = { ...asked.args, by: began, granularity }
  const result = api.useGetAnalyticsCohortsQuery(args)
  return (
    <Panel
      title="Cohorts"
      description={began === 'first_order' ? 'People by when they first ordered, and how many ordered again in each later period.' : 'People by when they first came, and how many were active in each later period.'}
      result={result}
      counted={(data) => data}
      csv={{ report: 'cohorts', params: args }}
      height={asked.count / (granularity === 'week' ? 7 : 30) <= 6 ? 'h-72' : 'h-100'}
      controls={
        <>
          <Segmented
            label="Began with"
            value={began}
            onChange={(next) => onChange({ began: next === 'first_order' ? undefined : next })}
            choices={[
              { value: 'first_order', label: 'First order' },
              { value: 'first_visit', label: 'First visit' },
            ]}
          />
          <Segmented
            label="Periods"
            value={granularity}
            onChange={(next) => onChange({ period: next === best ? undefined : next })}
            choices={[...(asked.count <= 400 ? [{ value: 'week', label: 'Weeks' }] : []), { value: 'month', label: 'Months' }]}
          />
          <Segmented label="Show" value={shown} onChange={(next) => onChange({ cohort: next === 'share' ? undefined : next })} choices={figures} />
        </>
      }
      empty={(data) => (data.cohorts.some((c) => c.customers > 0) ? undefined : `Nobody ${data.by === 'first_order' ? 'ordered' : 'came'} for the first time in this range. Choose more days or another segment.`)}
    >
      {(data) => <HeatMap data={data} figure={shown} />}
    </Panel>
  )
}

function HeatMap({ data, figure }: { data: Cohorts; figure: CohortFigure }) {
  const rows = heatRows(data, figure)
  const width = Math.max(...rows.map((r) => r.cells.length))
  const word = data.granularity === 'week' ? 'Week' : 'Month'
  const name = (start: string) => (data.granularity === 'week' ? formatDay(`${start}T00:00:00Z`, 'UTC') : new Date(`${start}T00:00:00Z`).toLocaleDateString(navigator.language, { month: 'short', year: 'numeric', timeZone: 'UTC' }))
  const head = 'sticky top-0 z-10 bg-surface px-2 pb-1.5 text-xs font-normal whitespace-nowrap text-ink-3'
  return (
    <div className="flex h-full flex-col gap-2">
      {/* Scrolls both ways, so the keyboard must reach it. */}
      <div tabIndex={0} role="group" aria-label="Cohorts, table" className="relative min-h-0 flex-1 overflow-auto rounded-sm">
        <table className="w-full border-separate border-spacing-[2px] text-sm">
          <thead>
            <tr>
              <th scope="col" className={cx(head, 'left-0 z-20 pl-0 text-left')}>
                Began
              </th>
              <th scope="col" className={cx(head, 'text-right')}>
                People
              </th>
              {Array.from({ length: width }, (_, i) => (
                <th key={i} scope="col" className={cx(head, 'text-center')}>
                  <span className="sr-only">{word} </span>
                  {i}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.start}>
                <th scope="row" className="sticky left-0 z-10 bg-surface pr-3 text-left font-medium whitespace-nowrap">
                  {name(row.start)}
                </th>
                <td className="px-2 text-right text-ink-2 tabular">{formatCount(row.customers)}</td>
                {row.cells.map((cell, i) => (
                  <td
                    key={i}
                    style={heat(cell.share)}
                    title={cell.partial ? `${word} ${i} goes on after these days: not all of it is counted.` : undefined}
                    className={cx('h-8 min-w-14 rounded-xs px-2 text-center tabular', i === 0 && cell.share === 0 ? 'bg-sunken text-ink-2' : cell.share === 0 && 'bg-sunken text-ink-3', cell.partial && 'italic')}
                  >
                    {cell.text}
                    {cell.partial && cell.text && <span aria-hidden="true">*</span>}
                    {cell.partial && <span className="sr-only"> so far</span>}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="text-xs text-ink-3">
        {word} 0 is the one in which they began.{rows.some((r) => r.cells.some((c) => c.partial)) && ` * This ${word.toLowerCase()} goes on after these days, so not all of it is counted.`}
      </p>
    </div>
  )
}
