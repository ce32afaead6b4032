import { useState } from 'react'
import { api } from '@/api/api'
import type { Rfm } from '@/api/generated'
import { cx } from '@/lib/cx'
import { formatCompact, formatCount, formatMoney, formatMoneyCompact, formatPercent } from '@/lib/format'
import { Segmented } from '@/ui/Segmented'
import { heat } from './figures'
import { Panel } from './Panel'
import { FigureTable } from './FigureTable'
import type { Asked } from './useAsked'

/** What each group's people have in common. */
const meanings: Record<string, string> = {
  champions: 'Ordered lately and most often',
  loyal: 'Order often, and not long ago',
  potential_loyalists: 'Ordered lately, more than once',
  new_customers: 'First order just now',
  promising: 'Ordered lately, once',
  need_attention: 'Middling in both, slowing',
  about_to_sleep: 'Seldom, and some time ago',
  cannot_lose: 'Ordered most often, but not lately',
  at_risk: 'Ordered often, long ago',
  hibernating: 'Seldom, and long ago',
}

/** Buyers by how recently and how often they ordered. */
export function RfmMap({ asked }: { asked: Asked }) {
  const result = api.useGetAnalyticsRfmQuery(asked.args)
  const [by, setBy] = useState<'customers' | 'revenue'>('customers')
  return (
    <Panel
      title="RFM map"
      description="Everyone who ordered in this range, scored 1 to 5 by how recently, how often and for how much they did within it."
      result={result}
      counted={(data) => data}
      words={{ events: 'orders and refunds', customers: 'buyers' }}
      csv={{ report: 'rfm', params: asked.args }}
      height="min-h-170 lg:min-h-112"
      controls={
        <Segmented
          label="Show"
          value={by}
          onChange={setBy}
          choices={[
            { value: 'customers', label: 'People' },
            { value: 'revenue', label: 'Revenue' },
          ]}
        />
      }
      empty={(data) => (data.customers > 0 ? undefined : 'Nobody ordered in this range. Choose more days or another segment.')}
    >
      {(data) => <Map data={data} by={by} />}
    </Panel>
  )
}

function Map({ data, by }: { data: Rfm; by: 'customers' | 'revenue' }) {
  const [group, setGroup] = useState<string>()
  const value = (c: Rfm['cells'][number]) => (by === 'customers' ? c.customers : Math.max(0, Number(c.revenue.amount)))
  const most = Math.max(...data.cells.map(value), 1)
  const label = (key: string) => data.groups.find((g) => g.group === key)?.label ?? key
  const fives = [1, 2, 3, 4, 5]
  return (
    <div className="grid h-full grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-5 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
      <div className="min-w-0">
        <table className="w-full table-fixed border-separate border-spacing-[3px] text-sm">
          <caption className="sr-only">{by === 'customers' ? 'People' : 'Revenue'} by recency score, rows, and frequency score, columns</caption>
          <thead>
            <tr>
              <td className="w-15 sm:w-21" />
              {fives.map((f) => (
                <th key={f} scope="col" className="pb-0.5 text-center text-xs font-normal text-ink-3">
                  <span className="sr-only">Frequency </span>
                  {f === 1 ? 'Seldom 1' : f === 5 ? '5 often' : f}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {[...fives].reverse().map((r) => (
              <tr key={r}>
                <th scope="row" className="pr-1.5 text-right text-xs font-normal whitespace-nowrap text-ink-3">
                  <span className="sr-only">Recency </span>
                  {r === 5 ? 'Lately 5' : r === 1 ? 'Long ago 1' : r}
                </th>
                {fives.map((f) => {
                  const cell = data.cells.find((c) => c.recency === r && c.frequency === f)
                  if (!cell) return <td key={f} />
                  const lit = group === cell.group
                  return (
                    <td key={f} className="p-0">
                      <button
                        type="button"
                        aria-pressed={lit}
                        aria-label={`${label(cell.group)}: ${formatCount(cell.customers)} people, ${formatMoney(cell.revenue.amount, cell.revenue.currency)}`}
                        title={label(cell.group)}
                        onClick={() => setGroup(lit ? undefined : cell.group)}
                        style={heat(value(cell) / most)}
                        className={cx('block h-13 w-full lg:h-19 rounded-sm px-1 text-center focus-visible:-outline-offset-2', value(cell) === 0 && 'bg-sunken', group && !lit && 'opacity-35', lit && 'ring-2 ring-accent')}
                      >
                        <span className={cx('block font-medium tabular', value(cell) === 0 && 'text-ink-3')}>{by === 'customers' ? formatCompact(cell.customers) : formatMoneyCompact(value(cell), cell.revenue.currency)}</span>
                        <span className="hidden text-2xs leading-tight xl:line-clamp-2">{label(cell.group)}</span>
                      </button>
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
        <dl aria-label="By value score" className="mt-3 flex items-end gap-2 pl-15 sm:pl-21">
          {data.monetary.map((band) => (
            <div key={band.score} className="min-w-0 flex-1 border-t border-line pt-1.5 text-center">
              <dt className="text-2xs text-ink-3">Value {band.score}</dt>
              <dd className="truncate text-xs tabular">{by === 'customers' ? formatCompact(band.customers) : formatMoneyCompact(Number(band.revenue.amount), band.revenue.currency)}</dd>
            </div>
          ))}
        </dl>
      </div>
      <FigureTable
        label="Groups of buyers"
        rows={data.groups}
        rowKey={(g) => g.group}
        selected={(g) => g.group === group}
        columns={[
          {
            key: 'group',
            label: 'Group',
            cell: (g) => (
              <button type="button" aria-pressed={g.group === group} onClick={() => setGroup(g.group === group ? undefined : g.group)} className="rounded-xs text-left hover:text-accent-text">
                {g.label}
                <span className="block text-xs font-normal text-ink-3">{meanings[g.group]}</span>
              </button>
            ),
          },
          { key: 'customers', label: 'People', align: 'right', by: (g) => g.customers, cell: (g) => formatCount(g.customers) },
          { key: 'share', label: 'Share', align: 'right', by: (g) => g.share, className: 'hidden sm:table-cell', cell: (g) => formatPercent(g.share) },
          { key: 'revenue', label: 'Revenue', align: 'right', by: (g) => Number(g.revenue.amount), cell: (g) => formatMoney(g.revenue.amount, g.revenue.currency) },
        ]}
      />
    </div>
  )
}
