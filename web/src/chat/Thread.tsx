import { ArrowDown } from 'lucide-react'
import { useEffect, useLayoutEffect, useMemo, useRef, type ReactNode } from 'react'
import type { Message, Thread as ThreadData } from '@/api/generated'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { AssistantMessage } from './AssistantMessage'
import type { Answer } from './answer'
import { FollowUps } from './FollowUps'
import { followUps } from './followUps'
import { knownParts } from './parts'
import type { LiveTurn } from './turn'
import type { Answering } from './useAnswering'
import type { Company } from './useCompany'
import { useFollowBottom } from './useFollowBottom'
import { UserMessage } from './UserMessage'

interface ThreadProps {
  thread: ThreadData | undefined
  loading: boolean
  answering: Answering
  company: Company
  signInPanel?: (onSignedIn: () => void) => ReactNode
  onEdit: (text: string) => void
}

export function Thread({ thread, loading, answering, company, signInPanel, onEdit }: ThreadProps) {
  const { scroller, content, away, jump } = useFollowBottom()
  const { runningTurnId, live, connection, pending, answerAgain } = answering
  const messages = thread?.messages ?? none
  const newest = messages.findLast((m) => m.role === 'assistant')

  // A running answer stands in the same list as the stored ones, so that its end moves nothing.
  const error = thread?.turn?.error
  const entries = useMemo(() => {
    const list: Entry[] = messages.map((m) => (m.role === 'user' ? { question: m } : { answer: storedAnswer(m, live, m === newest ? error : undefined) }))
    const running = runningAnswer(runningTurnId, live, messages)
    return running ? [...list, { answer: running }] : list
  }, [messages, newest, error, live, runningTurnId])

  // What was just asked is in view, however far up one was.
  const asked = pending.length > 0 ? pending.at(-1)!.clientMessageId : undefined
  useLayoutEffect(() => {
    if (asked) jump()
  }, [asked, jump])
  useLayoutEffect(() => jump(), [thread?.id, jump])

  const chips = useMemo(() => {
    if (runningTurnId || pending.length > 0 || newest?.status !== 'completed' || messages.at(-1) !== newest) return []
    const question = messages.findLast((m) => m.role === 'user')?.content ?? ''
    return followUps(knownParts(newest.parts), live?.turnId === newest.turnId ? live.intent : undefined, question)
  }, [messages, newest, live, runningTurnId, pending.length])

  return (
    <div className="relative min-h-0 flex-1">
      <div ref={scroller} className="h-full overflow-y-auto [scrollbar-gutter:stable]" tabIndex={-1}>
        <div ref={content} role="log" aria-label="Conversation" aria-busy={runningTurnId !== undefined} className="column space-y-7 pt-6 pb-8">
          {loading && <ThreadSkeleton />}
          {entries.map((entry) =>
            'question' in entry ? (
              <UserMessage key={entry.question.id} content={entry.question.content} onEdit={onEdit} />
            ) : (
              <AssistantMessage
                key={entry.answer.turnId}
                answer={entry.answer}
                company={company.name}
                currency={company.currency}
                reconnecting={connection === 'waiting'}
                newest={entry === entries.at(-1)}
                signIn={entry === entries.at(-1) ? signInPanel?.(() => answerAgain(entry.answer.turnId)) : undefined}
                onRegenerate={answerAgain}
              />
            ),
          )}
          {pending.map((p) => (
            <UserMessage
              key={p.clientMessageId}
              content={p.content}
              sending
              problem={p.problem}
              onEdit={onEdit}
              onResend={() => answering.again(p.clientMessageId)}
              onDiscard={() => answering.discard(p.clientMessageId)}
            />
          ))}
          {chips.length > 0 && <FollowUps questions={chips} onAsk={answering.ask} />}
        </div>
      </div>
      {away && (
        <button
          type="button"
          onClick={() => jump(true)}
          className="absolute bottom-2 left-1/2 flex h-8 -translate-x-1/2 items-center gap-1.5 rounded-full bg-raised pr-3 pl-2.5 text-sm font-medium text-ink-2 shadow-pop animate-fade hover:text-ink"
        >
          <ArrowDown size={15} aria-hidden="true" />
          Jump to latest
        </button>
      )}
      <Announcer running={runningTurnId !== undefined} status={newest?.status} />
    </div>
  )
}

const none: Message[] = []

type Entry = { question: Message } | { answer: Answer }

/** Says once that an answer began, and once how it ended. */
function Announcer({ running, status }: { running: boolean; status: Message['status'] | undefined }) {
  const region = useRef<HTMLParagraphElement>(null)
  const was = useRef(running)
  useEffect(() => {
    if (was.current === running || !region.current) return
    was.current = running
    const ended = status === 'stopped' ? 'Answer stopped' : status === 'failed' ? 'The question could not be answered' : 'Answer finished'
    region.current.textContent = running ? 'PulseHub is answering' : ended
  }, [running, status])
  return <p ref={region} role="status" className="sr-only" />
}

const answers = new WeakMap<Message, { error?: string; steps: LiveTurn['steps']; answer: Answer }>()
const noSteps: LiveTurn['steps'] = []

/** A stored message as an answer; the same object for the same message, so that it is drawn once. */
function storedAnswer(message: Message, live: LiveTurn | undefined, error: string | undefined): Answer {
  const steps = live?.turnId === message.turnId ? live.steps : noSteps
  const known = answers.get(message)
  if (known?.steps === steps && known.error === error) return known.answer
  const answer: Answer = {
    turnId: message.turnId,
    messageId: message.id,
    content: message.content,
    parts: knownParts(message.parts),
    steps,
    status: message.status,
    provider: message.provider,
    rating: message.rating,
    problem: error ? { status: 500, code: 'failed', title: '', detail: error } : undefined,
  }
  answers.set(message, { error, steps, answer })
  return answer
}

function runningAnswer(turnId: string | undefined, live: LiveTurn | undefined, messages: Message[]): Answer | undefined {
  const shown = turnId ?? live?.turnId
  if (!shown || messages.some((m) => m.role === 'assistant' && m.turnId === shown)) return undefined
  const own = live?.turnId === shown ? live : undefined
  if (!turnId && !own?.problem) return undefined
  return {
    turnId: shown,
    content: own?.content ?? '',
    parts: own?.parts ?? [],
    steps: own?.steps ?? noSteps,
    status: own?.problem ? 'failed' : 'running',
    problem: own?.problem,
  }
}

function ThreadSkeleton() {
  return (
    <Loading label="Loading the conversation" className="space-y-7">
      <Skeleton className="ml-auto h-10 w-2/3 max-w-sm rounded-xl" />
      <div className="space-y-2.5">
        <Skeleton className="h-4 w-full max-w-xl" />
        <Skeleton className="h-4 w-11/12 max-w-lg" />
        <Skeleton className="h-4 w-3/5 max-w-sm" />
      </div>
      <Skeleton className="h-56 w-full rounded-xl" />
    </Loading>
  )
}
