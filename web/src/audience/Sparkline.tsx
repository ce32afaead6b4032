import { cx } from '@/lib/cx'
import { formatCount, formatDay } from '@/lib/format'

interface Point {
  at: string
  count: number
}

/** How a size developed, small: a line over time, with its last value marked. */
export function Sparkline({ history, timeZone, width = 112, height = 28, className }: { history: Point[]; timeZone?: string; width?: number; height?: number; className?: string }) {
  const last = history.at(-1)
  const first = history[0]
  if (!last || !first) return <span className={className} style={{ width, height }} />
  const times = history.map((p) => Date.parse(p.at))
  const counts = history.map((p) => p.count)
  const [low, high] = [Math.min(...counts), Math.max(...counts)]
  const [start, end] = [times[0]!, times.at(-1)!]
  const inset = 3
  const x = (t: number) => (end === start ? width - inset : inset + ((t - start) / (end - start)) * (width - 2 * inset))
  const y = (n: number) => (high === low ? height / 2 : height - inset - ((n - low) / (high - low)) * (height - 2 * inset))
  const line = history.map((p, i) => `${i === 0 ? 'M' : 'L'}${x(times[i]!).toFixed(1)} ${y(p.count).toFixed(1)}`).join('')
  const told = history.length === 1 ? `${formatCount(last.count)}, counted since ${formatDay(last.at, timeZone)}` : `From ${formatCount(first.count)} on ${formatDay(first.at, timeZone)} to ${formatCount(last.count)} on ${formatDay(last.at, timeZone)}`
  return (
    <svg role="img" aria-label={told} width={width} height={height} viewBox={`0 0 ${width} ${height}`} className={cx('shrink-0 overflow-visible', className)}>
      {end === start ? (
        <path d={`M${inset} ${height / 2}H${width - inset}`} fill="none" className="stroke-line-strong" strokeWidth="1.5" strokeDasharray="2 3" />
      ) : (
        <>
          <path d={`${line}V${height}H${x(start).toFixed(1)}Z`} className="fill-chart-1" opacity="0.1" />
          <path d={line} fill="none" className="stroke-chart-1" strokeWidth="1.5" strokeLinejoin="round" strokeLinecap="round" />
        </>
      )}
      <circle cx={x(end)} cy={y(last.count)} r="2.25" className="fill-chart-1" />
    </svg>
  )
}
