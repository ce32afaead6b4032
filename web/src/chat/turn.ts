import type { Problem } from '@/api/problem'
import { partOf, type Completion, type Frame, type Intent } from './frames'
import { putPart, type Part } from './parts'

/** What the reader sees of a turn while it is answered, made of its frames and of nothing else. */
export interface LiveTurn {
  turnId: string
  attempt: number
  seq: number
  intent?: Intent
  steps: { step: string; label: string }[]
  content: string
  parts: Part[]
  problem?: Problem
  end?: Completion
}

export const newTurn = (turnId: string): LiveTurn => ({ turnId, attempt: 0, seq: 0, steps: [], content: '', parts: [] })

/** Whether a reader who stands at that place has had the frame, or it is of an attempt that was replaced. */
export function seen(at: { attempt: number; seq: number }, frame: Frame): boolean {
  return frame.attempt < at.attempt || (frame.attempt === at.attempt && frame.seq !== 0 && frame.seq <= at.seq)
}

/**
 * Takes frames in the order they arrived and gives what is to be shown. Frames that were seen, and those of an attempt
 * that a later one replaced, change nothing; the first frame of a later attempt discards what the earlier one showed.
 */
export function applyFrames(turn: LiveTurn, frames: readonly Frame[]): LiveTurn {
  let next = turn
  let text: string[] = []
  const flush = () => {
    if (text.length > 0) next = { ...next, content: next.content + text.join('') }
    text = []
  }
  for (const frame of frames) {
    if (next.end || seen(next, frame)) continue
    if (frame.attempt > next.attempt || frame.data.type === 'reset') {
      text = []
      next = { ...newTurn(turn.turnId), seq: frame.attempt > next.attempt ? 0 : next.seq }
    }
    next = { ...next, attempt: frame.attempt, seq: frame.seq || next.seq }
    const { data } = frame
    if (data.type === 'chunk') {
      text.push(data.content)
      continue
    }
    flush()
    next = applyOne(next, data)
  }
  flush()
  return next
}

function applyOne(turn: LiveTurn, data: Frame['data']): LiveTurn {
  switch (data.type) {
    case 'intent': {
      const { type: _type, ...intent } = data
      return { ...turn, intent }
    }
    case 'status': {
      const steps = turn.steps.filter((s) => s.step !== data.step)
      return { ...turn, steps: [...steps, { step: data.step, label: data.label }] }
    }
    case 'error':
      return { ...turn, problem: data.problem }
    case 'complete': {
      const { type: _type, ...end } = data
      return { ...turn, end }
    }
    case 'reset':
    case 'chunk':
      return turn
    default: {
      const part = partOf(data)
      return part ? { ...turn, parts: putPart(turn.parts, part) } : turn
    }
  }
}
