import { Bot, Calculator } from 'lucide-react'
import { api } from '@/api/api'
import { problemOf } from '@/api/problem'
import { formatCount } from '@/lib/format'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { Panel } from './Panel'

const known: Record<string, { title: string; text: string }> = {
  openai: { title: 'Language model', text: 'Writes answers in its own words and looks things up in your data.' },
  analyst: { title: 'Built-in analyst', text: 'Needs no key and no network. It answers when there is no model, or the model is away, and says so.' },
}

export function Providers() {
  const { data, error, isLoading, refetch } = api.useListAiProvidersQuery(undefined, { pollingInterval: 15_000, skipPollingIfUnfocused: true, refetchOnMountOrArgChange: true })
  return (
    <Panel title="Who answers" description="The first one that is well answers. Keys are set where PulseHub is installed.">
      {isLoading && (
        <Loading label="Loading the providers" className="space-y-3">
          <Skeleton className="h-12 w-full" />
          <Skeleton className="h-12 w-full" />
        </Loading>
      )}
      {error !== undefined && (
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
      )}
      <ul className="divide-y divide-line">
        {data?.map((provider) => {
          const words = known[provider.name] ?? { title: provider.name, text: '' }
          const Icon = provider.name === 'analyst' ? Calculator : Bot
          return (
            <li key={provider.name} className="flex items-start gap-3 py-3.5 first:pt-0 last:pb-0">
              <Icon size={18} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-2 text-base font-medium">
                  {words.title}
                  {provider.model && provider.name !== 'analyst' && <code className="font-mono text-xs text-ink-2">{provider.model}</code>}
                  <State healthy={provider.healthy} circuit={provider.circuit} />
                </p>
                <p className="mt-0.5 text-sm text-ink-2">{words.text}</p>
                {provider.latencyMs !== undefined && provider.latencyMs > 0 && (
                  <p className="mt-0.5 text-sm text-ink-3 tabular">Begins to answer after {formatCount(provider.latencyMs)} ms</p>
                )}
              </div>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}

function State({ healthy, circuit }: { healthy: boolean; circuit: string }) {
  if (circuit === 'open') return <Badge tone="danger">Away, tried again soon</Badge>
  if (circuit === 'half_open') return <Badge tone="warn">Being tried again</Badge>
  return healthy ? <Badge tone="accent">Well</Badge> : <Badge tone="warn">Not well</Badge>
}
