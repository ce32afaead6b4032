import { ChartLine, CircleHelp, Filter, HeartHandshake, Lightbulb, LockKeyhole, Mail, ShoppingCart, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { api } from '@/api/api'
import { formatCount } from '@/lib/format'
import { Skeleton } from '@/ui/Skeleton'

interface EmptyStateProps {
  signedIn: boolean
  firstName?: string
  dataInvite: ReactNode
  onAsk: (question: string) => void
}

interface Suggestion {
  icon: LucideIcon
  text: string
  about: string
  locked?: boolean
  /** The segment that it is about, whose size is shown. */
  segment?: string
}

const withData: Suggestion[] = [
  { icon: ShoppingCart, text: 'Which customers abandoned their carts this week and how do I win them back?', about: 'Cart recovery', segment: 'cart_abandoners' },
  { icon: HeartHandshake, text: 'Who are my best customers, and how do I keep them?', about: 'Loyalty', segment: 'high_value_customers' },
  { icon: ChartLine, text: 'How did revenue develop over the last 30 days?', about: 'Revenue' },
  { icon: Filter, text: 'Where do people drop out between the first visit and the order?', about: 'Funnel' },
]

const forVisitors: Suggestion[] = [
  { icon: CircleHelp, text: 'What can PulseHub do for my shop?', about: 'Start here' },
  { icon: Mail, text: 'How do I write a win-back email that people open?', about: 'Writing' },
  { icon: Lightbulb, text: 'When is a discount worth it, and when is it not?', about: 'Strategy' },
  { icon: ShoppingCart, text: 'Which customers abandoned their carts this week and how do I win them back?', about: 'Cart recovery', locked: true },
]

/** The page before the first question: what PulseHub can say about this workspace's data. */
export function EmptyState({ signedIn, firstName, dataInvite, onAsk }: EmptyStateProps) {
  const { data: overview, isLoading, isError } = api.useGetAnalyticsOverviewQuery({}, { skip: !signedIn })
  const without = signedIn && overview?.events === 0
  const suggestions = signedIn ? withData : forVisitors
  return (
    <div className="min-h-0 flex-1 overflow-y-auto [scrollbar-gutter:stable]">
      <div className="column flex min-h-full flex-col justify-center py-8">
        <h2 className="text-2xl font-semibold tracking-[-0.022em] text-balance sm:text-3xl">
          {signedIn ? greeting(firstName) : 'Ask your customer data'}
        </h2>
        <div className="mt-2 min-h-6 max-w-2xl text-lg text-ink-2">
          {!signedIn ? (
            'Who to write to, on which channel, with which words, and when. Answers come from every event you have, with the numbers to check.'
          ) : isLoading ? (
            <Skeleton className="mt-1.5 h-4 w-72" />
          ) : without ? (
            'Your workspace has no data yet. With some, every answer comes from it.'
          ) : overview && !isError ? (
            <>
              Ready to answer from <span className="tabular">{formatCount(overview.events)}</span> events of <span className="tabular">{formatCount(overview.customers)}</span> customers.
            </>
          ) : (
            'What would you like to know?'
          )}
        </div>
        {without ? (
          <div className="mt-6">{dataInvite}</div>
        ) : (
          <ul className="mt-7 grid gap-2.5 sm:grid-cols-2" aria-label="Questions to start with">
            {suggestions.map(({ icon: Icon, text, about, locked, segment }) => (
              <li key={text}>
                <button
                  type="button"
                  onClick={() => onAsk(text)}
                  className="group flex h-full w-full items-start gap-3 rounded-lg border border-line bg-surface p-3.5 text-left transition-colors duration-100 hover:border-accent-line hover:bg-accent-soft"
                >
                  <Icon size={17} aria-hidden="true" className="mt-0.5 shrink-0 text-accent-text" />
                  <span className="min-w-0">
                    <span className="flex items-center gap-1.5 text-xs font-medium text-ink-3">
                      {about}
                      {segment && <SegmentSize size={overview?.segments.find((s) => s.key === segment)?.size} />}
                      {locked && (
                        <>
                          <LockKeyhole size={11} aria-hidden="true" /> with an account
                        </>
                      )}
                    </span>
                    <span className="mt-0.5 block text-base leading-[1.45] text-ink">{text}</span>
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
    </div>
  )
}

function SegmentSize({ size }: { size: number | undefined }) {
  return size ? <span className="tabular">· {size === 1 ? '1 person' : `${formatCount(size)} people`} now</span> : null
}

function greeting(firstName: string | undefined): string {
  const hour = new Date().getHours()
  const time = hour < 5 ? 'Hello' : hour < 12 ? 'Good morning' : hour < 18 ? 'Good afternoon' : 'Good evening'
  return firstName ? `${time}, ${firstName}` : time
}
