import { Bar, BarChart, CartesianGrid, Legend, Line, LineChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'
import type { Chart } from './parts'

interface ChartPlotProps {
  chart: Chart
  show: (value: number) => string
  showShort: (value: number) => string
  formatX: (x: string) => string
}

const color = (i: number) => `var(--chart-${(i % 5) + 1})`
const tick = { fill: 'var(--ink-3)', fontSize: 11.5 }

/** Lines and bars. In a chunk of its own, since the library is as large as the rest of the chat. */
export default function ChartPlot({ chart, show, showShort, formatX }: ChartPlotProps) {
  const rows = chart.x.map((x, i) => ({ x: formatX(x), ...Object.fromEntries(chart.series.map((s, j) => [`s${j}`, s.values[i]])) }))
  const frame = (
    <>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis dataKey="x" tick={tick} tickLine={false} axisLine={{ stroke: 'var(--line-strong)' }} minTickGap={24} interval="preserveStartEnd" />
      <YAxis tick={tick} tickLine={false} axisLine={false} width={48} tickFormatter={showShort} />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: 'var(--hover)', stroke: 'var(--line-strong)' }}
        formatter={(value) => show(Number(value))}
        contentStyle={{ background: 'var(--raised)', border: '1px solid var(--line)', borderRadius: 8, fontSize: 13, color: 'var(--ink)' }}
        labelStyle={{ color: 'var(--ink-2)' }}
        itemStyle={{ color: 'var(--ink)' }}
      />
      {chart.series.length > 1 && <Legend iconType="circle" iconSize={8} wrapperStyle={{ fontSize: 12.5 }} formatter={(name) => <span style={{ color: 'var(--ink-2)' }}>{name}</span>} />}
    </>
  )
  const margin = { top: 6, right: 6, bottom: 0, left: 0 }
  return (
    <ResponsiveContainer width="100%" height="100%">
      {chart.kind === 'line' ? (
        <LineChart data={rows} margin={margin} accessibilityLayer={false}>
          {frame}
          {chart.series.map((s, i) => (
            <Line key={s.name} dataKey={`s${i}`} name={s.name} stroke={color(i)} strokeWidth={2} dot={false} activeDot={{ r: 4 }} isAnimationActive={false} type="monotone" />
          ))}
        </LineChart>
      ) : (
        <BarChart data={rows} margin={margin} accessibilityLayer={false} barCategoryGap="22%">
          {frame}
          {chart.series.map((s, i) => (
            <Bar key={s.name} dataKey={`s${i}`} name={s.name} fill={color(i)} radius={[4, 4, 0, 0]} maxBarSize={44} isAnimationActive={false} />
          ))}
        </BarChart>
      )}
    </ResponsiveContainer>
  )
}
