import { api } from '@/api/api'
import type { ChannelResult } from '@/api/generated'
import { formatCount, formatMoney, formatPercent } from '@/lib/format'
import { FigureTable, ShareBar } from './FigureTable'
import { channelName } from './figures'
import { Panel } from './Panel'
import type { Asked } from './useAsked'

/** What the visits from each channel brought. */
export function Channels({ asked }: { asked: Asked }) {
  const result = api.useGetAnalyticsChannelsQuery(asked.args)
  return (
    <Panel
      title="Channels"
      description="What brought the visits, and what those visits bought. The rate is orders per visit with its 95% interval."
      result={result}
      counted={(data) => data}
      csv={{ report: 'channels', params: asked.args }}
      height="h-84"
      empty={(data) => (data.channels.length > 0 ? undefined : 'No visits and no orders in this range. Choose more days or another segment.')}
    >
      {(data) => {
        const most = Math.max(...data.channels.map((c) => Number(c.revenue.amount)), 0.01)
        const widest = Math.max(...data.channels.map((c) => c.conversionRate * 1.6), 0.0001) // intervals of few visits go beyond it
        return (
          <FigureTable
            label="Channels"
            className="h-full"
            rows={data.channels}
            rowKey={(c) => c.channel}
            columns={[
              {
                key: 'channel',
                label: 'Channel',
                by: (c) => channelName(c.channel),
                cell: (c) => (
                  <span className="block min-w-28">
                    {channelName(c.channel)}
                    <ShareBar share={Number(c.revenue.amount) / most} className="max-w-36" />
                  </span>
                ),
              },
              { key: 'visits', label: 'Visits', align: 'right', by: (c) => c.visits, cell: (c) => formatCount(c.visits) },
              { key: 'orders', label: 'Orders', align: 'right', by: (c) => c.orders, cell: (c) => formatCount(c.orders) },
              { key: 'revenue', label: 'Revenue', align: 'right', by: (c) => Number(c.revenue.amount), cell: (c) => formatMoney(c.revenue.amount, c.revenue.currency) },
              { key: 'rate', label: 'Orders per visit', align: 'right', by: (c) => c.conversionRate, cell: (c) => <Rate channel={c} widest={widest} /> },
            ]}
          />
        )
      }}
    </Panel>
  )
}

function Rate({ channel: c, widest }: { channel: ChannelResult; widest: number }) {
  if (c.visits === 0) return <span className="text-ink-3">no visits</span>
  const { conversionLow: low, conversionHigh: high } = c
  const at = (value: number) => `${Math.min(100, (value / widest) * 100)}%`
  return (
    <span className="inline-block w-24" title={low === undefined || high === undefined ? undefined : `Between ${formatPercent(low)} and ${formatPercent(high)}`}>
      {formatPercent(c.conversionRate)}
      {low !== undefined && high !== undefined && (
        <>
          <span className="sr-only">
            , between {formatPercent(low)} and {formatPercent(high)}
          </span>
          <span aria-hidden="true" className="relative mt-1 block h-1 rounded-full bg-active">
            <span className="absolute inset-y-0 rounded-full bg-chart-1/45" style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
            <span className="absolute -inset-y-px w-0.5 -translate-x-1/2 rounded-full bg-chart-1" style={{ left: at(c.conversionRate) }} />
          </span>
        </>
      )}
    </span>
  )
}
