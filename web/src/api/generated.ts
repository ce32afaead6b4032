import { emptyApi as api } from './base'
const injectedRtkApi = api.injectEndpoints({
  endpoints: (build) => ({
    register: build.mutation<Session, { registerInputBody: RegisterInputBody }>({
      query: (queryArg) => ({ url: `/auth/register`, method: 'POST', body: queryArg.registerInputBody }),
    }),
    login: build.mutation<Session, { loginInputBody: LoginInputBody }>({
      query: (queryArg) => ({ url: `/auth/login`, method: 'POST', body: queryArg.loginInputBody }),
    }),
    logout: build.mutation<void, void>({
      query: () => ({ url: `/auth/logout`, method: 'POST', body: {} }),
    }),
    listSessions: build.query<SessionList, { limit?: number; cursor?: string }>({
      query: (queryArg) => ({ url: `/auth/sessions`, params: { limit: queryArg.limit, cursor: queryArg.cursor } }),
    }),
    endSession: build.mutation<void, { id: string }>({
      query: (queryArg) => ({ url: `/auth/sessions/${queryArg.id}`, method: 'DELETE' }),
    }),
    endSessions: build.mutation<void, { keepCurrent?: boolean }>({
      query: (queryArg) => ({ url: `/auth/sessions`, method: 'DELETE', params: { keepCurrent: queryArg.keepCurrent } }),
    }),
    getProfile: build.query<Profile, void>({ query: () => ({ url: `/user/profile` }) }),
    updateProfile: build.mutation<Profile, { profileChange: ProfileChange }>({
      query: (queryArg) => ({ url: `/user/profile`, method: 'PATCH', body: queryArg.profileChange }),
    }),
    changePassword: build.mutation<Session, { passwordInputBody: PasswordInputBody }>({
      query: (queryArg) => ({ url: `/user/password`, method: 'POST', body: queryArg.passwordInputBody }),
    }),
    createConversation: build.mutation<Conversation, { createConversationInputBody: { title?: string } }>({
      query: (queryArg) => ({ url: `/conversations`, method: 'POST', body: queryArg.createConversationInputBody }),
    }),
    listConversations: build.query<ConversationList, { q?: string; limit?: number; cursor?: string }>({
      query: (queryArg) => ({ url: `/conversations`, params: { q: queryArg.q, limit: queryArg.limit, cursor: queryArg.cursor } }),
    }),
    getConversation: build.query<Thread, { id: string }>({ query: (queryArg) => ({ url: `/conversations/${queryArg.id}` }) }),
    renameConversation: build.mutation<Conversation, { id: string; renameConversationInputBody: { title: string } }>({
      query: (queryArg) => ({ url: `/conversations/${queryArg.id}`, method: 'PATCH', body: queryArg.renameConversationInputBody }),
    }),
    deleteConversation: build.mutation<void, { id: string }>({
      query: (queryArg) => ({ url: `/conversations/${queryArg.id}`, method: 'DELETE' }),
    }),
    sendMessage: build.mutation<Sent, { id: string; sendMessageInputBody: { content: string; clientMessageId?: string } }>({
      query: (queryArg) => ({ url: `/conversations/${queryArg.id}/messages`, method: 'POST', body: queryArg.sendMessageInputBody }),
    }),
    stopTurn: build.mutation<Turn, { id: string; turnId: string }>({
      query: (queryArg) => ({ url: `/conversations/${queryArg.id}/turns/${queryArg.turnId}/stop`, method: 'POST' }),
    }),
    regenerateTurn: build.mutation<Turn, { id: string; turnId: string }>({
      query: (queryArg) => ({ url: `/conversations/${queryArg.id}/turns/${queryArg.turnId}/regenerate`, method: 'POST' }),
    }),
    rateMessage: build.mutation<void, { id: string; rateMessageInputBody: { rating: 'up' | 'down'; comment?: string } }>({
      query: (queryArg) => ({ url: `/messages/${queryArg.id}/feedback`, method: 'POST', body: queryArg.rateMessageInputBody }),
    }),
    listProviders: build.query<{ items: Provider[] }, void>({ query: () => ({ url: `/ai/providers` }) }),
    rateRecommendation: build.mutation<
      unknown,
      { id: string; recommendationFeedback: { feedback: 'positive' | 'negative' | 'neutral'; comment?: string } }
    >({
      query: (queryArg) => ({ url: `/ai/recommendations/${queryArg.id}/feedback`, method: 'POST', body: queryArg.recommendationFeedback }),
    }),
    getOverview: build.query<OverviewAnswer, void>({ query: () => ({ url: `/analytics/overview` }) }),
    seedAllDummyData: build.mutation<DummyDataJob, { seedAllInputBody: { customers?: number; events?: number; days?: number; seed?: number } }>({
      query: (queryArg) => ({ url: `/data-sources/dummy-data/seed-all`, method: 'POST', body: queryArg.seedAllInputBody }),
    }),
    getDummyData: build.query<DummyDataJob, { jobId: string }>({
      query: (queryArg) => ({ url: `/data-sources/dummy-data/${queryArg.jobId}` }),
    }),
    deleteDummyData: build.mutation<unknown, void>({ query: () => ({ url: `/data-sources/dummy-data`, method: 'DELETE' }) }),
  }),
  overrideExisting: false,
})
export { injectedRtkApi as generatedApi }

export interface Workspace {
  id: string
  name: string
  timeZone: string
  currency: string
}
export interface Profile {
  id: string
  email: string
  firstName: string
  lastName: string
  companyName?: string
  workspace: Workspace
  createdAt: string
}
export interface Session {
  user: Profile
  tokens: { accessToken: string; refreshToken: string; expiresIn: number }
}
export interface RegisterInputBody {
  email: string
  password: string
  firstName: string
  lastName: string
  companyName?: string
}
export interface LoginInputBody {
  email: string
  password: string
}
export interface SessionInfo {
  id: string
  device: string
  address: string
  lastUsedAt: string
  createdAt: string
  current: boolean
}
export interface SessionList {
  items: SessionInfo[]
  nextCursor?: string
}
export interface ProfileChange {
  firstName?: string
  lastName?: string
  companyName?: string
  email?: string
  password?: string
  timeZone?: string
  currency?: string
}
export interface PasswordInputBody {
  currentPassword: string
  newPassword: string
}
export interface Conversation {
  id: string
  title: string
  createdAt: string
  updatedAt: string
}
export interface ConversationList {
  items: Conversation[]
  nextCursor?: string
}
export interface Turn {
  id: string
  status: 'queued' | 'running' | 'completed' | 'stopped' | 'failed'
  messageId?: string
  error?: string
}
export interface MessagePart {
  type: string
  key: string
  data: unknown
}
export interface Message {
  id: string
  role: 'user' | 'assistant'
  content: string
  parts: MessagePart[]
  turnId: string
  status: 'completed' | 'stopped' | 'failed'
  provider?: string
  rating?: 'up' | 'down'
  createdAt: string
}
export interface Thread extends Conversation {
  messages: Message[]
  turn?: Turn
}
export interface Sent {
  message: Message
  turn: Turn
}
export interface Provider {
  name: string
  model: string
  healthy: boolean
  circuit: 'closed' | 'open' | 'half-open'
  latencyMs?: number
}
export interface OverviewAnswer {
  events: number
  customers: number
  computedAt: string
  demo?: boolean
}
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
