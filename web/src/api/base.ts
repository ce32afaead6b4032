import { createApi, fetchBaseQuery, type BaseQueryFn, type FetchArgs, type FetchBaseQueryError } from '@reduxjs/toolkit/query/react'
import { selectSignedIn, sessionEnded } from '@/session/session'
import { accessToken, refresh } from '@/session/token'

const call = fetchBaseQuery({
  baseUrl: '/api',
  timeout: 30_000,
  prepareHeaders: async (headers) => {
    const token = await accessToken()
    if (token) headers.set('Authorization', `Bearer ${token}`)
    return headers
  },
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Calls the API; refreshes a used-up access token once, and repeats reads that did not come through. */
const baseQuery: BaseQueryFn<string | FetchArgs, unknown, FetchBaseQueryError> = async (args, api, options) => {
  const method = typeof args === 'string' ? 'GET' : (args.method ?? 'GET').toUpperCase()
  let result = await call(args, api, options)
  for (let attempt = 0; method === 'GET' && attempt < 2 && passing(result.error) && !api.signal.aborted; attempt++) {
    await pause(300 * 3 ** attempt)
    result = await call(args, api, options)
  }
  if (result.error?.status !== 401 || !selectSignedIn(api.getState() as Parameters<typeof selectSignedIn>[0])) return result
  const refreshed = await refresh()
  if (refreshed === 'signed_out') api.dispatch(sessionEnded({ expired: true }))
  return refreshed === 'ok' ? call(args, api, options) : result
}

function passing(error: FetchBaseQueryError | undefined): boolean {
  return error?.status === 'FETCH_ERROR' || error?.status === 502 || error?.status === 503
}

/** The API without endpoints; generated.ts adds them. */
export const emptyApi = createApi({
  reducerPath: 'api',
  baseQuery,
  refetchOnReconnect: true,
  endpoints: () => ({}),
})
