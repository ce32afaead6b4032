import { useEffect, useState } from 'react'
import { useDispatch } from 'react-redux'
import type { SegmentPreview } from '@/api/generated'
import { api } from '@/api/api'
import { problemOf, type Problem } from '@/api/problem'
import { useOnline, useSettled } from '@/lib/hooks'
import type { Rule } from './rule'

interface Answer {
  /** The rule, as JSON, that was asked about. */
  of: string
  preview?: SegmentPreview
  problem?: Problem
}

/** What the count was made of. While another one is being made, the last stays, and is said to be old. */
export interface Preview {
  preview: SegmentPreview | undefined
  /** What is wrong with this very rule. */
  problem: Problem | undefined
  /** The rule was edited since, or is being counted. */
  old: boolean
  again: () => void
}

interface Pending extends Promise<unknown> {
  abort: () => void
  reset: () => void
  unwrap: () => Promise<SegmentPreview>
}

/** Who a rule would have, once the editing rests for a moment. A call whose rule is outdated is given up, and its answer never shown. */
export function usePreview(rule: Rule | undefined, rest = 250): Preview {
  const dispatch = useDispatch() as (action: unknown) => Pending
  const json = rule && JSON.stringify(rule)
  const settled = useSettled(json, rest)
  const online = useOnline()
  const [tries, setTries] = useState(0)
  const [answer, setAnswer] = useState<Answer>()

  useEffect(() => {
    if (settled === undefined || settled !== json || !online) return
    let outdated = false
    const call = dispatch(api.endpoints.previewSegment.initiate({ previewSegmentRequest: { rule: JSON.parse(settled) as Rule } }, { track: false }))
    call.unwrap().then(
      (preview) => {
        if (!outdated) setAnswer({ of: settled, preview })
      },
      (error: unknown) => {
        if (!outdated) setAnswer((before) => ({ of: settled, problem: problemOf(error), preview: before?.preview }))
      },
    )
    return () => {
      outdated = true
      call.abort()
    }
  }, [dispatch, settled, json, online, tries])

  const current = answer?.of === json
  return { preview: answer?.preview, problem: current ? answer?.problem : undefined, old: !current || answer?.problem !== undefined, again: () => setTries((n) => n + 1) }
}
