import { generatedApi } from './generated'

/** The generated client with what it cannot know: which answers a change makes stale. */
export const api = generatedApi.enhanceEndpoints({
  addTagTypes: ['Profile', 'Sessions', 'Conversations', 'Conversation', 'Providers', 'Data', 'Verdicts', 'Sources'],
  endpoints: {
    getProfile: { providesTags: ['Profile'] },
    updateProfile: {
      onQueryStarted: (_arg, { dispatch, queryFulfilled }) =>
        queryFulfilled.then(
          ({ data }) => void dispatch(api.util.upsertQueryData('getProfile', undefined, data)),
          () => undefined, // the caller shows it
        ),
    },
    listSessions: { providesTags: ['Sessions'] },
    endSession: { invalidatesTags: ['Sessions'] },
    endSessions: { invalidatesTags: ['Sessions'] },
    getConversation: { providesTags: (_result, _error, { id }) => [{ type: 'Conversation', id }], keepUnusedDataFor: 300 },
    listRecommendations: { providesTags: ['Verdicts'] },
    getAnalyticsOverview: { providesTags: ['Data'] },
    getAnalyticsTimeseries: { providesTags: ['Data'] },
    getAnalyticsFunnel: { providesTags: ['Data'] },
    getAnalyticsCohorts: { providesTags: ['Data'] },
    getAnalyticsRfm: { providesTags: ['Data'] },
    getAnalyticsRevenue: { providesTags: ['Data'] },
    getAnalyticsChannels: { providesTags: ['Data'] },
    getLearning: { providesTags: ['Data', 'Verdicts'] },
    getAnalyticsPredictions: { providesTags: ['Data'] },
    listDataSources: { providesTags: ['Sources', 'Data'] },
    getDataSource: { providesTags: ['Sources', 'Data'] },
    createDataSource: { invalidatesTags: ['Sources'] },
    updateDataSource: { invalidatesTags: ['Sources'] },
    renewWriteKey: { invalidatesTags: ['Sources'] },
    deleteDataSource: { invalidatesTags: (_result, error) => (error ? [] : ['Sources', 'Data']) },
    listAiProviders: { providesTags: ['Providers'] },
  },
})
