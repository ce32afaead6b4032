import type { ThunkAction, UnknownAction } from '@reduxjs/toolkit'
import { api } from '@/api/api'
import type { Message, Thread, Turn } from '@/api/generated'
import { mayPass, problemOf, type Problem } from '@/api/problem'
import { newId } from '@/lib/id'
import { tellTabs } from '@/lib/tabs'
import { pendingAdded, pendingFailed, pendingPlaced, pendingRemoved, pendingRetried, type Pending, type WithChat } from './chat'

type Thunk<R> = ThunkAction<R, WithChat & { api: ReturnType<typeof api.reducer> }, unknown, UnknownAction>

/** Shows a question at once, sends it, and begins its conversation where there is none yet. */
export const send = (content: string, conversationId: string | undefined, askedAt: string, onConversation: (id: string) => void): Thunk<Promise<void>> => (dispatch) => {
  const pending: Pending = { clientMessageId: newId(), conversationId, askedAt, content, createdAt: new Date().toISOString() }
  dispatch(pendingAdded(pending))
  return dispatch(deliver(pending, onConversation))
}

/** Sends a question again that did not get through. Safe: its clientMessageId lets the API answer it once only. */
export const resend = (clientMessageId: string, onConversation: (id: string) => void): Thunk<Promise<void>> => async (dispatch, getState) => {
  const pending = getState().chat.pending.find((p) => p.clientMessageId === clientMessageId)
  if (!pending) return
  dispatch(pendingRetried(clientMessageId))
  await dispatch(deliver(pending, onConversation))
}

const deliver = (pending: Pending, onConversation: (id: string) => void): Thunk<Promise<void>> => async (dispatch) => {
  const { clientMessageId, content } = pending
  try {
    let id = pending.conversationId
    if (id === undefined) {
      const conversation = await persist(() => dispatch(api.endpoints.createConversation.initiate({ createConversationRequest: {} })).unwrap())
      id = conversation.id
      await dispatch(api.util.upsertQueryData('getConversation', { id }, { ...conversation, messages: [] }))
      dispatch(pendingPlaced({ clientMessageId, conversationId: id }))
      onConversation(id)
    }
    const at = id
    const sent = await persist(() => dispatch(api.endpoints.sendMessage.initiate({ id: at, sendMessageRequest: { content, clientMessageId } })).unwrap())
    dispatch(turnBegan(at, sent.turn, { question: sent.message }))
    dispatch(pendingRemoved(clientMessageId))
    dispatch(api.util.invalidateTags(['Conversations']))
    tellTabs({ type: 'turn_started', conversationId: at })
  } catch (error) {
    const problem = problemOf(error)
    dispatch(pendingFailed({ clientMessageId, problem }))
    if (problem.turn && pending.conversationId) dispatch(api.util.invalidateTags([{ type: 'Conversation', id: pending.conversationId }]))
  }
}

/** Puts a turn that just began into the open thread; a regenerated one takes the place of the answer before. */
export const turnBegan = (conversationId: string, turn: Turn, change: { question?: Message; replaces?: string }): Thunk<void> => (dispatch) => {
  dispatch(
    api.util.updateQueryData('getConversation', { id: conversationId }, (draft) => {
      const { question, replaces } = change
      if (question && !draft.messages.some((m) => m.id === question.id)) {
        draft.messages.push(question)
        if (!draft.title) draft.title = question.content.slice(0, 60)
      }
      if (replaces) draft.messages = draft.messages.filter((m) => m.role !== 'assistant' || m.turnId !== replaces)
      draft.turn = turn
    }),
  )
}

/** Answers the question of an ended turn again. */
export const regenerate = (conversationId: string, turnId: string): Thunk<Promise<Problem | undefined>> => async (dispatch) => {
  try {
    const turn = await persist(() => dispatch(api.endpoints.regenerateTurn.initiate({ id: conversationId, turnId })).unwrap())
    dispatch(turnBegan(conversationId, turn, { replaces: turnId }))
    tellTabs({ type: 'turn_started', conversationId })
    return undefined
  } catch (error) {
    dispatch(api.util.invalidateTags([{ type: 'Conversation', id: conversationId }]))
    return problemOf(error)
  }
}

/** Repeats a call that may be repeated, over short failures of the network. */
async function persist<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await call()
    } catch (error) {
      const problem = problemOf(error)
      if (attempt >= 3 || !mayPass(problem) || problem.status === 429) throw error
      await new Promise((resolve) => setTimeout(resolve, 400 * 2 ** attempt))
    }
  }
}

/** Whether the newest turn of a thread is still being answered. */
export const runningTurn = (thread: Thread | undefined): string | undefined =>
  thread?.turn && (thread.turn.status === 'queued' || thread.turn.status === 'running') ? thread.turn.id : undefined
