import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import { formatCompact, formatCount, formatDateTime, formatDay } from '@/lib/format'

const tick = { fill: 'var(--ink-3)', fontSize: 11.5 }

/** A segment's size over time. In a chunk of its own, since the library is large. */
export default function MembershipChart({ history, timeZone }: { history: { at: string; count: number }[]; timeZone?: string }) {
  const rows = history.map((p) => ({ at: Date.parse(p.at), count: p.count }))
  return (
    <ResponsiveContainer width="100%" height="100%">
      <AreaChart data={rows} margin={{ top: 6, right: 6, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="at" type="number" scale="time" domain={['dataMin', 'dataMax']} tick={tick} tickLine={false} axisLine={{ stroke: 'var(--line-strong)' }} minTickGap={36} tickFormatter={(at: number) => formatDay(new Date(at).toISOString(), timeZone)} />
        <YAxis tick={tick} tickLine={false} axisLine={false} width={44} allowDecimals={false} domain={['auto', 'auto']} tickFormatter={formatCompact} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--line-strong)' }}
          formatter={(value) => [formatCount(Number(value)), 'Customers']}
          labelFormatter={(at) => formatDateTime(Number(at), timeZone)}
          contentStyle={{ background: 'var(--raised)', border: '1px solid var(--line)', borderRadius: 8, fontSize: 13, color: 'var(--ink)' }}
          labelStyle={{ color: 'var(--ink-2)' }}
          itemStyle={{ color: 'var(--ink)' }}
        />
        <Area dataKey="count" stroke="var(--chart-1)" strokeWidth={2} fill="var(--chart-1)" fillOpacity={0.1} isAnimationActive={false} type="linear" />
      </AreaChart>
    </ResponsiveContainer>
  )
}
