import { Area, CartesianGrid, ComposedChart, Line, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts'

export interface Plotted {
  x: string
  now?: number
  before?: number
  xBefore?: string
}

interface SeriesPlotProps {
  rows: Plotted[]
  name: string
  show: (value: number) => string
  showShort: (value: number) => string
}

const tick = { fill: 'var(--ink-3)', fontSize: 11.5 }

/** A metric over time, over the period before it. In a chunk of its own, with the library. */
export default function SeriesPlot({ rows, name, show, showShort }: SeriesPlotProps) {
  const compared = rows.some((r) => r.before !== undefined)
  return (
    <ResponsiveContainer width="100%" height="100%">
      <ComposedChart data={rows} margin={{ top: 8, right: 8, bottom: 0, left: 0 }} accessibilityLayer={false}>
        <CartesianGrid vertical={false} stroke="var(--line)" />
        <XAxis dataKey="x" tick={tick} tickLine={false} axisLine={{ stroke: 'var(--line-strong)' }} minTickGap={28} interval="preserveStartEnd" />
        <YAxis tick={tick} tickLine={false} axisLine={false} width={52} tickFormatter={showShort} allowDecimals={false} />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: 'var(--line-strong)' }}
          content={({ active, payload }) => {
            const row = payload?.[0]?.payload as Plotted | undefined
            if (!active || !row) return null
            return (
              <div className="rounded-md bg-raised px-3 py-2 text-sm shadow-pop">
                {row.now !== undefined && (
                  <p className="flex items-baseline justify-between gap-5 tabular">
                    <span className="text-ink-2">{row.x}</span>
                    <span className="font-semibold">{show(row.now)}</span>
                  </p>
                )}
                {row.before !== undefined && (
                  <p className="flex items-baseline justify-between gap-5 text-ink-2 tabular">
                    <span>{row.xBefore}</span>
                    <span>{show(row.before)}</span>
                  </p>
                )}
              </div>
            )
          }}
        />
        {compared && <Line dataKey="before" name="Before" stroke="var(--ink-3)" strokeWidth={1.5} strokeDasharray="4 4" dot={false} activeDot={{ r: 3 }} isAnimationActive={false} type="linear" />}
        <Area dataKey="now" name={name} stroke="var(--chart-1)" strokeWidth={2} fill="var(--chart-1)" fillOpacity={0.09} dot={rows.length === 1} activeDot={{ r: 4 }} isAnimationActive={false} type="linear" />
      </ComposedChart>
    </ResponsiveContainer>
  )
}
