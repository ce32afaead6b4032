/** A range from low to high with the middle marked. */
export function Interval({ low, mid, high, show, actual }: { low: number; mid: number; high: number; show: (v: number) => string; actual?: number }) {
  const end = Math.max(high, actual ?? 0) * 1.15 || 1
  const at = (v: number) => `${Math.min(100, Math.max(0, (v / end) * 100))}%`
  return (
    <>
      <span className="block tabular">
        between {show(low)} and {show(high)}
      </span>
      <span aria-hidden="true" className="relative mt-2 block h-2 rounded-full bg-active">
        <span className="absolute inset-y-0 rounded-full bg-chart-1/45" style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
        <span className="absolute -inset-y-0.5 w-[3px] -translate-x-1/2 rounded-full bg-chart-1" style={{ left: at(mid) }} />
        {actual !== undefined && <span className="absolute top-1/2 size-2.5 -translate-1/2 rounded-full border-2 border-surface bg-ink" style={{ left: at(actual) }} />}
      </span>
    </>
  )
}
