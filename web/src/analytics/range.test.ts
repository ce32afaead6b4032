import { describe, expect, it } from 'vitest'
import { heatRows } from './cohorts'
import { cohorts } from '@mocks/reports'
import { countDays, daysFault, daysOf, presets, readRange, stepsFor, todayIn } from './range'

const params = (search: string) => new URLSearchParams(search)

describe('the range', () => {
  it('is of days of the workspace’s zone', () => {
    const late = new Date('2026-11-25T23:30:00Z')
    expect(todayIn('Europe/Berlin', late)).toBe('2026-11-26')
    expect(todayIn('America/New_York', late)).toBe('2026-11-25')
  })

  it('has the days that its name says, over the ends of months and leap years', () => {
    expect(daysOf('30d', '2026-03-01')).toEqual({ from: '2026-01-31', to: '2026-03-01' })
    expect(daysOf('last_month', '2024-03-31')).toEqual({ from: '2024-02-01', to: '2024-02-29' })
    expect(daysOf('last_month', '2026-01-05')).toEqual({ from: '2025-12-01', to: '2025-12-31' })
    expect(daysOf('yesterday', '2026-01-01')).toEqual({ from: '2025-12-31', to: '2025-12-31' })
    const lengths = Object.fromEntries(presets.map((p) => [p.key, countDays(daysOf(p.key, '2026-11-25'))]))
    expect(lengths).toEqual({ today: 1, yesterday: 1, '7d': 7, '30d': 30, '90d': 90, '12m': 365, this_month: 25, last_month: 31, this_year: 329 })
  })

  it('is read from the address; what makes no sense there is the last 30 days', () => {
    const today = '2026-11-25'
    expect(readRange(params('from=2026-01-01&to=2026-01-31'), today)).toEqual({ from: '2026-01-01', to: '2026-01-31' })
    expect(readRange(params('range=7d'), today)).toEqual({ preset: '7d', from: '2026-11-19', to: today })
    for (const search of ['', 'range=ever', 'from=2026-02-30&to=2026-03-01', 'from=2026-03-02&to=2026-03-01', 'from=2020-01-01&to=2026-01-01', 'from=2026-01-01']) {
      expect(readRange(params(search), today), search).toMatchObject({ preset: '30d' })
    }
  })

  it('has at most as many days as the API counts', () => {
    expect(daysFault({ from: '2023-11-22', to: '2026-11-25' })).toBeUndefined() // 1100
    expect(daysFault({ from: '2023-11-21', to: '2026-11-25' })).toMatch(/at most 1.?100 days/)
  })

  it('is looked at in steps that suit it and that the API has', () => {
    expect(stepsFor(1, true)).toEqual({ all: ['hour', 'day'], best: 'hour' })
    expect(stepsFor(1, false)).toEqual({ all: ['day'], best: 'day' })
    expect(stepsFor(30, false).all).not.toContain('hour')
    expect(stepsFor(32, true).all).toEqual(['day', 'week', 'month'])
    expect(stepsFor(365, true).best).toBe('week')
    for (let days = 1; days <= 1100; days++) for (const byHour of [true, false]) expect(stepsFor(days, byHour).all).toContain(stepsFor(days, byHour).best)
  })
})

describe('the cohorts', () => {
  it('begin with the first that has anybody, and say which months go on after the range', () => {
    const rows = heatRows(cohorts, 'share')
    expect(rows.map((r) => r.start)).toEqual(['2026-09-01', '2026-10-01'])
    expect(rows.map((r) => r.cells.map((c) => c.partial))).toEqual([[false, false, true], [false, true]])
    expect(rows[0]!.cells.map((c) => c.share)).toEqual([0, 1, 0.5]) // the darkest is the highest after the first month
  })

  it('are whole where the range ends with the month, whatever the zone', () => {
    for (const [timeZone, to] of [['Pacific/Kiritimati', '2026-11-30T10:00:00Z'], ['Pacific/Pago_Pago', '2026-12-01T11:00:00Z']] as const) {
      const whole = heatRows({ ...cohorts, timeZone, to }, 'share')
      expect(whole.flatMap((r) => r.cells).some((c) => c.partial), timeZone).toBe(false)
      const dayLess = new Date(new Date(to).getTime() - 86_400_000).toISOString()
      expect(heatRows({ ...cohorts, timeZone, to: dayLess }, 'share').at(-1)!.cells.at(-1)!.partial, timeZone).toBe(true)
    }
  })
})
