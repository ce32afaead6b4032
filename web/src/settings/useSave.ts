import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { problemOf, type Problem } from '@/api/problem'
import { toastShown } from '@/ui/toast'

/** Runs a change, says that it is saved, and keeps what is wrong with it. */
export function useSave() {
  const dispatch = useDispatch()
  const [problem, setProblem] = useState<Problem>()
  const [busy, setBusy] = useState(false)
  const save = async (change: () => Promise<unknown>, done: string): Promise<boolean> => {
    setProblem(undefined)
    setBusy(true)
    try {
      await change()
      dispatch(toastShown(done))
      return true
    } catch (error) {
      setProblem(problemOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { save, busy, problem }
}
