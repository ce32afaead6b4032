import type { Cohort, Cohorts } from '@/api/generated'
import { formatCount, formatMoneyCompact, formatPercent } from '@/lib/format'
import { addDays, todayIn } from './range'

export type CohortFigure = 'share' | 'customers' | 'revenue'

export interface HeatCell {
  text: string
  /** 0 to 1: of the highest there is beside the first periods, which everybody of a cohort is in. */
  share: number
  /** Its week or month goes on after the range ends. */
  partial: boolean
}

export interface HeatRow {
  start: string
  customers: number
  cells: HeatCell[]
}

/** The rows of the heat map: those from the first cohort that has anybody. */
export function heatRows(data: Cohorts, figure: CohortFigure): HeatRow[] {
  const first = data.cohorts.findIndex((c) => c.customers > 0)
  const cohorts = first < 0 ? [] : data.cohorts.slice(first)
  const value = (c: Cohort, i: number) => {
    const p = c.periods[i]!
    return figure === 'revenue' ? Number(p.revenue.amount) : figure === 'customers' ? p.customers : p.share
  }
  const later = cohorts.flatMap((c) => c.periods.slice(1).map((_, i) => value(c, i + 1)))
  const most = Math.max(...(figure === 'revenue' ? cohorts.flatMap((c) => c.periods.map((_, i) => value(c, i))) : later), 0)
  const counted = todayIn(data.timeZone, new Date(new Date(data.to).getTime() - 1)) // the last day of the range
  return cohorts.map((c) => ({
    start: c.start,
    customers: c.customers,
    cells: c.periods.map((p, i) => ({
      text: c.customers === 0 ? '' : figure === 'revenue' ? formatMoneyCompact(Number(p.revenue.amount), p.revenue.currency) : figure === 'customers' ? formatCount(p.customers) : formatPercent(Math.round(p.share * 1000) / 1000),
      share: most === 0 || (i === 0 && figure !== 'revenue') ? 0 : value(c, i) / most,
      partial: lastDayOf(p.start, data.granularity) > counted,
    })),
  }))
}

/** The last day of the week or month that begins on a day. */
function lastDayOf(start: string, granularity: 'month' | 'week'): string {
  if (granularity === 'week') return addDays(start, 6)
  const next = new Date(`${start}T00:00:00Z`)
  next.setUTCMonth(next.getUTCMonth() + 1)
  return addDays(next.toISOString().slice(0, 10), -1)
}
