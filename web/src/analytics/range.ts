import { formatDay } from '@/lib/format'

/** Days as the API takes them: YYYY-MM-DD of the workspace's zone, both included. */
export interface Days {
  from: string
  to: string
}

export const presets = [
  { key: 'today', name: 'Today' },
  { key: 'yesterday', name: 'Yesterday' },
  { key: '7d', name: 'Last 7 days' },
  { key: '30d', name: 'Last 30 days' },
  { key: '90d', name: 'Last 90 days' },
  { key: '12m', name: 'Last 12 months' },
  { key: 'this_month', name: 'This month' },
  { key: 'last_month', name: 'Last month' },
  { key: 'this_year', name: 'This year' },
] as const

export type Preset = (typeof presets)[number]['key']
export const defaultPreset: Preset = '30d'

/** How many days the API counts at the most. */
export const mostDays = 1100

const day = 86_400_000
const parse = (date: string) => Date.parse(`${date}T00:00:00Z`)
const write = (ms: number) => new Date(ms).toISOString().slice(0, 10)

export const addDays = (date: string, n: number) => write(parse(date) + n * day)

/** How many days there are from one to the other, both included. */
export const countDays = ({ from, to }: Days) => Math.round((parse(to) - parse(from)) / day) + 1

/** The day that it is in a zone. */
export function todayIn(timeZone: string, now = new Date()): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now)
}

/** The days of a preset, as of today. */
export function daysOf(preset: Preset, today: string): Days {
  switch (preset) {
    case 'today':
      return { from: today, to: today }
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) }
    case '7d':
      return { from: addDays(today, -6), to: today }
    case '30d':
      return { from: addDays(today, -29), to: today }
    case '90d':
      return { from: addDays(today, -89), to: today }
    case '12m':
      return { from: addDays(today, -364), to: today }
    case 'this_month':
      return { from: `${today.slice(0, 7)}-01`, to: today }
    case 'last_month': {
      const to = addDays(`${today.slice(0, 7)}-01`, -1)
      return { from: `${to.slice(0, 7)}-01`, to }
    }
    case 'this_year':
      return { from: `${today.slice(0, 4)}-01-01`, to: today }
  }
}

/** What is wrong with days that somebody chose; undefined for nothing. */
export function daysFault({ from, to }: Days): string | undefined {
  if (!isDate(from) || !isDate(to)) return 'Give both days.'
  if (from > to) return 'The first day comes after the last.'
  if (countDays({ from, to }) > mostDays) return `Choose at most ${mostDays.toLocaleString()} days.`
  return undefined
}

const isDate = (s: string) => /^\d{4}-\d{2}-\d{2}$/.test(s) && !Number.isNaN(parse(s)) && write(parse(s)) === s && s >= '1970-01-01' && s < '2200-01-01'

/** The days that an address asks for, and by which preset; days that make no sense are the default's. */
export function readRange(params: URLSearchParams, today: string): Days & { preset?: Preset } {
  const custom = { from: params.get('from') ?? '', to: params.get('to') ?? '' }
  if ((custom.from || custom.to) && !daysFault(custom)) return custom
  const preset = presets.find((p) => p.key === params.get('range'))?.key ?? defaultPreset
  return { preset, ...daysOf(preset, today) }
}

export const steps = [
  { value: 'hour', label: 'Hour' },
  { value: 'day', label: 'Day' },
  { value: 'week', label: 'Week' },
  { value: 'month', label: 'Month' },
] as const
export type Step = (typeof steps)[number]['value']

/** The steps in which so many days can be looked at, and the one that suits them best. byHour: the metric is counted by hour. */
export function stepsFor(days: number, byHour: boolean): { all: Step[]; best: Step } {
  const all: Step[] = []
  if (byHour && days <= 31) all.push('hour')
  if (days <= 400) all.push('day')
  if (days > 7) all.push('week')
  if (days > 31) all.push('month')
  if (days === 1 && byHour) return { all, best: 'hour' }
  return { all, best: days <= 100 ? 'day' : days <= 400 ? 'week' : 'month' }
}

/** The period before, in words: "the 30 days before". */
export const before = (days: number) => (days === 1 ? 'the day before' : `the ${days} days before`)

const dayName = (date: string, withYear: boolean) =>
  withYear ? `${formatDay(`${date}T00:00:00Z`, 'UTC')} ${date.slice(0, 4)}` : formatDay(`${date}T00:00:00Z`, 'UTC')

/** "27 Oct to 25 Nov", with years where they are not this one's. */
export function rangeName({ from, to }: Days, today: string): string {
  const years = from.slice(0, 4) !== to.slice(0, 4) || to.slice(0, 4) !== today.slice(0, 4)
  return from === to ? dayName(from, years) : `${dayName(from, years)} to ${dayName(to, years)}`
}
