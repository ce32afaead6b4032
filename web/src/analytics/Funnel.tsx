import { api } from '@/api/api'
import { formatCount, formatPercent } from '@/lib/format'
import { Panel } from './Panel'
import type { Asked } from './useAsked'

/** How far people came, from visit to order. */
export function Funnel({ asked }: { asked: Asked }) {
  const result = api.useGetAnalyticsFunnelQuery(asked.args)
  return (
    <Panel
      title="Funnel"
      description="People by the furthest step they came to, having done every step before it."
      result={result}
      counted={(data) => data}
      csv={{ report: 'funnel', params: asked.args }}
      height="min-h-84"
      empty={(data) => (data.steps[0]?.customers ? undefined : 'Nobody visited in this range. Choose more days or another segment.')}
    >
      {(data) => (
        <>
          <p className="pb-3 text-sm text-ink-2">
            <span className="mr-1.5 text-2xl font-semibold tracking-[-0.02em] text-ink tabular">{formatPercent(data.conversion)}</span>
            of visitors ordered
          </p>
          <table className="w-full border-collapse text-sm">
            <thead>
              <tr className="text-xs text-ink-3">
                <th scope="col" className="pb-1 text-left font-normal">
                  Step
                </th>
                <th scope="col" className="pb-1 text-right font-normal">
                  People
                </th>
                <th scope="col" className="pb-1 pl-3 text-right font-normal whitespace-nowrap" title="Share of the step before">
                  Went on
                </th>
                <th scope="col" className="hidden pb-1 pl-3 text-right font-normal whitespace-nowrap sm:table-cell" title="With or without the steps before">
                  Did it at all
                </th>
              </tr>
            </thead>
            <tbody>
              {data.steps.map((step, i) => (
                <tr key={step.type}>
                  <th scope="row" className="w-full py-1 pr-3 text-left font-normal">
                    <span className="relative flex h-9 items-center overflow-hidden rounded-sm bg-sunken px-2.5">
                      <span aria-hidden="true" className="absolute inset-y-0 left-0 rounded-sm" style={{ width: `${Math.max(step.fromFirst * 100, 0.6)}%`, backgroundColor: `color-mix(in oklab, var(--chart-1) ${48 - i * 6}%, var(--surface))` }} />
                      <span className="relative truncate font-medium">{step.label}</span>
                    </span>
                  </th>
                  <td className="text-right font-medium tabular">{formatCount(step.customers)}</td>
                  <td className="pl-3 text-right text-ink-2 tabular">{i === 0 ? <span className="text-ink-3">·</span> : formatPercent(step.fromPrevious)}</td>
                  <td className="hidden pl-3 text-right text-ink-3 tabular sm:table-cell">{formatCount(step.did)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </Panel>
  )
}
