import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router-dom'
import { countDays, readRange, todayIn, type Days, type Preset } from './range'

/** What all panels are asked for, and where it is kept: in the address, so that a view can be shared and gone back to. */
export interface Asked {
  days: Days
  count: number
  preset?: Preset
  segmentId?: string
  /** The parameters of a report. */
  args: { from: string; to: string; segmentId?: string }
}

export function useAsked(timeZone: string): Asked & { change: (values: Record<string, string | undefined>, look?: boolean) => void; param: (name: string) => string | undefined } {
  const [params, setParams] = useSearchParams()
  const today = todayIn(timeZone)
  const asked = useMemo(() => {
    const { preset, from, to } = readRange(params, today)
    const segmentId = params.get('segment') ?? undefined
    return { days: { from, to }, count: countDays({ from, to }), preset, segmentId, args: { from, to, ...(segmentId && { segmentId }) } }
  }, [params, today])
  const change = useCallback(
    // look: only how something is shown changes, which is nothing to go back to.
    (values: Record<string, string | undefined>, look = false) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now)
          for (const [name, value] of Object.entries(values)) {
            if (value === undefined) next.delete(name)
            else next.set(name, value)
          }
          return next
        },
        { preventScrollReset: true, replace: look },
      ),
    [setParams],
  )
  return { ...asked, change, param: (name) => params.get(name) ?? undefined }
}
