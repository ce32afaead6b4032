import { memo, useMemo, type ReactNode } from 'react'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { CampaignCard } from './CampaignCard'
import { ChartPart } from './ChartPart'
import { Markdown } from './Markdown'
import { MessageFooter } from './MessageFooter'
import { Steps } from './Steps'
import { TablePart } from './TablePart'
import type { Answer } from './answer'
import { sourcesOf } from './parts'

interface AssistantMessageProps {
  answer: Answer
  company: string
  currency: string
  /** The connection to a running turn is away and being made again. */
  reconnecting: boolean
  /** The newest answer, which can be made again. */
  newest: boolean
  /** What takes the place of an answer that waits for an account. */
  signIn?: ReactNode
  onRegenerate: (turnId: string) => void
}

export const AssistantMessage = memo(function AssistantMessage({ answer, company, currency, reconnecting, newest, signIn, onRegenerate }: AssistantMessageProps) {
  const running = answer.status === 'running'
  const sources = useMemo(() => sourcesOf(answer.parts), [answer.parts])
  const demo = sources.some((s) => s.demo)
  const waiting = answer.parts.some((p) => p.type === 'auth_required')
  const cards = answer.parts.filter((p) => p.type === 'campaign_recommendation')
  const figures = answer.parts.filter((p) => p.type === 'chart' || p.type === 'table')
  const retry = newest && !running ? () => onRegenerate(answer.turnId) : undefined

  return (
    <div className="group space-y-4">
      <h2 className="sr-only">PulseHub answered</h2>
      {(running || answer.steps.length > 0) && <Steps steps={answer.steps} done={!running || answer.content !== '' || cards.length > 0} />}
      {answer.content && <Markdown text={answer.content} sources={sources} growing={running} />}
      {figures.map((part) =>
        part.type === 'chart' ? (
          <ChartPart key={`chart-${part.key}`} chart={part.data} currency={currency} demo={demo} />
        ) : (
          <TablePart key={`table-${part.key}`} table={part.data} demo={demo} />
        ),
      )}
      {cards.map((part) => (
        <CampaignCard key={`card-${part.key}`} recommendation={part.data.recommendation} company={company} currency={currency} demo={demo} />
      ))}
      {waiting && newest && !running && signIn}
      {reconnecting && running && (
        <p role="status" className="text-sm text-ink-3">
          The connection is away. The answer goes on and will catch up here.
        </p>
      )}
      {answer.status === 'failed' && (
        <Notice
          tone="danger"
          role="alert"
          title="This question could not be answered"
          action={
            retry && (
              <Button size="sm" onClick={retry}>
                Try again
              </Button>
            )
          }
        >
          {answer.problem?.detail ?? 'Something went wrong on our side. Try again, or ask it in other words.'}
        </Notice>
      )}
      {!running && answer.messageId && !waiting && (
        <MessageFooter answer={answer} messageId={answer.messageId} demo={demo} onRegenerate={retry} />
      )}
    </div>
  )
})
