import { Check, Clock, Copy, ThumbsDown, ThumbsUp, Undo2, Users, X } from 'lucide-react'
import { Tabs } from 'radix-ui'
import { memo, useState } from 'react'
import { useDispatch, useSelector } from 'react-redux'
import { api } from '@/api/api'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { formatCount, formatPercent } from '@/lib/format'
import { useCopy } from '@/lib/hooks'
import { selectSignedIn } from '@/session/session'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { toastShown } from '@/ui/toast'
import { channelOrder, channels } from './channels'
import { ChannelPreview, messageText } from './ChannelPreview'
import { ExpectedRange } from './ExpectedRange'
import { segmentName } from './followUps'
import { SourceNumber, SourcePopover } from './SourceNumber'
import type { ChannelType, Recommendation } from './parts'

interface CampaignCardProps {
  recommendation: Recommendation
  company: string
  currency: string
  demo: boolean
}

/** One proposed campaign: whom, why, what they will read, when, and what may come of it. */
export const CampaignCard = memo(function CampaignCard({ recommendation: r, company, currency, demo }: CampaignCardProps) {
  const [channel, setChannel] = useState<ChannelType>(r.channels[0]?.type ?? 'email')
  const plan = r.channels.find((c) => c.type === channel) ?? r.channels[0]
  const { verdict, judge } = useVerdict(r.id)
  const { copied, copy } = useCopy()
  // The size stands with the audience, and says there where it comes from.
  const proof = r.evidence.find((e) => e.value === formatCount(r.audience.size))
  const evidence = r.evidence.filter((e) => e !== proof)

  if (verdict === 'dismissed') {
    return (
      <div className="flex items-center justify-between gap-3 rounded-lg border border-dashed border-line-strong py-1.5 pr-2 pl-4 text-base text-ink-2">
        <span className="min-w-0 truncate">
          Dismissed: {r.name}
        </span>
        <Button size="sm" variant="ghost" icon={<Undo2 size={14} />} onClick={() => judge('none')}>
          Undo
        </Button>
      </div>
    )
  }
  return (
    <article aria-label={`Campaign: ${r.name}`} className="overflow-hidden rounded-xl border border-line bg-surface animate-appear">
      <header className="flex flex-wrap items-start justify-between gap-x-4 gap-y-1 px-4 pt-4 sm:px-5">
        <div className="min-w-0">
          <p className="text-xs font-medium text-accent-text first-letter:uppercase">Campaign · {segmentName(r.audience.segment)}</p>
          <h3 className="mt-0.5 text-lg font-semibold tracking-[-0.01em] text-balance">{r.name}</h3>
        </div>
      </header>

      <div className="grid gap-x-6 gap-y-5 px-4 pt-3 pb-4 sm:px-5 md:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
        <div className="space-y-5">
          <p className="text-base leading-[1.5] text-ink-2">{r.rationale}</p>
          <Audience audience={r.audience} proof={proof} demo={demo} />
          {evidence.length > 0 && <Evidence evidence={evidence} demo={demo} />}
          <ExpectedRange expected={r.expected} currency={currency} />
        </div>

        {plan && (
          <Tabs.Root value={plan.type} onValueChange={(v) => setChannel(v as ChannelType)} className="min-w-0">
            <div className="flex items-center justify-between gap-1">
              <Tabs.List aria-label="Message by channel" className="flex min-w-0 gap-0.5 overflow-x-auto rounded-md border border-line bg-sunken p-0.5">
                {r.channels.map((c) => {
                  const { name, icon: Icon } = channels[c.type]
                  return (
                    <Tabs.Trigger
                      key={c.type}
                      value={c.type}
                      className="flex h-6 items-center gap-1.5 rounded-[5px] px-2 text-sm font-medium text-ink-2 hover:text-ink data-[state=active]:bg-raised data-[state=active]:text-ink data-[state=active]:shadow-lift coarse:h-8"
                    >
                      <Icon size={14} aria-hidden="true" className="max-sm:hidden" />
                      {name}
                    </Tabs.Trigger>
                  )
                })}
              </Tabs.List>
              <IconButton size="sm" label={copied ? 'Copied' : 'Copy message'} icon={copied ? <Check size={15} /> : <Copy size={15} />} onClick={() => copy(messageText(plan))} />
            </div>
            {r.channels.map((c) => (
              <Tabs.Content key={c.type} value={c.type} className="mt-2.5 rounded-lg">
                <ChannelPreview plan={c} company={company} />
                <p className="mt-2.5 flex items-start gap-2 text-base text-ink-2">
                  <Clock size={15} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
                  <span>
                    <span className="sr-only">When: </span>
                    {c.timing.label}
                  </span>
                </p>
              </Tabs.Content>
            ))}
          </Tabs.Root>
        )}
      </div>

      <footer className="flex items-center justify-between gap-2 border-t border-line bg-sunken/60 px-2.5 py-1.5 sm:px-3.5">
        <div className="flex items-center gap-0.5" role="group" aria-label="Is this campaign any good?">
          <IconButton size="sm" label="Good idea" pressed={verdict === 'positive'} icon={<ThumbsUp size={15} className={cx(verdict === 'positive' && 'fill-current')} />} onClick={() => judge(verdict === 'positive' ? 'none' : 'positive')} />
          <IconButton size="sm" label="Not helpful" pressed={verdict === 'negative'} icon={<ThumbsDown size={15} className={cx(verdict === 'negative' && 'fill-current')} />} onClick={() => judge(verdict === 'negative' ? 'none' : 'negative')} />
          {(verdict === 'positive' || verdict === 'negative') && <span className="pl-1.5 text-sm text-ink-2 animate-fade">Thanks. The next ones will take it in.</span>}
        </div>
        <Button size="sm" variant="ghost" icon={<X size={14} />} onClick={() => judge('dismissed')}>
          Dismiss
        </Button>
      </footer>
    </article>
  )
})

function Audience({ audience, proof, demo }: { audience: Recommendation['audience']; proof?: Recommendation['evidence'][number]; demo: boolean }) {
  const reachable = channelOrder.filter((c) => audience.reachable[c] !== undefined)
  return (
    <div role="group" aria-label="Audience">
      <p className="flex items-baseline gap-2">
        <Users size={15} aria-hidden="true" className="self-center text-ink-3" />
        <span className="text-lg font-semibold tabular">
          {proof ? <SourceNumber value={proof.value} sources={[{ ...proof, demo }]} /> : formatCount(audience.size)}
        </span>
        <span className="text-sm text-ink-2">{audience.size === 1 ? 'person' : 'people'}</span>
      </p>
      <p className="mt-0.5 text-sm text-ink-2">{audience.criteria}</p>
      <ul className="mt-2.5 grid grid-cols-[5.75rem_minmax(0,1fr)_auto] gap-x-2 gap-y-1.5">
        {reachable.map((c) => {
          const count = audience.reachable[c] ?? 0
          const share = audience.size > 0 ? count / audience.size : 0
          const { name, icon: Icon } = channels[c]
          return (
            <li key={c} className="col-span-3 grid grid-cols-subgrid items-center text-sm">
              <span className="flex items-center gap-1.5 text-ink-2">
                <Icon size={14} aria-hidden="true" className="text-ink-3" />
                {name}
              </span>
              <span aria-hidden="true" className="h-1 overflow-hidden rounded-full bg-active">
                <span className="block h-full rounded-full bg-accent" style={{ width: `${share * 100}%` }} />
              </span>
              <span className="text-right text-ink-2 tabular">
                <span className="font-medium text-ink">{formatCount(count)}</span> <span className="text-ink-3">{formatPercent(share)}</span>
                <span className="sr-only"> reachable</span>
              </span>
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function Evidence({ evidence, demo }: { evidence: Recommendation['evidence']; demo: boolean }) {
  return (
    <div role="group" aria-label="Why">
      <ul className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line [&>li:last-child:nth-child(odd)]:col-span-2">
        {evidence.map((e, i) => (
          <li key={i} className="bg-surface">
            <SourcePopover
              sources={[{ ...e, demo }]}
              className="h-full w-full px-3 py-2 hover:bg-hover focus-visible:-outline-offset-2 data-[state=open]:bg-hover"
            >
              <span className="block text-md font-semibold tabular">{e.value}</span>
              <span className="block text-xs text-ink-2">{e.label}</span>
              <span className="sr-only">: show where this number comes from</span>
            </SourcePopover>
          </li>
        ))}
      </ul>
    </div>
  )
}

type Verdict = 'none' | 'positive' | 'negative' | 'dismissed'

const feedbackOf = { none: 'neutral', positive: 'positive', negative: 'negative', dismissed: 'negative' } as const

const verdictOf = { neutral: 'none', positive: 'positive', negative: 'dismissed' } as const

/** What was said of a card before, and what is said now: shown at once, and taken back when the API refuses it. */
function useVerdict(id: string) {
  const dispatch = useDispatch()
  const signedIn = useSelector(selectSignedIn)
  const { stored } = api.useListRecommendationsQuery(
    { limit: 100 },
    { skip: !signedIn, selectFromResult: ({ data }) => ({ stored: data?.items.find((r) => r.id === id)?.feedback?.feedback }) },
  )
  const [said, setVerdict] = useState<Verdict>()
  const verdict: Verdict = said ?? (stored ? verdictOf[stored] : 'none')
  const [rate] = api.useGiveRecommendationFeedbackMutation()
  const judge = (next: Verdict) => {
    const before = said
    setVerdict(next)
    rate({ id, feedbackInputBody: { feedback: feedbackOf[next] } })
      .unwrap()
      .catch((error: unknown) => {
        setVerdict(before)
        dispatch(toastShown(problemOf(error).detail, 'danger'))
      })
  }
  return { verdict, judge }
}
