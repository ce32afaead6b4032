import { skipToken } from '@reduxjs/toolkit/query'
import { useEffect, useState } from 'react'
import { useDispatch } from 'react-redux'
import { api } from '@/api/api'
import type { DummyDataJob } from '@/api/generated'
import { problemOf, type Problem } from '@/api/problem'
import { useMe } from '@/api/me'
import { readStored, store } from '@/lib/storage'

/** A size of demo data that one can choose. Both figures are what the API is asked for. */
export interface Size {
  key: string
  name: string
  customers: number
  events: number
  wait: string
}

export const sizes: Size[] = [
  { key: 'small', name: 'Small shop', customers: 2_500, events: 50_000, wait: 'a few seconds' },
  { key: 'medium', name: 'Growing shop', customers: 25_000, events: 500_000, wait: 'under a minute' },
  { key: 'large', name: 'Large shop', customers: 100_000, events: 2_000_000, wait: 'a few minutes' },
]

/** Loading demo data for this workspace: its job survives leaving the page, so it is found again here. */
export function useDemoData() {
  const dispatch = useDispatch() as (action: unknown) => unknown
  const workspaceId = useMe()?.workspace.id
  const key = workspaceId && `pulsehub.demo.${workspaceId}`
  const [jobId, setJobId] = useState<string>()
  const [problem, setProblem] = useState<Problem>()
  const [start, starting] = api.useSeedDummyDataMutation()
  const [remove, removing] = api.useRemoveDummyDataMutation()

  const known = jobId ?? (key ? readStored('local', key) : undefined)
  const which = known ? { jobId: known } : skipToken
  const { data: job, error, fulfilledTimeStamp: seenAt = 0 } = api.endpoints.getDummyDataJob.useQueryState(which)
  const running = isRunning(job)
  api.endpoints.getDummyDataJob.useQuerySubscription(which, { pollingInterval: running ? 700 : 0, refetchOnMountOrArgChange: true })

  // The job is not there any more: demo data was removed elsewhere.
  const gone = error !== undefined && 'status' in error && error.status === 404
  useEffect(() => {
    if (gone && key) store('local', key, undefined)
  }, [gone, key])

  // The first answers from the new data must not come from before it.
  const ended = job && !running ? `${job.id}:${job.status}` : undefined
  useEffect(() => {
    if (ended) dispatch(api.util.invalidateTags(['Data']))
  }, [ended, dispatch])

  const load = async (size: Size) => {
    setProblem(undefined)
    try {
      const { customers, events } = size
      const begun = await start({ dummyDataSize: { customers, events } }).unwrap()
      if (key) store('local', key, begun.id)
      setJobId(begun.id)
    } catch (failure) {
      setProblem(problemOf(failure))
    }
  }
  const clear = async (): Promise<boolean> => {
    setProblem(undefined)
    try {
      await remove().unwrap()
      if (key) store('local', key, undefined)
      setJobId(undefined)
      dispatch(api.util.invalidateTags(['Data']))
      return true
    } catch (failure) {
      setProblem(problemOf(failure))
      return false
    }
  }
  return { job: gone || !known ? undefined : job, seenAt, running, problem, load, starting: starting.isLoading, clear, clearing: removing.isLoading }
}

export const isRunning = (job: DummyDataJob | undefined) => job?.status === 'queued' || job?.status === 'running'
