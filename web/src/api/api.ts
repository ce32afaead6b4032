import { generatedApi } from './generated'

/** The generated client with what it cannot know: which answers a change makes stale. */
export const api = generatedApi.enhanceEndpoints({
  addTagTypes: ['Profile', 'Sessions', 'Conversations', 'Conversation', 'Providers', 'Data'],
  endpoints: {
    getProfile: { providesTags: ['Profile'] },
    updateProfile: {
      async onQueryStarted(_arg, { dispatch, queryFulfilled }) {
        const { data } = await queryFulfilled
        dispatch(api.util.upsertQueryData('getProfile', undefined, data))
      },
    },
    listSessions: { providesTags: ['Sessions'] },
    endSession: { invalidatesTags: ['Sessions'] },
    endSessions: { invalidatesTags: ['Sessions'] },
    getConversation: { providesTags: (_result, _error, { id }) => [{ type: 'Conversation', id }], keepUnusedDataFor: 300 },
    listProviders: { providesTags: ['Providers'] },
    getOverview: { providesTags: ['Data'] },
  },
})
