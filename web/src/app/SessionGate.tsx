import { useEffect, useRef, type ReactNode } from 'react'
import { useDispatch, useSelector } from 'react-redux'
import { api } from '@/api/api'
import { chatForgotten } from '@/chat/chat'
import { onTabMessage } from '@/lib/tabs'
import { resumeSession, selectSession, sessionEnded } from '@/session/session'
import { dropToken } from '@/session/token'
import { Button } from '@/ui/Button'
import { Logo } from '@/ui/Logo'

/** Shows the app once it is known who is there, and keeps it in step with what other tabs do. */
export function SessionGate({ children }: { children: ReactNode }) {
  const dispatch = useDispatch() as (action: unknown) => unknown
  const { status } = useSelector(selectSession)

  useEffect(() => {
    void dispatch(resumeSession())
    return onTabMessage((message) => {
      if (message.type === 'signed_in') void dispatch(resumeSession())
      if (message.type === 'signed_out') {
        dropToken()
        dispatch(sessionEnded({ expired: false }))
      }
    })
  }, [dispatch])

  // What one account loaded is not for the next; what a visitor asked is theirs after signing in.
  const was = useRef(status)
  useEffect(() => {
    const before = was.current
    was.current = status
    if (before === 'signed_in' && status === 'anonymous') {
      dispatch(chatForgotten())
      dispatch(api.util.resetApiState())
    }
    if (before === 'anonymous' && status === 'signed_in') {
      dispatch(api.util.invalidateTags(['Profile', 'Conversations', 'Conversation', 'Data']))
    }
  }, [status, dispatch])

  useEffect(() => {
    if (status !== 'unreachable') return
    const again = () => void dispatch(resumeSession())
    const timer = setInterval(again, 5000)
    addEventListener('online', again)
    return () => {
      clearInterval(timer)
      removeEventListener('online', again)
    }
  }, [status, dispatch])

  if (status === 'unknown') return <Splash />
  if (status === 'unreachable') {
    return (
      <Splash>
        <h1 className="text-lg font-semibold">PulseHub cannot be reached</h1>
        <p className="max-w-xs text-base text-ink-2">Check your connection. This page tries again by itself, and nothing you started is lost.</p>
        <Button onClick={() => void dispatch(resumeSession())}>Try now</Button>
      </Splash>
    )
  }
  return <>{children}</>
}

function Splash({ children }: { children?: ReactNode }) {
  return (
    <div role="status" aria-label={children ? undefined : 'PulseHub is starting'} className="grid h-full content-center justify-items-center gap-3 px-6 text-center animate-fade [animation-delay:120ms] [animation-fill-mode:backwards]">
      <Logo size={36} />
      {children}
    </div>
  )
}
