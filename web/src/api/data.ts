import { api } from './api'

/** A job that makes demo data. */
export interface DummyDataJob {
  id: string
  status: 'queued' | 'running' | 'completed' | 'failed' | 'cancelled'
  progress: number
  events: number
  customers: number
  startedAt?: string
  finishedAt?: string
  error?: string
}

export interface Overview {
  events: number
  customers: number
  computedAt: string
}

/** Demo data and what the workspace holds. */
export const dataApi = api.injectEndpoints({
  endpoints: (build) => ({
    getOverview: build.query<Overview, void>({ query: () => '/analytics/overview', providesTags: ['Data'] }),
    seedAllDummyData: build.mutation<DummyDataJob, { customers: number; events: number }>({
      query: (body) => ({ url: '/data-sources/dummy-data/seed-all', method: 'POST', body }),
    }),
    getDummyData: build.query<DummyDataJob, { jobId: string }>({ query: ({ jobId }) => `/data-sources/dummy-data/${jobId}` }),
    deleteDummyData: build.mutation<unknown, void>({ query: () => ({ url: '/data-sources/dummy-data', method: 'DELETE' }) }),
  }),
})
