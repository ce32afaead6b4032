import type { PredictionBacktest } from '@/api/generated'

export interface Verdict {
  tone: 'good' | 'warn'
  title: string
}

/** What a backtest says of the method, without making it better than it was. */
export function verdict(test: PredictionBacktest): Verdict {
  const better = test.meanError < test.naiveMeanError
  if (!test.withinInterval) return { tone: 'warn', title: 'It was outside of its interval: take these predictions with care' }
  if (!better) return { tone: 'warn', title: 'No better for single customers than the pace they had: take these with care' }
  return { tone: 'good', title: 'What came was within the interval' }
}

/** By which share what came was off what was expected; undefined where nothing was expected. */
export const off = (actual: number, expected: number) => (expected === 0 ? undefined : actual / expected - 1)
