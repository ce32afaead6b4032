import { createSlice, type PayloadAction } from '@reduxjs/toolkit'
import type { Problem } from '@/api/problem'
import type { Frame } from './frames'
import type { Connection } from './stream'
import { applyFrames, newTurn, type LiveTurn } from './turn'

/** A question that this tab sent and the API has not confirmed yet. */
export interface Pending {
  clientMessageId: string
  /** undefined until the conversation it begins is there. */
  conversationId?: string
  /** Where it was asked: it is shown there until the page of its conversation takes over. */
  askedAt: string
  content: string
  createdAt: string
  problem?: Problem
}

interface ChatState {
  pending: Pending[]
  /** By conversation: the turn that is, or was last, read from a stream. */
  live: Record<string, LiveTurn | undefined>
  connection: Record<string, Connection | undefined>
}

const initialState: ChatState = { pending: [], live: {}, connection: {} }

export const chatSlice = createSlice({
  name: 'chat',
  initialState,
  reducers: {
    pendingAdded: (state, action: PayloadAction<Pending>) => {
      state.pending.push(action.payload)
    },
    pendingPlaced: (state, action: PayloadAction<{ clientMessageId: string; conversationId: string }>) => {
      const pending = state.pending.find((p) => p.clientMessageId === action.payload.clientMessageId)
      if (pending) pending.conversationId = action.payload.conversationId
    },
    pendingRetried: (state, action: PayloadAction<string>) => {
      const pending = state.pending.find((p) => p.clientMessageId === action.payload)
      if (pending) delete pending.problem
    },
    pendingFailed: (state, action: PayloadAction<{ clientMessageId: string; problem: Problem }>) => {
      const pending = state.pending.find((p) => p.clientMessageId === action.payload.clientMessageId)
      if (pending) pending.problem = action.payload.problem
    },
    pendingRemoved: (state, action: PayloadAction<string>) => {
      state.pending = state.pending.filter((p) => p.clientMessageId !== action.payload)
    },
    turnOpened: (state, action: PayloadAction<{ conversationId: string; turnId: string }>) => {
      const { conversationId, turnId } = action.payload
      const live = state.live[conversationId]
      if (live?.turnId !== turnId || live.end || live.problem) state.live[conversationId] = newTurn(turnId)
    },
    framesArrived: (state, action: PayloadAction<{ conversationId: string; turnId: string; frames: Frame[] }>) => {
      const { conversationId, turnId, frames } = action.payload
      const live = state.live[conversationId]
      if (live?.turnId === turnId) state.live[conversationId] = applyFrames(live, frames)
    },
    streamRefused: (state, action: PayloadAction<{ conversationId: string; turnId: string; problem: Problem }>) => {
      const live = state.live[action.payload.conversationId]
      if (live?.turnId === action.payload.turnId) live.problem = action.payload.problem
    },
    connectionChanged: (state, action: PayloadAction<{ conversationId: string; connection?: Connection }>) => {
      state.connection[action.payload.conversationId] = action.payload.connection
    },
    chatForgotten: () => initialState,
  },
})

export const {
  pendingAdded,
  pendingPlaced,
  pendingRetried,
  pendingFailed,
  pendingRemoved,
  turnOpened,
  framesArrived,
  streamRefused,
  connectionChanged,
  chatForgotten,
} = chatSlice.actions

export interface WithChat {
  chat: ChatState
}
