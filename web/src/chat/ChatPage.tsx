import { SquarePen } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { useMatch, useNavigate } from 'react-router-dom'
import { api } from '@/api/api'
import { problemOf } from '@/api/problem'
import { usePageTitle } from '@/lib/hooks'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { PageBar } from '@/ui/PageBar'
import { Skeleton } from '@/ui/Skeleton'
import { Composer, type Draft } from './Composer'
import { ConversationMenu } from './ConversationMenu'
import { EmptyState } from './EmptyState'
import { Thread } from './Thread'
import { useAnswering } from './useAnswering'
import { useCompany } from './useCompany'

interface ChatPageProps {
  signedIn: boolean
  /** Shown in an answer that needs an account; onSignedIn answers the question. */
  signInPanel: (onSignedIn: () => void) => ReactNode
  /** Invites a workspace without data to load demo data. */
  dataInvite: ReactNode
}

/** The conversation, from its first question on. */
export function ChatPage({ signedIn, signInPanel, dataInvite }: ChatPageProps) {
  const conversationId = useMatch('/c/:conversationId')?.params.conversationId
  const navigate = useNavigate()
  const [draft, setDraft] = useState<Draft>()
  const company = useCompany(signedIn)
  const { currentData: thread, error } = api.useGetConversationQuery(
    { id: conversationId ?? '' },
    { skip: !conversationId, refetchOnFocus: true, refetchOnMountOrArgChange: 30 },
  )
  const answering = useAnswering(conversationId, thread, (id) => navigate(`/c/${id}`, { replace: true }))
  usePageTitle(conversationId ? (thread?.title ?? '') : 'New chat')

  const edit = (text: string) => setDraft({ text, editing: true, nonce: Date.now() })
  const empty = !conversationId && answering.pending.length === 0
  const problem = error && !thread ? problemOf(error) : undefined

  return (
    <>
      <PageBar
        title={!conversationId ? 'New chat' : thread ? thread.title || 'New chat' : problem ? 'Conversation' : <TitleSkeleton />}
        actions={
          <>
            {thread && <ConversationMenu thread={thread} timeZone={company.timeZone} />}
            {conversationId && <IconButton label="New chat" icon={<SquarePen size={17} />} className="lg:hidden" onClick={() => navigate('/')} />}
          </>
        }
      />
      {problem ? (
        <Missing status={problem.status} detail={problem.detail} onNew={() => navigate('/')} />
      ) : (
        <>
          {empty ? (
            <EmptyState signedIn={signedIn} firstName={company.firstName} dataInvite={dataInvite} onAsk={answering.ask} />
          ) : (
            <Thread thread={thread} loading={Boolean(conversationId) && !thread} answering={answering} company={company} signInPanel={signedIn ? undefined : signInPanel} onEdit={edit} />
          )}
          {/* Keeps the room of a scroll bar, so that it stands exactly under the conversation. */}
          <div className="shrink-0 overflow-hidden [scrollbar-gutter:stable]">
          <div className="column pb-3">
            <Composer
              name={conversationId ?? 'new'}
              running={answering.runningTurnId !== undefined || answering.sending}
              stopping={answering.stopping}
              draft={draft}
              placeholder={empty ? 'Ask about your customers' : 'Ask a follow-up'}
              onSend={answering.ask}
              onStop={answering.stop}
            />
          </div>
          </div>
        </>
      )}
    </>
  )
}

const TitleSkeleton = () => (
  <>
    <span className="sr-only">Conversation</span>
    <Skeleton className="h-4 w-48" />
  </>
)

function Missing({ status, detail, onNew }: { status: number; detail: string; onNew: () => void }) {
  const gone = status === 404 || status === 401
  return (
    <div className="column grid flex-1 content-center justify-items-center gap-3 text-center">
      <p className="text-xl font-semibold">{gone ? 'This conversation is not here' : 'This conversation cannot be shown'}</p>
      <p className="max-w-md text-md text-ink-2">
        {gone ? 'It was deleted, or it belongs to another account. If it is yours, sign in to the account you asked with.' : detail}
      </p>
      <div className="mt-2 flex gap-2">
        {!gone && <Button onClick={() => location.reload()}>Try again</Button>}
        <Button variant="primary" onClick={onNew}>
          New chat
        </Button>
      </div>
    </div>
  )
}
