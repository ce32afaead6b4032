import { useCallback, useEffect, useMemo, useState } from 'react'
import { useDispatch, useSelector } from 'react-redux'
import { useLocation } from 'react-router-dom'
import { api } from '@/api/api'
import type { Thread } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { useLatest } from '@/lib/hooks'
import { onTabMessage } from '@/lib/tabs'
import { toastShown } from '@/ui/toast'
import { pendingRemoved, type Pending, type WithChat } from './chat'
import { regenerate, resend, runningTurn, send } from './send'
import { useConnection, useLive, useLiveTurn } from './useLiveTurn'

export type Answering = ReturnType<typeof useAnswering>

/** Everything one can do to a conversation's answers, and how the running one stands. */
export function useAnswering(conversationId: string | undefined, thread: Thread | undefined, onConversation: (id: string) => void) {
  const dispatch = useDispatch() as (action: unknown) => Promise<unknown>
  const { key } = useLocation()
  const runningTurnId = runningTurn(thread)
  const [stoppingTurnId, setStopping] = useState<string>()
  const [stopTurn] = api.useStopTurnMutation()
  const opened = useLatest(onConversation)
  useLiveTurn(conversationId, runningTurnId)
  const live = useLive(conversationId)
  const connection = useConnection(conversationId)

  const all = useSelector((state: WithChat) => state.chat.pending)
  const pending: Pending[] = useMemo(() => all.filter((p) => p.conversationId === conversationId || (!conversationId && p.askedAt === key)), [all, conversationId, key])

  // Another tab asked something here.
  useEffect(
    () =>
      onTabMessage((message) => {
        if (message.type === 'turn_started' && message.conversationId === conversationId) {
          void dispatch(api.util.invalidateTags([{ type: 'Conversation', id: conversationId }, 'Conversations']))
        }
      }),
    [conversationId, dispatch],
  )

  const ask = useCallback((text: string) => void dispatch(send(text, conversationId, key, (id) => opened.current(id))), [dispatch, conversationId, key, opened])
  const again = useCallback((clientMessageId: string) => void dispatch(resend(clientMessageId, (id) => opened.current(id))), [dispatch, opened])
  const discard = useCallback((clientMessageId: string) => void dispatch(pendingRemoved(clientMessageId)), [dispatch])

  const stop = useCallback(() => {
    if (!conversationId || !runningTurnId) return
    setStopping(runningTurnId)
    stopTurn({ id: conversationId, turnId: runningTurnId })
      .unwrap()
      .catch((error: unknown) => {
        setStopping(undefined)
        void dispatch(toastShown(problemOf(error).detail, 'danger'))
      })
  }, [conversationId, runningTurnId, stopTurn, dispatch])

  const answerAgain = useCallback(
    (turnId: string) => {
      if (!conversationId) return
      void dispatch(regenerate(conversationId, turnId)).then((problem) => {
        if (problem) void dispatch(toastShown(problemOf(problem).detail, 'danger'))
      })
    },
    [conversationId, dispatch],
  )

  useEffect(() => {
    if (!runningTurnId) return
    const onKey = (event: KeyboardEvent) => {
      const busy = document.querySelector('[role="dialog"], [role="alertdialog"], [role="menu"]')
      if (event.key === 'Escape' && !event.defaultPrevented && !busy) stop()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [runningTurnId, stop])

  return {
    runningTurnId,
    live,
    connection,
    pending,
    sending: pending.some((p) => !p.problem),
    stopping: runningTurnId !== undefined && stoppingTurnId === runningTurnId,
    ask,
    again,
    discard,
    stop,
    answerAgain,
  }
}
