import { createContext, useContext } from 'react'
import type { SegmentFields } from '@/api/generated'
import type { Choice } from './catalogue'
import type { Draft, Fault } from './rule'

/** What the parts of a rule builder share. */
export interface Building {
  fields: SegmentFields
  choices: Choice[]
  segments: { id: string; name: string }[]
  currency: string
  timeZone: string
  faults: Map<string, Fault[]>
  /** The node that was just added, whose value takes the focus. */
  fresh: string | undefined
  added: (key: string) => void
  /** Puts another node in a node's place; null takes it away. */
  change: (key: string, by: (node: Draft) => Draft | null) => void
}

export const BuildingContext = createContext<Building | undefined>(undefined)

export function useBuilding(): Building {
  const building = useContext(BuildingContext)
  if (!building) throw new Error('a part of a rule builder stands outside of one')
  return building
}

/** The id of the text that says what is wrong with a node. */
export const faultIdOf = (key: string) => `fault-${key}`

/** The id of the text about a part of a node, if there is a fault that points at it or into it. */
export function faultAt(faults: Fault[] | undefined, key: string, part: string): string | undefined {
  return faults?.some((f) => f.part === part || f.part.startsWith(`${part}/`)) ? faultIdOf(key) : undefined
}
