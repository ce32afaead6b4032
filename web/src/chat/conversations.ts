import type { ThunkAction, UnknownAction } from '@reduxjs/toolkit'
import type { PageConversation } from '@/api/generated'
import { api } from '@/api/api'

const pageSize = 40

/** The history, page after page, newest first. Kept apart from the generated calls because it is one list of many pages. */
export const conversationsApi = api.injectEndpoints({
  endpoints: (build) => ({
    history: build.infiniteQuery<PageConversation, string, string | undefined>({
      query: ({ queryArg, pageParam }) => ({
        url: '/conversations',
        params: { q: queryArg || undefined, limit: pageSize, cursor: pageParam },
      }),
      infiniteQueryOptions: { initialPageParam: undefined, getNextPageParam: (last) => last.nextCursor || undefined },
      providesTags: ['Conversations'],
    }),
  }),
})

export const { useHistoryInfiniteQuery } = conversationsApi

type State = Parameters<typeof conversationsApi.util.selectCachedArgsForQuery>[0]
type Thunk<R> = ThunkAction<R, State, unknown, UnknownAction>

/** Changes a title in every list and in the open thread; the answer puts the old one back. */
export const retitle = (id: string, title: string): Thunk<() => void> => (dispatch, getState) => {
  const patches = searches(getState()).map((q) =>
    dispatch(
      conversationsApi.util.updateQueryData('history', q, (draft) => {
        for (const page of draft.pages) for (const item of page.items) if (item.id === id) item.title = title
      }),
    ),
  )
  patches.push(dispatch(api.util.updateQueryData('getConversation', { id }, (draft) => void (draft.title = title))))
  return () => patches.forEach((patch) => patch.undo())
}

export const removeFromHistory = (id: string): Thunk<void> => (dispatch, getState) => {
  for (const q of searches(getState())) {
    dispatch(
      conversationsApi.util.updateQueryData('history', q, (draft) => {
        for (const page of draft.pages) page.items = page.items.filter((item) => item.id !== id)
      }),
    )
  }
}

const searches = (state: State) => conversationsApi.util.selectCachedArgsForQuery(state, 'history')
