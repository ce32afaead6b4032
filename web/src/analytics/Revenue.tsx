import type { ReactNode } from 'react'
import { api } from '@/api/api'
import type { Money, Revenue as Answer } from '@/api/generated'
import { formatCount, formatDay, formatMoney, formatPercent } from '@/lib/format'
import { Segmented } from '@/ui/Segmented'
import { FigureTable, ShareBar, type Column } from './FigureTable'
import { channelName } from './figures'
import { Panel } from './Panel'
import type { Asked } from './useAsked'

const sides = [
  { value: 'products', label: 'Products' },
  { value: 'channels', label: 'Channels' },
  { value: 'buyers', label: 'New and returning' },
  { value: 'days', label: 'Days' },
] as const
type Side = (typeof sides)[number]['value']

const money = (m: Money) => formatMoney(m.amount, m.currency)
const buyersNames = { new: 'New customers', returning: 'Returning customers', unknown: 'No customer known' }

/** What was sold, seen from each of its sides. */
export function Revenue({ asked, side, onChange }: { asked: Asked; side?: string; onChange: (values: Record<string, string | undefined>) => void }) {
  const result = api.useGetAnalyticsRevenueQuery(asked.args)
  const shown = sides.find((s) => s.value === side)?.value ?? 'products'
  return (
    <Panel
      title="Revenue"
      description="Orders less refunds. Refunds count on the day on which they were made."
      result={result}
      counted={(data) => data}
      words={{ events: 'orders and refunds', customers: 'buyers' }}
      csv={{ report: 'revenue', params: asked.args }}
      height="h-120 sm:h-108"
      controls={<Segmented label="Revenue by" value={shown} onChange={(next) => onChange({ sold: next === 'products' ? undefined : next })} choices={sides.map((s) => ({ ...s }))} />}
      empty={(data) => (data.total.orders + data.total.refunds > 0 ? undefined : 'Nothing was sold in this range. Choose more days or another segment.')}
    >
      {(data) => (
        <div className="flex h-full flex-col gap-3">
          <dl className="flex flex-wrap gap-x-7 gap-y-1.5">
            <Total name="Revenue" value={money(data.total.revenue)} strong />
            <Total name="Sold" value={money(data.total.gross)} />
            <Total name="Refunded" value={`${money(data.total.refunded)} (${formatCount(data.total.refunds)})`} />
            <Total name="Orders" value={formatCount(data.total.orders)} />
            <Total name="Average order" value={money(data.total.averageOrder)} />
          </dl>
          <Sold data={data} side={shown} />
        </div>
      )}
    </Panel>
  )
}

function Total({ name, value, strong }: { name: string; value: string; strong?: boolean }) {
  return (
    <div>
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className={strong ? 'text-lg font-semibold tracking-[-0.01em] tabular' : 'text-lg tabular'}>{value}</dd>
    </div>
  )
}

interface Row {
  key: string
  name: ReactNode
  sort: string
  orders: number
  revenue: Money
  more: Record<string, string>
  order: Record<string, number>
}

/** The rows of one side, with the columns that it has beside orders and revenue. */
function Sold({ data, side }: { data: Answer; side: Side }) {
  const { rows, extra } = sold(data, side)
  const most = Math.max(...rows.map((r) => Number(r.revenue.amount)), 0.01)
  const total = Number(data.total.revenue.amount)
  const columns: Column<Row>[] = [
    {
      key: 'name',
      label: { products: 'Product', channels: 'Channel', buyers: 'Customers', days: 'Day' }[side],
      by: (r) => r.sort,
      cell: (r) => (
        <span className="block min-w-36">
          {r.name}
          <ShareBar share={Number(r.revenue.amount) / most} className="max-w-64" />
        </span>
      ),
    },
    { key: 'orders', label: 'Orders', align: 'right', by: (r) => r.orders, cell: (r) => formatCount(r.orders) },
    ...extra.map((e): Column<Row> => ({ key: e, label: e, align: 'right', by: (r) => r.order[e] ?? 0, cell: (r) => r.more[e], className: e === 'Sold' ? 'hidden sm:table-cell' : undefined })),
    { key: 'revenue', label: 'Revenue', align: 'right', by: (r) => Number(r.revenue.amount), cell: (r) => <span className="font-medium">{money(r.revenue)}</span> },
    ...(side === 'days' || side === 'products' ? [] : [{ key: 'share', label: 'Share', align: 'right' as const, className: 'hidden sm:table-cell', cell: (r: Row) => (total > 0 ? formatPercent(Number(r.revenue.amount) / total) : '') }]),
  ]
  return (
    <>
      <FigureTable label={`Revenue by ${sides.find((s) => s.value === side)!.label.toLowerCase()}`} className="min-h-0 flex-1" columns={columns} rows={rows} rowKey={(r) => r.key} />
      {side === 'products' && <p className="text-xs text-ink-3">{rows.length >= 50 ? 'The 50 products that sold for most. ' : ''}As sold: refunds name no product. An order counts for each product in it.</p>}
    </>
  )
}

function sold(data: Answer, side: Side): { rows: Row[]; extra: string[] } {
  switch (side) {
    case 'products':
      return {
        extra: ['Units'],
        rows: data.products.map((p) => ({ key: p.product, name: p.product || 'No name', sort: p.product, orders: p.orders, revenue: p.revenue, more: { Units: formatCount(p.units) }, order: { Units: p.units } })),
      }
    case 'channels':
      return {
        extra: ['Refunded', 'Average order'],
        rows: data.channels.map((c) => ({ ...refunds(c), key: c.channel, name: channelName(c.channel), sort: channelName(c.channel) })),
      }
    case 'buyers':
      return {
        extra: ['Customers', 'Refunded', 'Average order'],
        rows: data.buyers.map((b) => {
          const row = refunds(b)
          return { ...row, key: b.buyers, name: buyersNames[b.buyers], sort: buyersNames[b.buyers], more: { ...row.more, Customers: formatCount(b.customers) }, order: { ...row.order, Customers: b.customers } }
        }),
      }
    case 'days':
      return {
        extra: ['Sold', 'Refunded'],
        rows: [...data.days].reverse().map((d) => ({ ...refunds(d), key: d.date, name: formatDay(`${d.date}T00:00:00Z`, 'UTC'), sort: d.date })),
      }
  }
}

function refunds(s: { orders: number; revenue: Money; gross: Money; refunded: Money; averageOrder: Money }) {
  return {
    orders: s.orders,
    revenue: s.revenue,
    more: { Sold: money(s.gross), Refunded: money(s.refunded), 'Average order': money(s.averageOrder) } as Record<string, string>,
    order: { Sold: Number(s.gross.amount), Refunded: Number(s.refunded.amount), 'Average order': Number(s.averageOrder.amount) } as Record<string, number>,
  }
}
