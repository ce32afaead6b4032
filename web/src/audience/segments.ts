import type { PageSegmentCustomer } from '@/api/generated'
import { api } from '@/api/api'

const pageSize = 50

/** Segments with what the generated calls cannot know: which answers a change makes stale, and members as one list of many pages. */
export const segmentsApi = api
  .enhanceEndpoints({
    addTagTypes: ['Segments'],
    endpoints: {
      listSegments: { providesTags: ['Segments', 'Data'] },
      getSegment: { providesTags: ['Segments', 'Data'] },
      segmentFields: { keepUnusedDataFor: 3600 },
      createSegment: { invalidatesTags: ['Segments'] },
      updateSegment: { invalidatesTags: ['Segments'] },
      // Only the list: the page of the one that is gone may still be there for a moment.
      deleteSegment: { onQueryStarted: (_arg, { dispatch, queryFulfilled }) => queryFulfilled.then(() => void dispatch(removed(_arg.id)), () => undefined) },
    },
  })
  .injectEndpoints({
    endpoints: (build) => ({
      members: build.infiniteQuery<PageSegmentCustomer, string, string | undefined>({
        query: ({ queryArg, pageParam }) => ({ url: `/segments/${queryArg}/customers`, params: { limit: pageSize, cursor: pageParam } }),
        infiniteQueryOptions: { initialPageParam: undefined, getNextPageParam: (last) => last.nextCursor || undefined },
        providesTags: ['Segments', 'Data'],
      }),
    }),
  })

const removed = (id: string) =>
  segmentsApi.util.updateQueryData('listSegments', listArg, (draft) => {
    draft.items = draft.items.filter((s) => s.id !== id)
  }) as never

/** All of a workspace's segments come in one page: few have a hundred. */
export const listArg = { limit: 100 }

export const { useMembersInfiniteQuery } = segmentsApi

/** How the size changed over about so many days, where there is a count that old. */
export function changeOver(history: { at: string; count: number }[], days: number, now: number): number | undefined {
  const since = now - days * 86_400_000
  const before = history.filter((p) => Date.parse(p.at) <= since).at(-1)
  const last = history.at(-1)
  return before && last ? last.count - before.count : undefined
}
