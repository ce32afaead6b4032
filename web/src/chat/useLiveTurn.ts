import { useEffect } from 'react'
import { useDispatch, useSelector, useStore } from 'react-redux'
import { api } from '@/api/api'
import type { Message } from '@/api/generated'
import { accessToken, refresh } from '@/session/token'
import { connectionChanged, framesArrived, streamRefused, turnOpened, type WithChat } from './chat'
import { batch, readStream } from './stream'
import type { LiveTurn } from './turn'

/** Reads the stream of a conversation's running turn while it is on the page, and keeps the thread in step at its end. */
export function useLiveTurn(conversationId: string | undefined, turnId: string | undefined) {
  const dispatch = useDispatch()
  const store = useStore<WithChat>()

  useEffect(() => {
    if (!conversationId || !turnId) return
    dispatch(turnOpened({ conversationId, turnId }))
    const live = store.getState().chat.live[conversationId]
    const abort = new AbortController()
    const frames = batch((batched) => dispatch(framesArrived({ conversationId, turnId, frames: batched })))

    void readStream({
      url: `/api/conversations/${conversationId}/stream?turnId=${turnId}`,
      signal: abort.signal,
      from: live && live.attempt > 0 ? { attempt: live.attempt, seq: live.seq } : undefined,
      token: accessToken,
      refresh: async () => (await refresh()) === 'ok',
      onFrame: frames.push,
      onConnection: (connection) => dispatch(connectionChanged({ conversationId, connection })),
    }).then((end) => {
      frames.flush()
      dispatch(connectionChanged({ conversationId }))
      if (end.kind === 'refused') dispatch(streamRefused({ conversationId, turnId, problem: end.problem }))
      if (end.kind !== 'complete') return
      const ended = store.getState().chat.live[conversationId]
      settle(dispatch, conversationId, ended?.turnId === turnId ? ended : undefined)
    })
    return () => {
      abort.abort()
      frames.flush()
    }
  }, [conversationId, turnId, dispatch, store])
}

/** Puts the finished answer in the thread at once, and then has the API's own word for it, which adds the sources. */
function settle(dispatch: ReturnType<typeof useDispatch>, conversationId: string, turn: LiveTurn | undefined) {
  const run = dispatch as (action: unknown) => unknown
  const end = turn?.end
  if (turn && end) {
    run(
      api.util.updateQueryData('getConversation', { id: conversationId }, (draft) => {
        if (draft.turn?.id === turn.turnId) draft.turn.status = end.status
        if (draft.messages.some((m) => m.id === end.messageId)) return
        const message: Message = {
          id: end.messageId,
          role: 'assistant',
          content: turn.content,
          parts: turn.parts,
          turnId: turn.turnId,
          status: end.status,
          provider: end.provider,
          createdAt: new Date().toISOString(),
        }
        draft.messages.push(message)
      }),
    )
  }
  run(api.util.invalidateTags([{ type: 'Conversation', id: conversationId }, 'Conversations']))
}

export const useLive = (conversationId: string | undefined) =>
  useSelector((state: WithChat) => (conversationId ? state.chat.live[conversationId] : undefined))

export const useConnection = (conversationId: string | undefined) =>
  useSelector((state: WithChat) => (conversationId ? state.chat.connection[conversationId] : undefined))
