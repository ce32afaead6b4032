import type { Problem } from '@/api/problem'
import type { Part } from './parts'

/** An answer as it is shown, running or stored. */
export interface Answer {
  turnId: string
  /** The stored message; undefined while the turn is answered. */
  messageId?: string
  content: string
  parts: Part[]
  steps: { step: string; label: string }[]
  status: 'running' | 'completed' | 'stopped' | 'failed'
  provider?: string
  rating?: 'up' | 'down'
  problem?: Problem
}
