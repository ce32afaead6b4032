import { useCallback, useEffect, useRef, useState } from 'react'
import { problemOf, type Problem } from '@/api/problem'

interface Page<T> {
  items: T[]
  nextCursor?: string
}

/**
 * A list that is read page by page, below a first page that follows what arrives. While only the first page is shown it is
 * live; with older ones below it, it stands still, so that nothing is missed or shown twice between them.
 */
export function usePages<T>(first: Page<T> | undefined, load: (cursor: string) => Promise<Page<T>>) {
  const [held, setHeld] = useState<{ first: Page<T>; older: Page<T> }>()
  const [loading, setLoading] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const asked = useRef(0)
  useEffect(() => () => void asked.current++, [])
  const shown = held?.first ?? first
  const next = held ? held.older.nextCursor : first?.nextCursor
  const older = async () => {
    if (!shown || !next || loading) return
    const turn = ++asked.current
    setLoading(true)
    setProblem(undefined)
    const before = held?.older.items ?? []
    setHeld({ first: shown, older: { items: before, nextCursor: next } })
    try {
      const page = await load(next)
      if (turn === asked.current) setHeld({ first: shown, older: { items: [...before, ...page.items], nextCursor: page.nextCursor } })
    } catch (error) {
      if (turn === asked.current) setProblem(problemOf(error))
    } finally {
      if (turn === asked.current) setLoading(false)
    }
  }
  const live = useCallback(() => {
    asked.current++
    setHeld(undefined)
    setLoading(false)
    setProblem(undefined)
  }, [])
  return { items: shown && [...shown.items, ...(held?.older.items ?? [])], more: next !== undefined && next !== '', still: held !== undefined, loading, problem, older, live }
}
