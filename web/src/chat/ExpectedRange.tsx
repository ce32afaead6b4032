import { formatCount, formatMoney, formatPercent } from '@/lib/format'
import type { Recommendation } from './parts'

/** The expected result with its interval: a band from low to high with the middle marked, said to be an estimate. */
export function ExpectedRange({ expected, currency }: { expected: Recommendation['expected']; currency: string }) {
  const { metric, low, mid, high } = expected
  const show = formatFor(metric, currency)
  const end = high > 0 ? high * 1.12 : 1
  const at = (value: number) => `${Math.min(100, Math.max(0, (value / end) * 100))}%`
  return (
    <div>
      <p className="flex flex-wrap items-baseline justify-between gap-x-2">
        <span className="text-sm text-ink-2">Expected {metricName(metric)}</span>
        <span className="text-xs text-ink-3">estimate</span>
      </p>
      <p className="mt-0.5 text-lg font-semibold tabular">
        {show(mid)}{' '}
        <span className="text-sm font-normal text-ink-2">
          between {show(low)} and {show(high)}
        </span>
      </p>
      <div aria-hidden="true" className="relative mt-2 h-2 rounded-full bg-active">
        <span className="absolute inset-y-0 rounded-full bg-accent-line" style={{ left: at(low), right: `calc(100% - ${at(high)})` }} />
        <span className="absolute -inset-y-0.5 w-[3px] -translate-x-1/2 rounded-full bg-accent" style={{ left: at(mid) }} />
      </div>
    </div>
  )
}

function formatFor(metric: string, currency: string): (value: number) => string {
  if (/revenue|value|sales/i.test(metric)) return (v) => formatMoney(v >= 1000 ? Math.round(v) : v, currency)
  if (/rate|share|percent/i.test(metric)) return (v) => formatPercent(v > 1 ? v / 100 : v)
  return (v) => formatCount(Math.round(v))
}

const metricName = (metric: string) => metric.replaceAll('_', ' ').toLowerCase()
