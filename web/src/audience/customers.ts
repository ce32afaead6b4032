import type { PageCustomerEvent, PageSegmentCustomer } from '@/api/generated'
import { api } from '@/api/api'

/** Customers with which answers a change makes stale, and their lists as one of many pages. */
export const customersApi = api
  .enhanceEndpoints({
    addTagTypes: ['Customer', 'Segments'],
    endpoints: {
      getCustomer: { providesTags: (_result, _error, { id }) => [{ type: 'Customer', id }, 'Data'] },
      customerMerges: { providesTags: (_result, _error, { id }) => [{ type: 'Customer', id }] },
      // Two customers change, and with them every list that has one of them.
      undoCustomerMerge: { invalidatesTags: ['Customer', 'Segments'] },
      // The work goes on elsewhere; the lists that are held here are without them at once.
      eraseCustomer: {
        onQueryStarted: ({ id }, call) =>
          call.queryFulfilled.then(
            () => {
              for (const q of customersApi.util.selectCachedArgsForQuery(call.getState() as never, 'people')) {
                call.dispatch(
                  customersApi.util.updateQueryData('people', q, (draft) => {
                    for (const page of draft.pages) page.items = page.items.filter((person) => person.id !== id)
                  }) as never,
                )
              }
            },
            () => undefined, // the caller shows it
          ),
      },
      customerConsent: { providesTags: (_result, _error, { id }) => [{ type: 'Customer', id }] },
      // What somebody allows shows at once; the answer puts it right, or back.
      setCustomerConsent: {
        onQueryStarted: ({ id, setCustomerConsentRequest: { channel, status } }, { dispatch, queryFulfilled }) => {
          const said = dispatch(
            api.util.updateQueryData('getCustomer', { id }, (draft) => {
              const of = draft.channels.find((c) => c.channel === channel)
              if (of) of.consent = status
            }),
          )
          queryFulfilled.then(
            () => void dispatch(api.util.invalidateTags([{ type: 'Customer' as never, id }, 'Segments' as never])),
            () => said.undo(),
          )
        },
      },
    },
  })
  .injectEndpoints({
    endpoints: (build) => ({
      people: build.infiniteQuery<PageSegmentCustomer, string, string | undefined>({
        query: ({ queryArg, pageParam }) => ({ url: '/customers', params: { q: queryArg || undefined, limit: 50, cursor: pageParam } }),
        infiniteQueryOptions: { initialPageParam: undefined, getNextPageParam: (last) => last.nextCursor || undefined },
        providesTags: ['Segments', 'Data'],
      }),
      // Everything that is held of a customer, as the address of a file in memory; whoever takes it revokes it.
      download: build.mutation<{ url: string }, string>({
        query: (id) => ({
          url: `/customers/${id}/export`,
          responseHandler: async (response) => (response.ok ? { url: URL.createObjectURL(await response.blob()) } : ((await response.json()) as unknown)),
        }),
      }),
      timeline: build.infiniteQuery<PageCustomerEvent, string, string | undefined>({
        query: ({ queryArg, pageParam }) => ({ url: `/customers/${queryArg}/timeline`, params: { limit: 50, cursor: pageParam } }),
        infiniteQueryOptions: { initialPageParam: undefined, getNextPageParam: (last) => last.nextCursor || undefined },
        providesTags: (_result, _error, id) => [{ type: 'Customer', id }, 'Data'],
      }),
    }),
  })

export const { usePeopleInfiniteQuery, useTimelineInfiniteQuery, useDownloadMutation } = customersApi
