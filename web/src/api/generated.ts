// Made by npm run generate from the API's OpenAPI document. Not to be edited.
import { emptyApi as api } from './base';
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    listAiProviders: build.query<
      ListAiProvidersApiResponse,
      ListAiProvidersApiArg
    >({
      query: () => ({ url: `/ai/providers` }),
    }),
    listRecommendations: build.query<
      ListRecommendationsApiResponse,
      ListRecommendationsApiArg
    >({
      query: (queryArg) => ({
        url: `/ai/recommendations/history`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
          status: queryArg.status,
        },
      }),
    }),
    getRecommendation: build.query<
      GetRecommendationApiResponse,
      GetRecommendationApiArg
    >({
      query: (queryArg) => ({ url: `/ai/recommendations/${queryArg.id}` }),
    }),
    giveRecommendationFeedback: build.mutation<
      GiveRecommendationFeedbackApiResponse,
      GiveRecommendationFeedbackApiArg
    >({
      query: (queryArg) => ({
        url: `/ai/recommendations/${queryArg.id}/feedback`,
        method: "POST",
        body: queryArg.feedbackInputBody,
      }),
    }),
    getAnalyticsChannels: build.query<
      GetAnalyticsChannelsApiResponse,
      GetAnalyticsChannelsApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/channels`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
        },
      }),
    }),
    getAnalyticsCohorts: build.query<
      GetAnalyticsCohortsApiResponse,
      GetAnalyticsCohortsApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/cohorts`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
          by: queryArg.by,
          granularity: queryArg.granularity,
        },
      }),
    }),
    getAnalyticsFunnel: build.query<
      GetAnalyticsFunnelApiResponse,
      GetAnalyticsFunnelApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/funnel`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
        },
      }),
    }),
    getAnalyticsOverview: build.query<
      GetAnalyticsOverviewApiResponse,
      GetAnalyticsOverviewApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/overview`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
        },
      }),
    }),
    getAnalyticsPredictions: build.query<
      GetAnalyticsPredictionsApiResponse,
      GetAnalyticsPredictionsApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/predictions`,
        params: {
          format: queryArg.format,
          limit: queryArg.limit,
        },
      }),
    }),
    getAnalyticsRevenue: build.query<
      GetAnalyticsRevenueApiResponse,
      GetAnalyticsRevenueApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/revenue`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
        },
      }),
    }),
    getAnalyticsRfm: build.query<
      GetAnalyticsRfmApiResponse,
      GetAnalyticsRfmApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/rfm`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
        },
      }),
    }),
    getAnalyticsTimeseries: build.query<
      GetAnalyticsTimeseriesApiResponse,
      GetAnalyticsTimeseriesApiArg
    >({
      query: (queryArg) => ({
        url: `/analytics/timeseries`,
        params: {
          from: queryArg["from"],
          to: queryArg.to,
          segmentId: queryArg.segmentId,
          format: queryArg.format,
          metric: queryArg.metric,
          granularity: queryArg.granularity,
          compare: queryArg.compare,
        },
      }),
    }),
    login: build.mutation<LoginApiResponse, LoginApiArg>({
      query: (queryArg) => ({
        url: `/auth/login`,
        method: "POST",
        body: queryArg.loginInputBody,
      }),
    }),
    logout: build.mutation<LogoutApiResponse, LogoutApiArg>({
      query: (queryArg) => ({
        url: `/auth/logout`,
        method: "POST",
        body: queryArg.refreshTokenInputBody,
      }),
    }),
    refresh: build.mutation<RefreshApiResponse, RefreshApiArg>({
      query: (queryArg) => ({
        url: `/auth/refresh`,
        method: "POST",
        body: queryArg.refreshTokenInputBody,
      }),
    }),
    register: build.mutation<RegisterApiResponse, RegisterApiArg>({
      query: (queryArg) => ({
        url: `/auth/register`,
        method: "POST",
        body: queryArg.registerInputBody,
      }),
    }),
    endSessions: build.mutation<EndSessionsApiResponse, EndSessionsApiArg>({
      query: (queryArg) => ({
        url: `/auth/sessions`,
        method: "DELETE",
        params: {
          keepCurrent: queryArg.keepCurrent,
        },
      }),
    }),
    listSessions: build.query<ListSessionsApiResponse, ListSessionsApiArg>({
      query: (queryArg) => ({
        url: `/auth/sessions`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    endSession: build.mutation<EndSessionApiResponse, EndSessionApiArg>({
      query: (queryArg) => ({
        url: `/auth/sessions/${queryArg.id}`,
        method: "DELETE",
      }),
    }),
    collect: build.mutation<CollectApiResponse, CollectApiArg>({
      query: (queryArg) => ({
        url: `/collect/${queryArg.writeKey}`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    listConversations: build.query<
      ListConversationsApiResponse,
      ListConversationsApiArg
    >({
      query: (queryArg) => ({
        url: `/conversations`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
          q: queryArg.q,
        },
      }),
    }),
    createConversation: build.mutation<
      CreateConversationApiResponse,
      CreateConversationApiArg
    >({
      query: (queryArg) => ({
        url: `/conversations`,
        method: "POST",
        body: queryArg.createConversationRequest,
      }),
    }),
    deleteConversation: build.mutation<
      DeleteConversationApiResponse,
      DeleteConversationApiArg
    >({
      query: (queryArg) => ({
        url: `/conversations/${queryArg.id}`,
        method: "DELETE",
      }),
    }),
    getConversation: build.query<
      GetConversationApiResponse,
      GetConversationApiArg
    >({
      query: (queryArg) => ({ url: `/conversations/${queryArg.id}` }),
    }),
    renameConversation: build.mutation<
      RenameConversationApiResponse,
      RenameConversationApiArg
    >({
      query: (queryArg) => ({
        url: `/conversations/${queryArg.id}`,
        method: "PATCH",
        body: queryArg.renameConversationRequest,
      }),
    }),
    sendMessage: build.mutation<SendMessageApiResponse, SendMessageApiArg>({
      query: (queryArg) => ({
        url: `/conversations/${queryArg.id}/messages`,
        method: "POST",
        body: queryArg.sendMessageRequest,
      }),
    }),
    regenerateTurn: build.mutation<
      RegenerateTurnApiResponse,
      RegenerateTurnApiArg
    >({
      query: (queryArg) => ({
        url: `/conversations/${queryArg.id}/turns/${queryArg.turnId}/regenerate`,
        method: "POST",
      }),
    }),
    stopTurn: build.mutation<StopTurnApiResponse, StopTurnApiArg>({
      query: (queryArg) => ({
        url: `/conversations/${queryArg.id}/turns/${queryArg.turnId}/stop`,
        method: "POST",
      }),
    }),
    listCustomers: build.query<ListCustomersApiResponse, ListCustomersApiArg>({
      query: (queryArg) => ({
        url: `/customers`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
          segmentId: queryArg.segmentId,
          q: queryArg.q,
        },
      }),
    }),
    eraseCustomer: build.mutation<
      EraseCustomerApiResponse,
      EraseCustomerApiArg
    >({
      query: (queryArg) => ({
        url: `/customers/${queryArg.id}`,
        method: "DELETE",
      }),
    }),
    getCustomer: build.query<GetCustomerApiResponse, GetCustomerApiArg>({
      query: (queryArg) => ({ url: `/customers/${queryArg.id}` }),
    }),
    customerConsent: build.query<
      CustomerConsentApiResponse,
      CustomerConsentApiArg
    >({
      query: (queryArg) => ({
        url: `/customers/${queryArg.id}/consent`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    setCustomerConsent: build.mutation<
      SetCustomerConsentApiResponse,
      SetCustomerConsentApiArg
    >({
      query: (queryArg) => ({
        url: `/customers/${queryArg.id}/consent`,
        method: "POST",
        body: queryArg.setCustomerConsentRequest,
      }),
    }),
    exportCustomer: build.query<
      ExportCustomerApiResponse,
      ExportCustomerApiArg
    >({
      query: (queryArg) => ({ url: `/customers/${queryArg.id}/export` }),
    }),
    customerMerges: build.query<
      CustomerMergesApiResponse,
      CustomerMergesApiArg
    >({
      query: (queryArg) => ({
        url: `/customers/${queryArg.id}/merges`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    undoCustomerMerge: build.mutation<
      UndoCustomerMergeApiResponse,
      UndoCustomerMergeApiArg
    >({
      query: (queryArg) => ({
        url: `/customers/${queryArg.id}/merges/${queryArg.mergeId}/undo`,
        method: "POST",
      }),
    }),
    customerTimeline: build.query<
      CustomerTimelineApiResponse,
      CustomerTimelineApiArg
    >({
      query: (queryArg) => ({
        url: `/customers/${queryArg.id}/timeline`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    listDataSources: build.query<
      ListDataSourcesApiResponse,
      ListDataSourcesApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createDataSource: build.mutation<
      CreateDataSourceApiResponse,
      CreateDataSourceApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources`,
        method: "POST",
        body: queryArg.createDataSourceRequest,
      }),
    }),
    removeDummyData: build.mutation<
      RemoveDummyDataApiResponse,
      RemoveDummyDataApiArg
    >({
      query: () => ({ url: `/data-sources/dummy-data`, method: "DELETE" }),
    }),
    createDummyData: build.mutation<
      CreateDummyDataApiResponse,
      CreateDummyDataApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/dummy-data`,
        method: "POST",
        body: queryArg.createDummyDataRequest,
      }),
    }),
    createBulkDummyData: build.mutation<
      CreateBulkDummyDataApiResponse,
      CreateBulkDummyDataApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/dummy-data/bulk/${queryArg.sourceType}`,
        method: "POST",
        body: queryArg.dummyDataSize,
      }),
    }),
    seedDummyData: build.mutation<
      SeedDummyDataApiResponse,
      SeedDummyDataApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/dummy-data/seed-all`,
        method: "POST",
        body: queryArg.dummyDataSize,
      }),
    }),
    getDummyDataJob: build.query<
      GetDummyDataJobApiResponse,
      GetDummyDataJobApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/dummy-data/${queryArg.jobId}`,
      }),
    }),
    deleteDataSource: build.mutation<
      DeleteDataSourceApiResponse,
      DeleteDataSourceApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/${queryArg.id}`,
        method: "DELETE",
      }),
    }),
    getDataSource: build.query<GetDataSourceApiResponse, GetDataSourceApiArg>({
      query: (queryArg) => ({ url: `/data-sources/${queryArg.id}` }),
    }),
    updateDataSource: build.mutation<
      UpdateDataSourceApiResponse,
      UpdateDataSourceApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/${queryArg.id}`,
        method: "PATCH",
        body: queryArg.updateDataSourceRequest,
      }),
    }),
    listReceivedEvents: build.query<
      ListReceivedEventsApiResponse,
      ListReceivedEventsApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/${queryArg.id}/events`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    listRejectedEvents: build.query<
      ListRejectedEventsApiResponse,
      ListRejectedEventsApiArg
    >({
      query: (queryArg) => ({
        url: `/data-sources/${queryArg.id}/rejected`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    rateMessage: build.mutation<RateMessageApiResponse, RateMessageApiArg>({
      query: (queryArg) => ({
        url: `/messages/${queryArg.id}/feedback`,
        method: "POST",
        body: queryArg.rateMessageRequest,
      }),
    }),
    listSegments: build.query<ListSegmentsApiResponse, ListSegmentsApiArg>({
      query: (queryArg) => ({
        url: `/segments`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    createSegment: build.mutation<
      CreateSegmentApiResponse,
      CreateSegmentApiArg
    >({
      query: (queryArg) => ({
        url: `/segments`,
        method: "POST",
        body: queryArg.createSegmentRequest,
      }),
    }),
    segmentFields: build.query<SegmentFieldsApiResponse, SegmentFieldsApiArg>({
      query: () => ({ url: `/segments/fields` }),
    }),
    parseSegment: build.mutation<ParseSegmentApiResponse, ParseSegmentApiArg>({
      query: (queryArg) => ({
        url: `/segments/parse`,
        method: "POST",
        body: queryArg.parseSegmentRequest,
      }),
    }),
    previewSegment: build.mutation<
      PreviewSegmentApiResponse,
      PreviewSegmentApiArg
    >({
      query: (queryArg) => ({
        url: `/segments/preview`,
        method: "POST",
        body: queryArg.previewSegmentRequest,
      }),
    }),
    deleteSegment: build.mutation<
      DeleteSegmentApiResponse,
      DeleteSegmentApiArg
    >({
      query: (queryArg) => ({
        url: `/segments/${queryArg.id}`,
        method: "DELETE",
      }),
    }),
    getSegment: build.query<GetSegmentApiResponse, GetSegmentApiArg>({
      query: (queryArg) => ({ url: `/segments/${queryArg.id}` }),
    }),
    updateSegment: build.mutation<
      UpdateSegmentApiResponse,
      UpdateSegmentApiArg
    >({
      query: (queryArg) => ({
        url: `/segments/${queryArg.id}`,
        method: "PATCH",
        body: queryArg.updateSegmentRequest,
      }),
    }),
    segmentCustomers: build.query<
      SegmentCustomersApiResponse,
      SegmentCustomersApiArg
    >({
      query: (queryArg) => ({
        url: `/segments/${queryArg.id}/customers`,
        params: {
          limit: queryArg.limit,
          cursor: queryArg.cursor,
        },
      }),
    }),
    changePassword: build.mutation<
      ChangePasswordApiResponse,
      ChangePasswordApiArg
    >({
      query: (queryArg) => ({
        url: `/user/password`,
        method: "POST",
        body: queryArg.changePasswordInputBody,
      }),
    }),
    getProfile: build.query<GetProfileApiResponse, GetProfileApiArg>({
      query: () => ({ url: `/user/profile` }),
    }),
    updateProfile: build.mutation<
      UpdateProfileApiResponse,
      UpdateProfileApiArg
    >({
      query: (queryArg) => ({
        url: `/user/profile`,
        method: "PATCH",
        body: queryArg.updateProfileInputBody,
      }),
    }),
    ingestAlias: build.mutation<IngestAliasApiResponse, IngestAliasApiArg>({
      query: (queryArg) => ({
        url: `/v1/alias`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    ingestBatch: build.mutation<IngestBatchApiResponse, IngestBatchApiArg>({
      query: (queryArg) => ({
        url: `/v1/batch`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    ingestGroup: build.mutation<IngestGroupApiResponse, IngestGroupApiArg>({
      query: (queryArg) => ({
        url: `/v1/group`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    ingestIdentify: build.mutation<
      IngestIdentifyApiResponse,
      IngestIdentifyApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/identify`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    ingestPage: build.mutation<IngestPageApiResponse, IngestPageApiArg>({
      query: (queryArg) => ({
        url: `/v1/page`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    ingestPixel: build.query<IngestPixelApiResponse, IngestPixelApiArg>({
      query: (queryArg) => ({ url: `/v1/pixel/${queryArg["type"]}` }),
    }),
    ingestSettings: build.query<
      IngestSettingsApiResponse,
      IngestSettingsApiArg
    >({
      query: (queryArg) => ({
        url: `/v1/projects/${queryArg.writeKey}/settings`,
      }),
    }),
    ingestScreen: build.mutation<IngestScreenApiResponse, IngestScreenApiArg>({
      query: (queryArg) => ({
        url: `/v1/screen`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
    ingestTrack: build.mutation<IngestTrackApiResponse, IngestTrackApiArg>({
      query: (queryArg) => ({
        url: `/v1/track`,
        method: "POST",
        body: queryArg.body,
      }),
    }),
  }),
  overrideExisting: false,
});
export { injectedRtkApi as generatedApi };
export type ListAiProvidersApiResponse = /** status 200 OK */ Provider[];
export type ListAiProvidersApiArg = void;
export type ListRecommendationsApiResponse =
  /** status 200 OK */ HistoryOutputBody;
export type ListRecommendationsApiArg = {
  /** Cards on a page */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
  /** Only these */
  status?: "proposed" | "accepted" | "dismissed";
};
export type GetRecommendationApiResponse = /** status 200 OK */ Recommendation;
export type GetRecommendationApiArg = {
  /** Id of the card */
  id: string;
};
export type GiveRecommendationFeedbackApiResponse =
  /** status 200 OK */ Recommendation;
export type GiveRecommendationFeedbackApiArg = {
  /** Id of the card */
  id: string;
  feedbackInputBody: FeedbackInputBody;
};
export type GetAnalyticsChannelsApiResponse =
  /** status 200 OK */ ChannelsAnswer;
export type GetAnalyticsChannelsApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
};
export type GetAnalyticsCohortsApiResponse = /** status 200 OK */ Cohorts;
export type GetAnalyticsCohortsApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
  /** first_order (the default) or first_visit */
  by?: string;
  /** month (the default) or week (from Monday) */
  granularity?: string;
};
export type GetAnalyticsFunnelApiResponse = /** status 200 OK */ FunnelAnswer;
export type GetAnalyticsFunnelApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
};
export type GetAnalyticsOverviewApiResponse =
  /** status 200 OK */ AnalyticsOverview;
export type GetAnalyticsOverviewApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
};
export type GetAnalyticsPredictionsApiResponse =
  /** status 200 OK */ Predictions;
export type GetAnalyticsPredictionsApiArg = {
  /** csv: a row for each customer who has ordered */
  format?: "json" | "csv";
  /** Customers in top */
  limit?: number;
};
export type GetAnalyticsRevenueApiResponse = /** status 200 OK */ Revenue;
export type GetAnalyticsRevenueApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
};
export type GetAnalyticsRfmApiResponse = /** status 200 OK */ Rfm;
export type GetAnalyticsRfmApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
};
export type GetAnalyticsTimeseriesApiResponse = /** status 200 OK */ Series;
export type GetAnalyticsTimeseriesApiArg = {
  /** First day, as YYYY-MM-DD, or a time (RFC 3339), which is taken to the day of the workspace's zone that it lies in. Default: to is the last of 30 days, or of 365 for cohorts and rfm */
  from?: string;
  /** Last day, inclusive, as YYYY-MM-DD, or a time (RFC 3339), exclusive, which is taken to the end of the day before which it lies. Default: today. At most 1100 days are counted */
  to?: string;
  /** Only the members of this segment, as they are now */
  segmentId?: string;
  /** Goes before the Accept header */
  format?: "json" | "csv";
  /** revenue (the default), orders, refunds, visits, active_customers, new_customers (seen for the first time), new_buyers (first order), events, page_views, product_views, product_adds, checkouts or signups */
  metric?: string;
  /** day (the default), hour (at most 31 days; not for people), week (from Monday) or month */
  granularity?: string;
  /** previous: beside the same number of days before */
  compare?: string;
};
export type LoginApiResponse = /** status 200 OK */ SignedIn;
export type LoginApiArg = {
  loginInputBody: LoginInputBody;
};
export type LogoutApiResponse = unknown;
export type LogoutApiArg = {
  refreshTokenInputBody: RefreshTokenInputBody;
};
export type RefreshApiResponse = /** status 200 OK */ SignedIn;
export type RefreshApiArg = {
  refreshTokenInputBody: RefreshTokenInputBody;
};
export type RegisterApiResponse = /** status 201 Created */ SignedIn;
export type RegisterApiArg = {
  registerInputBody: RegisterInputBody;
};
export type EndSessionsApiResponse = unknown;
export type EndSessionsApiArg = {
  /** Leave the session of this call alone */
  keepCurrent?: boolean;
};
export type ListSessionsApiResponse = /** status 200 OK */ PageSession;
export type ListSessionsApiArg = {
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type EndSessionApiResponse = unknown;
export type EndSessionApiArg = {
  /** Session */
  id: string;
};
export type CollectApiResponse = unknown;
export type CollectApiArg = {
  writeKey: string;
  body: object;
};
export type ListConversationsApiResponse =
  /** status 200 OK */ PageConversation;
export type ListConversationsApiArg = {
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
  /** Words to look for in titles and messages */
  q?: string;
};
export type CreateConversationApiResponse =
  /** status 201 Created */ Conversation;
export type CreateConversationApiArg = {
  createConversationRequest: CreateConversationRequest;
};
export type DeleteConversationApiResponse = unknown;
export type DeleteConversationApiArg = {
  /** Conversation */
  id: string;
};
export type GetConversationApiResponse = /** status 200 OK */ Thread;
export type GetConversationApiArg = {
  /** Conversation */
  id: string;
};
export type RenameConversationApiResponse = /** status 200 OK */ Conversation;
export type RenameConversationApiArg = {
  /** Conversation */
  id: string;
  renameConversationRequest: RenameConversationRequest;
};
export type SendMessageApiResponse = /** status 202 Accepted */ Sent;
export type SendMessageApiArg = {
  /** Conversation */
  id: string;
  sendMessageRequest: SendMessageRequest;
};
export type RegenerateTurnApiResponse = /** status 202 Accepted */ Turn;
export type RegenerateTurnApiArg = {
  /** Conversation */
  id: string;
  /** Turn */
  turnId: string;
};
export type StopTurnApiResponse = /** status 200 OK */ Turn;
export type StopTurnApiArg = {
  /** Conversation */
  id: string;
  /** Turn */
  turnId: string;
};
export type ListCustomersApiResponse = /** status 200 OK */ PageSegmentCustomer;
export type ListCustomersApiArg = {
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
  /** Only the members of this segment, as of its last count */
  segmentId?: string;
  /** What their email address, phone number, name, last name or user id begins with; or their id */
  q?: string;
};
export type EraseCustomerApiResponse = unknown;
export type EraseCustomerApiArg = {
  /** Customer */
  id: string;
};
export type GetCustomerApiResponse = /** status 200 OK */ Customer;
export type GetCustomerApiArg = {
  /** Customer */
  id: string;
};
export type CustomerConsentApiResponse = /** status 200 OK */ PageConsentChange;
export type CustomerConsentApiArg = {
  /** Customer */
  id: string;
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type SetCustomerConsentApiResponse =
  /** status 200 OK */ CustomerChannel;
export type SetCustomerConsentApiArg = {
  /** Customer */
  id: string;
  setCustomerConsentRequest: SetCustomerConsentRequest;
};
export type ExportCustomerApiResponse = /** status 200 OK */ CustomerExport;
export type ExportCustomerApiArg = {
  /** Customer */
  id: string;
};
export type CustomerMergesApiResponse = /** status 200 OK */ PageCustomerMerge;
export type CustomerMergesApiArg = {
  /** Customer */
  id: string;
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type UndoCustomerMergeApiResponse = /** status 200 OK */ CustomerMerge;
export type UndoCustomerMergeApiArg = {
  /** Customer */
  id: string;
  /** Merge */
  mergeId: string;
};
export type CustomerTimelineApiResponse =
  /** status 200 OK */ PageCustomerEvent;
export type CustomerTimelineApiArg = {
  /** Customer */
  id: string;
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type ListDataSourcesApiResponse = /** status 200 OK */ PageDataSource;
export type ListDataSourcesApiArg = {
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type CreateDataSourceApiResponse = /** status 201 Created */ DataSource;
export type CreateDataSourceApiArg = {
  createDataSourceRequest: CreateDataSourceRequest;
};
export type RemoveDummyDataApiResponse = unknown;
export type RemoveDummyDataApiArg = void;
export type CreateDummyDataApiResponse =
  /** status 202 Accepted */ DummyDataJob;
export type CreateDummyDataApiArg = {
  createDummyDataRequest: CreateDummyDataRequest;
};
export type CreateBulkDummyDataApiResponse =
  /** status 202 Accepted */ DummyDataJob;
export type CreateBulkDummyDataApiArg = {
  sourceType: "gtm" | "facebook_pixel" | "shopify";
  dummyDataSize: DummyDataSize;
};
export type SeedDummyDataApiResponse = /** status 202 Accepted */ DummyDataJob;
export type SeedDummyDataApiArg = {
  dummyDataSize: DummyDataSize;
};
export type GetDummyDataJobApiResponse = /** status 200 OK */ DummyDataJob;
export type GetDummyDataJobApiArg = {
  jobId: string;
};
export type DeleteDataSourceApiResponse = unknown;
export type DeleteDataSourceApiArg = {
  /** Data source */
  id: string;
};
export type GetDataSourceApiResponse = /** status 200 OK */ DataSource;
export type GetDataSourceApiArg = {
  /** Data source */
  id: string;
};
export type UpdateDataSourceApiResponse = /** status 200 OK */ DataSource;
export type UpdateDataSourceApiArg = {
  /** Data source */
  id: string;
  updateDataSourceRequest: UpdateDataSourceRequest;
};
export type ListReceivedEventsApiResponse =
  /** status 200 OK */ PageReceivedEvent;
export type ListReceivedEventsApiArg = {
  /** Data source */
  id: string;
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type ListRejectedEventsApiResponse =
  /** status 200 OK */ PageRejectedEvent;
export type ListRejectedEventsApiArg = {
  /** Data source */
  id: string;
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type RateMessageApiResponse = unknown;
export type RateMessageApiArg = {
  /** Assistant message */
  id: string;
  rateMessageRequest: RateMessageRequest;
};
export type ListSegmentsApiResponse = /** status 200 OK */ PageSegment;
export type ListSegmentsApiArg = {
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type CreateSegmentApiResponse = /** status 201 Created */ Segment;
export type CreateSegmentApiArg = {
  createSegmentRequest: CreateSegmentRequest;
};
export type SegmentFieldsApiResponse = /** status 200 OK */ SegmentFields;
export type SegmentFieldsApiArg = void;
export type ParseSegmentApiResponse = /** status 200 OK */ ParsedSegment;
export type ParseSegmentApiArg = {
  parseSegmentRequest: ParseSegmentRequest;
};
export type PreviewSegmentApiResponse = /** status 200 OK */ SegmentPreview;
export type PreviewSegmentApiArg = {
  previewSegmentRequest: PreviewSegmentRequest;
};
export type DeleteSegmentApiResponse = unknown;
export type DeleteSegmentApiArg = {
  /** Segment */
  id: string;
};
export type GetSegmentApiResponse = /** status 200 OK */ Segment;
export type GetSegmentApiArg = {
  /** Segment */
  id: string;
};
export type UpdateSegmentApiResponse = /** status 200 OK */ Segment;
export type UpdateSegmentApiArg = {
  /** Segment */
  id: string;
  updateSegmentRequest: UpdateSegmentRequest;
};
export type SegmentCustomersApiResponse =
  /** status 200 OK */ PageSegmentCustomer;
export type SegmentCustomersApiArg = {
  /** Segment */
  id: string;
  /** At most this many */
  limit?: number;
  /** nextCursor of the page before */
  cursor?: string;
};
export type ChangePasswordApiResponse = /** status 200 OK */ SignedIn;
export type ChangePasswordApiArg = {
  changePasswordInputBody: ChangePasswordInputBody;
};
export type GetProfileApiResponse = /** status 200 OK */ Profile;
export type GetProfileApiArg = void;
export type UpdateProfileApiResponse = /** status 200 OK */ Profile;
export type UpdateProfileApiArg = {
  updateProfileInputBody: UpdateProfileInputBody;
};
export type IngestAliasApiResponse = unknown;
export type IngestAliasApiArg = {
  body: object;
};
export type IngestBatchApiResponse = unknown;
export type IngestBatchApiArg = {
  body: object;
};
export type IngestGroupApiResponse = unknown;
export type IngestGroupApiArg = {
  body: object;
};
export type IngestIdentifyApiResponse = unknown;
export type IngestIdentifyApiArg = {
  body: object;
};
export type IngestPageApiResponse = unknown;
export type IngestPageApiArg = {
  body: object;
};
export type IngestPixelApiResponse = unknown;
export type IngestPixelApiArg = {
  type: string;
};
export type IngestSettingsApiResponse = unknown;
export type IngestSettingsApiArg = {
  writeKey: string;
};
export type IngestScreenApiResponse = unknown;
export type IngestScreenApiArg = {
  body: object;
};
export type IngestTrackApiResponse = unknown;
export type IngestTrackApiArg = {
  body: object;
};
export type Provider = {
  /** Open: it failed too often and is left alone for a while */
  circuit: "closed" | "open" | "half_open";
  /** It is asked first */
  default: boolean;
  /** It would be asked now */
  healthy: boolean;
  /** Median time to the first word over the last answers; 0 before the first */
  latencyMs: number;
  model: string;
  /** openai or analyst */
  name: string;
};
export type Field = {
  /** Path of the field, e.g. body.email */
  field: string;
  /** What would be right */
  message: string;
  /** What was sent, unless it is secret */
  value?: any;
};
export type Problem = {
  /** Stable code for programs, e.g. email_taken */
  code: string;
  /** What happened and what to do */
  detail: string;
  /** Each fault of the input */
  errors?: Field[];
  /** Request id, to quote to support */
  instance: string;
  /** HTTP status */
  status: number;
  /** The kind of problem, in words */
  title: string;
  /** URI of the kind of problem */
  type: string;
};
export type CardAudience = {
  /** The segment's rule, in words */
  criteria: string;
  /** By channel: people with consent and an address */
  reachable: {
    [key: string]: number;
  };
  /** The segment's name */
  segment: string;
  segmentId: string;
  size: number;
};
export type CardMessage = {
  body: string;
  /** Email and push only */
  subject?: string;
};
export type CardTiming = {
  afterEvent?: string;
  at?: string;
  /** e.g. 4h */
  delay?: string;
  kind: "now" | "at" | "after_event" | "best_time" | "recipient_local";
  /** In words */
  label: string;
};
export type CardChannel = {
  message: CardMessage;
  timing: CardTiming;
  type: "email" | "sms" | "push" | "whatsapp";
};
export type CardEvidence = {
  label: string;
  query: string;
  value: string;
};
export type CardExpected = {
  high: number;
  low: number;
  /** conversion_rate: share of the people messaged who order within 7 days, 0 to 1 */
  metric: string;
  mid: number;
};
export type CampaignResults = {
  /** Share of the messages delivered, 0 to 1 */
  clickRate: number;
  /** Share of the messages delivered, 0 to 1 */
  conversionRate: number;
  /** Share of the messages delivered, 0 to 1 */
  openRate: number;
  /** In the workspace's currency */
  revenue: number;
};
export type RecommendationFeedback = {
  campaignResults?: CampaignResults;
  comment?: string;
  feedback: "positive" | "negative" | "neutral";
  updatedAt: string;
};
export type Recommendation = {
  audience: CardAudience;
  channels: CardChannel[];
  /** Where it was proposed */
  conversationId: string;
  createdAt: string;
  evidence: CardEvidence[];
  expected: CardExpected;
  feedback?: RecommendationFeedback;
  id: string;
  name: string;
  /** openai or analyst */
  provider: string;
  rationale: string;
  status: "proposed" | "accepted" | "dismissed";
  turnId: string;
};
export type HistoryOutputBody = {
  /** Newest first */
  items: Recommendation[];
  /** Absent on the last page */
  nextCursor?: string;
};
export type FeedbackInputBody = {
  /** What a campaign made from the card brought */
  campaignResults?: CampaignResults;
  comment?: string;
  /** Positive accepts the card, negative dismisses it, neutral leaves its status */
  feedback: "positive" | "negative" | "neutral";
};
export type Money = {
  /** Decimal, e.g. 12.50 */
  amount: string;
  /** ISO 4217 */
  currency: string;
};
export type ChannelResult = {
  /** Revenue by orders */
  averageOrder: Money;
  channel: string;
  /** Upper end */
  conversionHigh?: number;
  /** Lower end of the 95 % Wilson interval of the rate; left out where there are no visits or more orders than visits, and so no proportion */
  conversionLow?: number;
  /** Orders per visit */
  conversionRate: number;
  /** Value of orders */
  gross: Money;
  orders: number;
  /** Value of refunds */
  refunded: Money;
  refunds: number;
  /** Gross less refunded */
  revenue: Money;
  /** Sessions that began; one seen by several sources is one */
  visits: number;
};
export type SegmentRef = {
  id: string;
  name: string;
};
export type ChannelsAnswer = {
  /** By revenue, highest first, then by visits */
  channels: ChannelResult[];
  computedAt: string;
  /** People whom the answer is about */
  customers: number;
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
};
export type CohortPeriod = {
  /** Members who ordered (by first_order) or were active (by first_visit) in it */
  customers: number;
  /** Of members */
  orders: number;
  period: number;
  /** Of members, orders less refunds */
  revenue: Money;
  /** Of the cohort, 0 to 1 */
  share: number;
  start: string;
};
export type Cohort = {
  /** How many began */
  customers: number;
  /** The period in which they began (0) and each after it to the end of the range: later cohorts have fewer */
  periods: CohortPeriod[];
  /** First day of the month or week, YYYY-MM-DD; members began within the range */
  start: string;
};
export type Cohorts = {
  /** What makes somebody a member */
  by: "first_order" | "first_visit";
  /** Oldest first, every period of the range present, also where nobody began */
  cohorts: Cohort[];
  computedAt: string;
  /** People whom the answer is about */
  customers: number;
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  granularity: "month" | "week";
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
};
export type FunnelReach = {
  /** Who did this and every step before it in the range */
  customers: number;
  /** Who did this in the range, with or without the steps before */
  did: number;
  /** Share of the first step, 0 to 1 */
  fromFirst: number;
  /** Share of the step before, 0 to 1; of the first step 1 where there is anyone */
  fromPrevious: number;
  label: string;
  type: string;
};
export type FunnelAnswer = {
  computedAt: string;
  /** Share of the first step that came to the last */
  conversion: number;
  /** People whom the answer is about */
  customers: number;
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** From visit to order */
  steps: FunnelReach[];
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
};
export type Count = {
  count: number;
  name: string;
};
export type AnalyticsPeriod = {
  activeCustomers: number;
  events: number;
  from: string;
  orders: number;
  revenue: Money;
  to: string;
};
export type Kpi = {
  /** From previous to value, as a share of previous; left out where previous is 0 */
  change?: number;
  /** Of money, ISO 4217 */
  currency?: string;
  metric: string;
  /** Decimal, of the period before */
  previous: string;
  unit: "count" | "money" | "rate";
  /** Decimal */
  value: string;
};
export type KpIs = {
  computedAt: string;
  /** People whom the answer is about */
  customers: number;
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** events, visits, active_customers, new_customers, new_buyers, orders, refunds, revenue, average_order, conversion_rate */
  figures: Kpi[];
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  previousFrom: string;
  previousTo: string;
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
};
export type AnalyticsSegment = {
  /** Open carts of its members */
  cartValue: Money;
  /** The rule, in words */
  criteria: string;
  id: string;
  key: string;
  name: string;
  /** By channel */
  reachable: {
    [key: string]: number;
  };
  /** Lifetime, of its members */
  revenue: Money;
  /** Of all customers, 0 to 1 */
  share: number;
  size: number;
};
export type AnalyticsOverview = {
  averageOrder: Money;
  computedAt: string;
  /** Counted */
  customers: number;
  /** Some of the data is demo data */
  demo: boolean;
  /** Counted */
  events: number;
  eventsBySource: Count[];
  eventsByType: Count[];
  firstEventAt?: string;
  last30: AnalyticsPeriod;
  lastEventAt?: string;
  orders: number;
  /** The range that was asked for, of the segment if one was, beside as many days before it. All else here is of everyone: over all time, or as its name says */
  period: KpIs;
  previous30: AnalyticsPeriod;
  /** The SQL behind it: overview, segments */
  queries: {
    [key: string]: string;
  };
  /** By channel: people with consent and an address */
  reachable: {
    [key: string]: number;
  };
  /** Orders less refunds */
  revenue: Money;
  segments: AnalyticsSegment[];
  timeZone: string;
};
export type FrequencyGroup = {
  actual: number;
  customers: number;
  expected: number;
  naive: number;
  repeats: number;
};
export type PredictionEstimate = {
  high?: number;
  /** Absent, as high is, where the backtest does not let it be told */
  low?: number;
  mean: number;
};
export type Bgnbd = {
  a: number;
  alpha: number;
  b: number;
  r: number;
};
export type PredictionBacktest = {
  /** Days with an order */
  actualOrders: number;
  /** Before refunds */
  actualRevenue: Money;
  /** Orders a customer, by repeat days before; the last group has so many or more */
  byFrequency: FrequencyGroup[];
  /** YYYY-MM-DD: the last day that the prediction knew */
  calibrationEnd: string;
  /** Between customers' expected and actual orders, -1 to 1 */
  correlation: number;
  /** Who had ordered by then */
  customers: number;
  /** The interval is that of a model that is right in all but its parameters */
  expectedOrders: PredictionEstimate;
  expectedRevenue: Money;
  /** Days after it that were predicted */
  holdoutDays: number;
  /** Orders that a customer's prediction was off by, up or down, on average */
  meanError: number;
  naiveCorrelation: number;
  naiveMeanError: number;
  /** Had everybody gone on at the pace they had */
  naiveOrders: number;
  /** Fitted on what was known by then */
  parameters: Bgnbd;
  withinInterval: boolean;
};
export type PredictionChurn = {
  customers: number;
  /** In the next 90 days */
  expectedRevenue: Money;
  /** Risk, 0 to 1, included */
  from: number;
  /** Excluded, except for 1 */
  to: number;
};
export type PredictionMoneyEstimate = {
  high?: Money;
  /** Absent, as high is, where the backtest does not let it be told */
  low?: Money;
  mean: Money;
};
export type PredictionMethod = {
  /** bg_nbd: Fader, Hardie, Lee, Counting your customers the easy way, Marketing Science 24(2), 2005 */
  purchases: string;
  /** gamma_gamma: Fader, Hardie, The gamma-gamma model of monetary value, 2013; average_order: the average for everybody, where amounts do not let it be fitted */
  value: "gamma_gamma" | "average_order";
};
export type PredictionRequirement = {
  have: number;
  /** In words */
  message: string;
  /** At least; at most for days_since_last_order */
  need: number;
  what:
    | "customers"
    | "repeating_customers"
    | "history_days"
    | "days_since_last_order";
};
export type GammaGamma = {
  gamma: number;
  p: number;
  q: number;
};
export type PredictionParameters = {
  /** alpha in weeks */
  bgNbd: Bgnbd;
  /** Between how often and for how much customers buy, -1 to 1; gamma-gamma takes it to be near 0 */
  correlation: number;
  /** Customers; fewer than there are when a random sample was taken */
  fittedOn: number;
  /** gamma in the workspace's currency */
  gammaGamma?: GammaGamma;
  /** Of BG/NBD */
  logLikelihood: number;
  /** Customers with a repeat order with an amount */
  valueFittedOn?: number;
  /** Of gamma-gamma */
  valueLogLikelihood?: number;
};
export type PredictionRfm = {
  customers: number;
  /** 1 to 5, 5 the fifth that ordered on most days; equal ones have the lower score */
  frequency: number;
  /** Their score of revenue, 1 to 5, on average */
  monetary: number;
  /** 1 to 5, 5 the fifth that ordered last */
  recency: number;
  /** Orders less refunds */
  revenue: Money;
  segment:
    | "champions"
    | "loyal"
    | "promising"
    | "new"
    | "cooling"
    | "at_risk"
    | "hibernating"
    | "lost";
};
export type CustomerPrediction = {
  /** 1 less pAlive; absent for who ordered on one day only */
  churnRisk?: number;
  customerId: string;
  email?: string;
  /** Days with an order in the next 30 days */
  expectedOrders30?: number;
  expectedOrders90?: number;
  /** Expected in the next 90 days */
  expectedValue90?: Money;
  /** Score, 1 to 5 */
  frequency: number;
  /** YYYY-MM-DD */
  lastOrderOn: string;
  /** Score, 1 to 5 */
  monetary: number;
  name?: string;
  /** Days with an order */
  orderDays: number;
  /** Probability of being a customer still, 0 to 1 */
  pAlive?: number;
  /** Score, 1 to 5 */
  recency: number;
  /** Orders less refunds */
  revenue: Money;
  /** Expected, before refunds */
  valuePerOrder?: Money;
};
export type Predictions = {
  /** Of the others, how many are expected to be customers still */
  alive: number;
  /** How well the method did on days that it was not told of */
  backtest?: PredictionBacktest;
  /** Customers who ordered on one day only: of them the model cannot tell a churn risk */
  boughtOnce: number;
  /** Customers who ordered on several days, by their risk of having left: ten steps */
  churn: PredictionChurn[];
  /** Absent before the first fit */
  computedAt?: string;
  /** Customers with an order, counted */
  customers: number;
  /** Orders counted */
  events: number;
  /** In the next 90 days, of customers who have ordered before; several on one day count as one */
  expectedOrders?: PredictionEstimate;
  /** Of these orders, before refunds */
  expectedRevenue?: PredictionMoneyEstimate;
  /** Since the first order */
  historyDays: number;
  /** How far ahead: 90 */
  horizonDays: number;
  /** Its day, YYYY-MM-DD in timeZone: predictions are for the days after it */
  lastDay?: string;
  method?: PredictionMethod;
  /** Why there is no backtest, and with it no interval */
  noBacktest?: PredictionRequirement[];
  /** What there is too little of to predict from */
  notEnough?: PredictionRequirement[];
  parameters?: PredictionParameters;
  /** Of these, with another order on a later day */
  repeating: number;
  /** By recency and frequency score, the best first; cells with nobody are left out */
  rfm: PredictionRfm[];
  /** not_enough: see notEnough; the RFM scores are there all the same */
  status: "ready" | "not_enough" | "not_computed";
  /** Orders of one day in this zone count as one */
  timeZone?: string;
  /** By expected value, highest first */
  top: CustomerPrediction[];
  /** Orders before this moment were known */
  until?: string;
  /** The data has not changed since */
  upToDate: boolean;
};
export type RevenueBuyers = {
  /** Revenue by orders */
  averageOrder: Money;
  buyers: "new" | "returning" | "unknown";
  /** Who ordered in the range */
  customers: number;
  /** Value of orders */
  gross: Money;
  orders: number;
  /** Value of refunds */
  refunded: Money;
  refunds: number;
  /** Gross less refunded */
  revenue: Money;
};
export type RevenueChannel = {
  /** Revenue by orders */
  averageOrder: Money;
  /** Empty: orders that no visit is known of */
  channel: string;
  /** Value of orders */
  gross: Money;
  orders: number;
  /** Value of refunds */
  refunded: Money;
  refunds: number;
  /** Gross less refunded */
  revenue: Money;
};
export type RevenueDay = {
  /** Revenue by orders */
  averageOrder: Money;
  /** YYYY-MM-DD */
  date: string;
  /** Value of orders */
  gross: Money;
  orders: number;
  /** Value of refunds */
  refunded: Money;
  refunds: number;
  /** Gross less refunded */
  revenue: Money;
};
export type RevenueProduct = {
  orders: number;
  product: string;
  revenue: Money;
  units: number;
};
export type Sold = {
  /** Revenue by orders */
  averageOrder: Money;
  /** Value of orders */
  gross: Money;
  orders: number;
  /** Value of refunds */
  refunded: Money;
  refunds: number;
  /** Gross less refunded */
  revenue: Money;
};
export type Revenue = {
  /** By customer: new ones, whose first order ever is in the range, returning ones, who had ordered before it, and unknown: orders that name no customer, and refunds of someone who is not known to have ordered */
  buyers: RevenueBuyers[];
  /** By revenue, highest first */
  channels: RevenueChannel[];
  computedAt: string;
  /** People whom the answer is about */
  customers: number;
  /** Oldest first, every day present */
  days: RevenueDay[];
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  /** The 50 of most revenue, as sold: refunds name no product */
  products: RevenueProduct[];
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
  total: Sold;
};
export type RfmCell = {
  customers: number;
  /** 5 ordered most often */
  frequency: number;
  group: string;
  /** Average monetary score of its people; 0 where there are none */
  monetary: number;
  orders: number;
  /** 5 ordered last */
  recency: number;
  /** In the range, orders less refunds */
  revenue: Money;
};
export type RfmGroup = {
  customers: number;
  group: string;
  label: string;
  orders: number;
  revenue: Money;
  /** Of all who ordered, 0 to 1 */
  share: number;
};
export type RfmBand = {
  customers: number;
  revenue: Money;
  score: number;
};
export type Rfm = {
  /** 25, by recency and then frequency, lowest first */
  cells: RfmCell[];
  computedAt: string;
  /** People whom the answer is about */
  customers: number;
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  /** All groups, best first, also those that nobody is in */
  groups: RfmGroup[];
  /** Five, by monetary score, lowest first */
  monetary: RfmBand[];
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
};
export type SeriesPoint = {
  /** Where it begins within the range: the first and last week or month count only days of the range */
  from: string;
  /** First day of the day, week or month (YYYY-MM-DD), or an hour as RFC 3339 with the zone's offset */
  start: string;
  /** Exclusive */
  to: string;
  /** Decimal */
  value: string;
};
export type SeriesBefore = {
  from: string;
  /** By the same steps. There may be one more or less of them */
  steps: SeriesPoint[];
  to: string;
  total: string;
};
export type Series = {
  computedAt: string;
  /** Of money, ISO 4217 */
  currency?: string;
  /** People whom the answer is about */
  customers: number;
  /** How many were counted, of the segment's members where there is one: events of the kinds that the answer is about; visits, where those are followed; of people, the days of each */
  events: number;
  /** Beginning of the first day that was counted, in the workspace's zone */
  from: string;
  granularity: string;
  metric: string;
  /** With compare=previous */
  previous?: SeriesBefore;
  /** The SQL behind it */
  query: string;
  /** Whose members were counted, as they are at computedAt */
  segment?: SegmentRef;
  /** Oldest first; 0 where nothing happened */
  steps: SeriesPoint[];
  /** Days, weeks (from Monday) and months are of this zone */
  timeZone: string;
  /** End of the last day that was counted, exclusive */
  to: string;
  /** Decimal, of the whole range. Someone who is active in several steps is one */
  total: string;
  unit: "count" | "money";
};
export type Tokens = {
  /** JWT for Authorization: Bearer */
  accessToken: string;
  /** Life of the access token, in seconds */
  expiresIn: number;
  /** Opaque; good for one POST /auth/refresh */
  refreshToken: string;
};
export type ProfileWorkspace = {
  /** ISO 4217 */
  currency: string;
  id: string;
  name: string;
  /** IANA */
  timeZone: string;
};
export type Profile = {
  companyName?: string;
  createdAt: string;
  email: string;
  firstName: string;
  id: string;
  lastName: string;
  workspace: ProfileWorkspace;
};
export type SignedIn = {
  tokens: Tokens;
  user: Profile;
};
export type LoginInputBody = {
  email: string;
  password: string;
};
export type RefreshTokenInputBody = {
  /** Empty: the cookie pulsehub_refresh is used */
  refreshToken?: string;
};
export type RegisterInputBody = {
  /** At most 200 characters; also names the workspace */
  companyName?: string;
  /** Trimmed and lowered */
  email: string;
  /** 1 to 100 characters */
  firstName: string;
  /** 1 to 100 characters */
  lastName: string;
  /** 10 to 128 characters, and not the e-mail address */
  password: string;
};
export type Session = {
  /** IP address of the last log-in or refresh */
  address: string;
  createdAt: string;
  /** The session this call was made with */
  current: boolean;
  /** Browser and system in words */
  device: string;
  id: string;
  /** At most an access token's life behind */
  lastUsedAt: string;
};
export type PageSession = {
  items: Session[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type Conversation = {
  createdAt: string;
  id: string;
  /** Empty until the first question names it */
  title: string;
  updatedAt: string;
};
export type PageConversation = {
  items: Conversation[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type CreateConversationRequest = {
  title?: string;
};
export type Part = {
  /** As in the stream's event of that type; sources: {items: [{label, value, query, demo}]} */
  data: any;
  /** Unique among the message's parts of that type */
  key: string;
  type:
    "campaign_recommendation" | "chart" | "table" | "sources" | "auth_required";
};
export type Message = {
  content: string;
  createdAt: string;
  id: string;
  /** Cards, charts, tables and sources, in order */
  parts: Part[];
  /** Who answered: openai or analyst */
  provider?: string;
  rating?: "up" | "down";
  role: "user" | "assistant";
  status: "completed" | "stopped" | "failed";
  turnId: string;
};
export type Turn = {
  /** Why it failed */
  error?: string;
  id: string;
  /** The assistant message that the turn makes */
  messageId: string;
  status: "queued" | "running" | "completed" | "stopped" | "failed";
};
export type Thread = {
  createdAt: string;
  id: string;
  /** Oldest first, the last 500 */
  messages: Message[];
  /** Empty until the first question names it */
  title: string;
  /** The newest turn */
  turn?: Turn;
  updatedAt: string;
};
export type RenameConversationRequest = {
  title: string;
};
export type Sent = {
  message: Message;
  turn: Turn;
};
export type SendMessageRequest = {
  /** Chosen by the client, so that sending again is safe */
  clientMessageId?: string;
  /** The question */
  content: string;
};
export type SegmentCustomer = {
  /** Over which they can be reached: there is consent, and an address */
  channels: string[];
  city?: string;
  /** ISO 3166 alpha-2 */
  country?: string;
  email?: string;
  id: string;
  lastSeenAt?: string;
  /** Empty where it is not known */
  name: string;
  orders: number;
  /** Orders less refunds */
  revenue: Money;
  /** When they joined, as far as that was counted */
  since?: string;
};
export type PageSegmentCustomer = {
  items: SegmentCustomer[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type ConsentChange = {
  at: string;
  channel: "email" | "sms" | "push" | "whatsapp";
  id: string;
  note?: string;
  /** Where the customer said it */
  source?: string;
  status: "granted" | "revoked";
  /** Who wrote it down; absent where it was carried over when two profiles were taken apart */
  userId?: string;
};
export type CustomerChannel = {
  /** Where it was said through the API */
  change?: ConsentChange;
  channel: "email" | "sms" | "push" | "whatsapp";
  /** unknown allows nothing */
  consent: "granted" | "revoked" | "unknown";
  /** When that was said; absent where it is not known */
  consentAt?: string;
  /** What there is not */
  lacks: ("consent" | "address")[];
  reachable: boolean;
};
export type CustomerDevice = {
  anonymousId: string;
  /** Its own profile */
  profileId: string;
};
export type Affinity = {
  adds: number;
  orders: number;
  product: string;
  views: number;
};
export type CustomerCart = {
  since: string;
  touchedAt?: string;
  value: Money;
};
export type Engagement = {
  bounced: number;
  clicked: number;
  complained: number;
  delivered: number;
  failed: number;
  opened: number;
  sent: number;
  unsubscribed: number;
};
export type CustomerFeatures = {
  /** At most five products that they care for most */
  affinities: Affinity[];
  /** Revenue by orders */
  averageOrder: Money;
  /** 0 to 23 in the workspace's zone: when they do most */
  bestHour?: number;
  /** Absent without an open one */
  cart?: CustomerCart;
  checkouts: number;
  computedAt: string;
  /** What became of messages, by channel */
  engagement: {
    [key: string]: Engagement;
  };
  events: number;
  firstOrderAt?: string;
  firstSeenAt: string;
  lastOrderAt?: string;
  /** The last thing they did themselves */
  lastSeenAt: string;
  orders: number;
  pageViews: number;
  productAdds: number;
  productViews: number;
  refunds: number;
  /** Orders less refunds */
  revenue: Money;
  /** Everything that is stored of them is counted */
  upToDate: boolean;
  visits: number;
};
export type CustomerIdentity = {
  kind: "user_id" | "email" | "phone";
  /** Whose it was before merges */
  profileId: string;
  value: string;
};
export type CustomerPart = {
  createdAt: string;
  id: string;
};
export type CustomerSegment = {
  id: string;
  name: string;
  /** As far as it was counted */
  since: string;
};
export type Customer = {
  /** Traits that have no field of their own */
  attributes: {
    [key: string]: any;
  };
  /** Consent and reachability: email, sms, push, whatsapp */
  channels: CustomerChannel[];
  city?: string;
  /** ISO 3166 alpha-2 */
  country?: string;
  createdAt: string;
  /** Made up */
  demo: boolean;
  /** Anonymous ids whose acts are theirs */
  devices: CustomerDevice[];
  email?: string;
  /** The user id; of several the first in the alphabet */
  externalId?: string;
  /** Absent before they did anything that is counted */
  features?: CustomerFeatures;
  firstName?: string;
  id: string;
  /** What names them: what is sent with one of these is theirs */
  identities: CustomerIdentity[];
  lastName?: string;
  /** BCP 47 */
  locale?: string;
  /** Profiles that became part of them */
  merged: CustomerPart[];
  /** Empty where it is not known */
  name: string;
  /** E.164 */
  phone?: string;
  /** As of the last fit; absent where they never ordered, or nothing was fitted */
  predictions?: CustomerPrediction;
  /** As of the last count, who joined last first */
  segments: CustomerSegment[];
  /** IANA; the workspace's where theirs is not known */
  timeZone: string;
};
export type PageConsentChange = {
  items: ConsentChange[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type SetCustomerConsentRequest = {
  channel: "email" | "sms" | "push" | "whatsapp";
  note?: string;
  /** Where the customer said it, e.g. phone call */
  source?: string;
  status: "granted" | "revoked";
};
export type ExportedEvent = {
  anonymousId?: string;
  /** What brought the visit, or the message */
  channel?: string;
  /** As it was sent */
  context?: any;
  /** A better source told of the same act, which counts once */
  duplicate: boolean;
  /** The source's own, or the message's */
  id: string;
  /** What the source calls it, for custom */
  name?: string;
  occurredAt: string;
  product?: string;
  /** The profile that it was first known as: the customer's own, or one that was merged into it */
  profileId: string;
  /** As they were sent */
  properties?: any;
  receivedAt: string;
  source?: string;
  sourceId: string;
  sourceName?: string;
  /** In a few words */
  text: string;
  /** In PulseHub's vocabulary; custom for a name that it does not know */
  type: string;
  value?: Money;
};
export type CustomerMerge = {
  /** Who stayed */
  customerId: string;
  id: string;
  /** What named who became part */
  identities: CustomerIdentity[];
  mergedAt: string;
  /** Who became part of them, and is a customer again once this is undone */
  mergedId: string;
  /** identified: a device's own profile became part of who was seen with it; same_person: one message named both */
  reason: "identified" | "same_person";
  undoneAt?: string;
  /** The user; absent where another user of a shared device was seen */
  undoneBy?: string;
};
export type RejectedEvent = {
  /** Stable code for programs */
  code: string;
  field?: string;
  id: string;
  /** The event is stored, without what was wrong in it */
  kept: boolean;
  messageId: string;
  /** What it calls itself */
  name: string;
  /** As it was sent, 32 KB at the most */
  raw: string;
  /** In words, with what would be right */
  reason: string;
  receivedAt: string;
};
export type CustomerSegmentChange = {
  at: string;
  /** false: left */
  joined: boolean;
  segmentId: string;
};
export type CustomerTold = {
  profileId: string;
  traits: any;
};
export type CustomerExport = {
  /** Newest first */
  consent: ConsentChange[];
  customer: Customer;
  /** Newest first */
  events: ExportedEvent[];
  exportedAt: string;
  /** Newest first */
  merges: CustomerMerge[];
  /** Messages that name them and were not stored, or not wholly */
  rejected: RejectedEvent[];
  /** Of the last 90 days, newest first */
  segmentChanges: CustomerSegmentChange[];
  /** What each of their profiles was told, by trait: [value, Unix milliseconds] */
  told: CustomerTold[];
};
export type PageCustomerMerge = {
  items: CustomerMerge[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type CustomerEvent = {
  /** What brought the visit, or the message */
  channel?: string;
  /** A better source told of the same act, which counts once */
  duplicate: boolean;
  /** The source's own, or the message's */
  id: string;
  occurredAt: string;
  product?: string;
  /** The profile that it was first known as: the customer's own, or one that was merged into it */
  profileId: string;
  source?: string;
  sourceId: string;
  sourceName?: string;
  /** In a few words */
  text: string;
  /** In PulseHub's vocabulary; custom for a name that it does not know */
  type: string;
  value?: Money;
};
export type PageCustomerEvent = {
  items: CustomerEvent[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type DataSource = {
  createdAt: string;
  /** Made-up data; remove all of it with DELETE /data-sources/dummy-data */
  demo: boolean;
  /** How many came from it, as of the last refresh */
  events: number;
  id: string;
  lastEventAt?: string;
  name: string;
  status: "pending" | "connected" | "paused" | "needs_reauth" | "failed";
  type: "gtm" | "facebook_pixel" | "shopify" | "http";
  updatedAt: string;
  /** With which events are sent to it, for http and gtm. It may be public: it lets nobody read */
  writeKey?: string;
};
export type PageDataSource = {
  items: DataSource[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type CreateDataSourceRequest = {
  /** Default: the type's name */
  name?: string;
  type: "gtm" | "facebook_pixel" | "shopify" | "http";
};
export type DummyDataTarget = {
  customers: number;
  days: number;
  /** The last moment that something may have happened */
  endsAt: string;
  events: number;
  seed: number;
  sourceTypes: string[];
};
export type DummyDataJob = {
  createdAt: string;
  /** Written so far */
  customers: number;
  /** Why it failed or was cancelled, in words. Nothing of it is kept then */
  error?: string;
  /** Written so far */
  events: number;
  finishedAt?: string;
  id: string;
  /** 1 only when completed */
  progress: number;
  startedAt?: string;
  status: "queued" | "running" | "completed" | "failed" | "cancelled";
  /** What it will be */
  target: DummyDataTarget;
};
export type CreateDummyDataRequest = {
  /** Default: one for every 20 events (12 with the pixel alone, 6 with Shopify alone) */
  customers?: number;
  /** How far back; default 180 */
  days?: number;
  /** Of all sources together, exactly; at least one and at most 1000 for each customer */
  events?: number;
  /** The same seed makes the same people. Default: 1 for a workspace's first demo data, then the next */
  seed?: number;
  sourceType: "gtm" | "facebook_pixel" | "shopify";
};
export type DummyDataSize = {
  /** Default: one for every 20 events (12 with the pixel alone, 6 with Shopify alone) */
  customers?: number;
  /** How far back; default 180 */
  days?: number;
  /** Of all sources together, exactly; at least one and at most 1000 for each customer */
  events?: number;
  /** The same seed makes the same people. Default: 1 for a workspace's first demo data, then the next */
  seed?: number;
};
export type UpdateDataSourceRequest = {
  name?: string;
  /** Pause, or resume what is paused */
  status?: "connected" | "paused";
};
export type ReceivedEvent = {
  anonymousId?: string;
  /** What brought the visit */
  channel?: string;
  /** As it was sent */
  context?: any;
  customerId?: string;
  /** A better source told of the same act, which counts once */
  duplicate: boolean;
  /** The source's own, or the message's */
  id: string;
  /** What the source calls it, for custom */
  name?: string;
  occurredAt: string;
  product?: string;
  /** As they were sent */
  properties?: any;
  receivedAt: string;
  /** In PulseHub's vocabulary; custom for a name that it does not know */
  type: string;
  /** Decimal, in the workspace's currency */
  value?: string;
};
export type PageReceivedEvent = {
  items: ReceivedEvent[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type PageRejectedEvent = {
  items: RejectedEvent[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type RateMessageRequest = {
  comment?: string;
  rating: "up" | "down";
};
export type SegmentCount = {
  at: string;
  count: number;
};
export type Segment = {
  /** Customers, at countedAt */
  count?: number;
  countedAt?: string;
  createdAt: string;
  /** The rule in words */
  criteria: string;
  description: string;
  /** Oldest first: the last count of each hour for two days, and of each day for 90 */
  history: SegmentCount[];
  id: string;
  name: string;
  /** A rule: a node with a "type". and, or: {rules}. not: {rule}. attribute: {attribute, op, value}. feature: {feature, op, value}. event: {event, name (of a custom one), count: {op, value}, within: {days} or {hours} or {from, to}, where: [{property, op, value}]}. member: {segmentId}. Fields and their ops: GET /segments/fields. Faults are told at body.rule followed by a JSON pointer into the rule, e.g. body.rule/rules/1/value. */
  rule: any;
  /** It always exists, and cannot be changed or deleted */
  standard: boolean;
  updatedAt: string;
};
export type PageSegment = {
  items: Segment[];
  /** Give it as cursor for the next page; absent on the last */
  nextCursor?: string;
};
export type CreateSegmentRequest = {
  description?: string;
  name: string;
  /** A rule: a node with a "type". and, or: {rules}. not: {rule}. attribute: {attribute, op, value}. feature: {feature, op, value}. event: {event, name (of a custom one), count: {op, value}, within: {days} or {hours} or {from, to}, where: [{property, op, value}]}. member: {segmentId}. Fields and their ops: GET /segments/fields. Faults are told at body.rule followed by a JSON pointer into the rule, e.g. body.rule/rules/1/value. */
  rule: any;
};
export type SegmentEvent = {
  /** What somebody did, e.g. ordered */
  label: string;
  name: string;
};
export type SegmentField = {
  /** property: of an event, in its where */
  kind: "attribute" | "feature" | "property";
  label: string;
  /** Custom attributes are attributes.NAME; an event's own properties are any other name */
  name: string;
  ops: string[];
  /** age: how long ago, in unit; any: a text, a number or a boolean */
  type: "text" | "number" | "money" | "boolean" | "time" | "age" | "any";
  unit?: "days" | "hours";
};
export type SegmentLimits = {
  /** Nodes one inside the other */
  depth: number;
  /** Event nodes */
  events: number;
  nodes: number;
};
export type SegmentFields = {
  /** How often an event may be asked for */
  countOps: string[];
  events: SegmentEvent[];
  fields: SegmentField[];
  limits: SegmentLimits;
};
export type ParsedSegment = {
  /** The rule in words, to be checked by who asked */
  criteria: string;
  /** Who read it: openai or analyst */
  provider: string;
  /** Always valid */
  rule: any;
  /** What was said and is not in the rule, or may have been meant in another way */
  unsure: string[];
};
export type ParseSegmentRequest = {
  /** Who is meant, e.g. people in Germany who bought twice in the last 90 days but not this month */
  text: string;
};
export type SegmentPreview = {
  count: number;
  /** The rule in words */
  criteria: string;
  /** The SQL that counted */
  query: string;
  /** At most 10 of them, newest profiles first */
  sample: SegmentCustomer[];
  tookMs: number;
};
export type PreviewSegmentRequest = {
  /** A rule: a node with a "type". and, or: {rules}. not: {rule}. attribute: {attribute, op, value}. feature: {feature, op, value}. event: {event, name (of a custom one), count: {op, value}, within: {days} or {hours} or {from, to}, where: [{property, op, value}]}. member: {segmentId}. Fields and their ops: GET /segments/fields. Faults are told at body.rule followed by a JSON pointer into the rule, e.g. body.rule/rules/1/value. */
  rule: any;
};
export type UpdateSegmentRequest = {
  description?: string;
  name?: string;
  /** A rule: a node with a "type". and, or: {rules}. not: {rule}. attribute: {attribute, op, value}. feature: {feature, op, value}. event: {event, name (of a custom one), count: {op, value}, within: {days} or {hours} or {from, to}, where: [{property, op, value}]}. member: {segmentId}. Fields and their ops: GET /segments/fields. Faults are told at body.rule followed by a JSON pointer into the rule, e.g. body.rule/rules/1/value. */
  rule?: any;
};
export type ChangePasswordInputBody = {
  currentPassword: string;
  /** 10 to 128 characters, and not the e-mail address */
  newPassword: string;
};
export type UpdateProfileInputBody = {
  /** At most 200 characters; empty removes it */
  companyName?: string;
  /** The workspace's, ISO 4217 */
  currency?: string;
  /** Needs password */
  email?: string;
  /** 1 to 100 characters */
  firstName?: string;
  /** 1 to 100 characters */
  lastName?: string;
  /** The current password, with email only */
  password?: string;
  /** The workspace's, IANA */
  timeZone?: string;
};
