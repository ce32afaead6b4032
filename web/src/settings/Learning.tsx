import { TrendingDown, TrendingUp } from 'lucide-react'
import { api } from '@/api/api'
import type { LearnedEvidence, LearnedLevel } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { formatAgo, formatCount } from '@/lib/format'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { Panel } from './Panel'

const channels: Record<string, string> = { email: 'Email', sms: 'SMS', push: 'Push', whatsapp: 'WhatsApp' }
const times: Record<string, string> = {
  morning: 'in the morning',
  afternoon: 'in the afternoon',
  evening: 'in the evening',
  night: 'at night',
  on_event: 'after something they did',
}

/** What the workspace has learned of which message works for whom, and how sure that is. */
export function Learning() {
  // What was just said is learned within seconds.
  const { data, error, isLoading, refetch } = api.useGetLearningQuery({}, { pollingInterval: 5_000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true })
  if (isLoading) {
    return (
      <Panel title="What was learned">
        <Loading label="Loading what was learned" className="space-y-3">
          <Skeleton className="h-12 w-full" />
          <Skeleton className="h-32 w-full" />
        </Loading>
      </Panel>
    )
  }
  if (error !== undefined || !data) {
    return (
      <Panel title="What was learned">
        <Notice
          tone="danger"
          action={
            <Button size="sm" onClick={() => void refetch()}>
              Try again
            </Button>
          }
        >
          {problemOf(error).detail}
        </Notice>
      </Panel>
    )
  }
  const end = Math.max(0.001, ...[data.workspace, ...data.channels, ...data.hours, ...data.cells].map((l) => l.high))
  const nothing = total(data.workspace.evidence) === 0
  return (
    <>
      <Panel
        title="What was learned"
        description="Your ratings of campaign cards, the results of campaigns, and how your messages were answered decide which channel and which time later cards choose."
      >
        <div className="flex flex-wrap items-center gap-2 text-sm text-ink-2" aria-live="polite">
          {data.learnedAt && <span>Learned {formatAgo(data.learnedAt)}</span>}
          {data.pending && <Badge tone="warn">Learning what was just said</Badge>}
        </div>
        {nothing ? (
          <p className="text-base">
            Nothing yet. Until then, cards choose the channel that reaches most people, at the time when they are most active. Rate a card in the chat, or connect the data of your messages,
            and it shows here.
          </p>
        ) : (
          <p className="text-base">{data.workspace.words}</p>
        )}
        <Levels label="Channels" levels={data.channels} end={end} />
      </Panel>
      {data.cells.length > 0 && (
        <Panel title="By segment" description="What is known of each segment by itself, and what its neighbours tell of it.">
          <Levels label="Segments" levels={data.cells} end={end} />
          {data.total > data.cells.length && (
            <p className="text-sm text-ink-2">
              The {formatCount(data.cells.length)} with most evidence, of {formatCount(data.total)}.
            </p>
          )}
        </Panel>
      )}
      {data.hours.length > 0 && (
        <Panel title="By time of day" description="How messages sent at different times were answered, by the clock of your workspace.">
          <Levels label="Times of day" levels={data.hours} end={end} />
        </Panel>
      )}
      {data.changes.length > 0 && (
        <Panel title="What changed last">
          <ul className="space-y-2.5">
            {data.changes.map((change, i) => {
              const Icon = change.after < change.before ? TrendingDown : TrendingUp
              return (
                <li key={i} className="flex items-start gap-2.5 text-base">
                  <Icon size={17} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
                  <span>
                    {change.words} <span className="text-sm text-ink-2">{formatAgo(change.at)}</span>
                  </span>
                </li>
              )
            })}
          </ul>
        </Panel>
      )}
      <Panel title="How to read this">
        <ul className="list-disc space-y-1.5 pl-5 text-base text-ink-2">
          <li>
            Each figure is how many orders 100 messages are thought to bring. The bar is where it lies with 90 % probability: a long bar is little known. It begins with {hundred(data.global)},{' '}
            {data.globalSource}.
          </li>
          <li>“Borrowed” is how much of a figure comes from messages like it, and not from its own. It falls as its own evidence grows.</li>
          <li>A rating counts little, and no more than ten each way. Results of campaigns and answers to messages count by how many people they were sent to, up to a bound.</li>
          <li>After {formatCount(data.halfLifeDays)} days evidence counts half.</li>
        </ul>
      </Panel>
    </>
  )
}

function Levels({ label, levels, end }: { label: string; levels: LearnedLevel[]; end: number }) {
  return (
    // Scrolls, so the keyboard must reach it.
    <div tabIndex={0} role="group" aria-label={`${label}, table`} className="max-h-[28rem] overflow-auto rounded-sm">
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr className="text-left text-ink-2">
            {['What', 'Orders for 100 messages', 'Borrowed', 'From'].map((name) => (
              <th key={name} scope="col" className="sticky top-0 border-b border-line-strong bg-surface px-2 py-1.5 font-[560] first:pl-0 last:pr-0">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {levels.map((level) => (
            <tr key={[level.segment, level.channel, level.hourBand].join()} className="border-b border-line align-top last:border-0">
              <th scope="row" title={level.words} className="py-2 pr-2 text-left font-medium">
                {subject(level)}
                {level.compared !== 'alike' && (
                  <span className="mt-1 block">
                    <Badge tone={level.compared === 'better' ? 'accent' : 'warn'}>{level.compared === 'better' ? 'Better' : 'Worse'}</Badge>
                  </span>
                )}
              </th>
              <td className="w-44 min-w-36 px-2 py-2">
                <Interval level={level} end={end} />
              </td>
              <td className="px-2 py-2 tabular">{Math.round(level.shrunk * 100)} %</td>
              <td className="min-w-32 py-2 pl-2 text-ink-2">{from(level.evidence)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** The expected rate in words, and as a mark on its 90 % interval. */
function Interval({ level, end }: { level: LearnedLevel; end: number }) {
  const at = (rate: number) => `${Math.min(100, (rate / end) * 100)}%`
  return (
    <>
      <span className="tabular">
        <span className="font-medium">{hundred(level.mean)}</span> <span className="text-ink-2">({hundred(level.low)} to {hundred(level.high)})</span>
      </span>
      <span aria-hidden="true" className="relative mt-1.5 block h-1.5 rounded-full bg-active">
        <span className="absolute inset-y-0 rounded-full bg-accent-line" style={{ left: at(level.low), right: `calc(100% - ${at(level.high)})` }} />
        <span className="absolute -inset-y-0.5 w-[3px] -translate-x-1/2 rounded-full bg-accent" style={{ left: at(level.mean) }} />
      </span>
    </>
  )
}

const hundred = (rate: number) => (rate * 100).toFixed(1)

const total = (e: LearnedEvidence) => e.positive + e.negative + e.neutral + e.outcomes + e.messages + e.visits

function subject({ channel, segmentName, hourBand }: LearnedLevel): string {
  const what = channels[channel ?? ''] ?? 'All messages'
  return [segmentName ? `${what} to ${segmentName.charAt(0).toLowerCase()}${segmentName.slice(1)}` : what, times[hourBand ?? '']].filter(Boolean).join(' ')
}

function from(e: LearnedEvidence): string {
  const ratings = e.positive + e.negative + e.neutral
  const parts: string[] = []
  if (ratings > 0) parts.push(`${formatCount(ratings)} ${ratings === 1 ? 'rating' : 'ratings'}, ${formatCount(e.positive)} positive`)
  if (e.outcomes > 0) parts.push(`${formatCount(e.outcomes)} ${e.outcomes === 1 ? 'campaign' : 'campaigns'}`)
  if (e.messages > 0) parts.push(`${formatCount(e.messages)} messages, ${formatCount(e.clicked)} clicked, ${formatCount(e.ordered)} with an order`)
  else if (e.visits > 0) parts.push(`${formatCount(e.visits)} visits, ${formatCount(e.visitOrders)} orders`)
  return parts.join('; ') || 'Nothing of its own yet'
}
