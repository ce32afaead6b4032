/** The shape of a series, without scales: the figures are beside it. */
export function Sparkline({ values }: { values: number[] }) {
  const high = Math.max(...values)
  const low = Math.min(...values, 0)
  if (values.length < 2 || high === low) return <span className="block h-8 border-b border-line" />
  const at = (value: number, i: number) => `${((i / (values.length - 1)) * 100).toFixed(2)},${(30 - ((value - low) / (high - low)) * 28).toFixed(2)}`
  const line = values.map(at).join(' L')
  return (
    <svg aria-hidden="true" viewBox="0 0 100 32" preserveAspectRatio="none" className="block h-8 w-full overflow-visible text-chart-1">
      <path d={`M0,32 L${line} L100,32 Z`} fill="currentColor" opacity={0.1} />
      <path d={`M${line}`} fill="none" stroke="currentColor" strokeWidth={1.5} strokeLinejoin="round" vectorEffect="non-scaling-stroke" />
    </svg>
  )
}
