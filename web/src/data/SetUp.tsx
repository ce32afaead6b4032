import { Check, Copy, KeyRound, LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { Link } from 'react-router-dom'
import { api } from '@/api/api'
import type { DataSource } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { formatAgo } from '@/lib/format'
import { useCopy } from '@/lib/hooks'
import { Button } from '@/ui/Button'
import { Confirm } from '@/ui/Dialog'
import { Segmented } from '@/ui/Segmented'
import { toastShown } from '@/ui/toast'
import { CodeBlock } from './CodeBlock'
import { snippetsFor } from './snippets'
import { eventName } from './sources'

/** How events are sent to a data source: its write key, what to paste, and whether it works. */
export function SetUp({ source }: { source: DataSource }) {
  const writeKey = source.writeKey ?? ''
  const snippets = snippetsFor(source.type, writeKey, `${location.origin}/api`)
  const [key, setKey] = useState(snippets[0]!.key)
  const shown = snippets.find((s) => s.key === key) ?? snippets[0]!
  return (
    <div className="space-y-5">
      <Arrival source={source} />
      <WriteKey source={source} writeKey={writeKey} />
      <section aria-labelledby="send" className="rounded-xl border border-line bg-surface p-4 sm:p-5">
        <div className="flex flex-wrap items-center justify-between gap-3">
          <h3 id="send" className="text-lg font-semibold tracking-[-0.01em]">
            Send events
          </h3>
          <Segmented label="Send with" value={shown.key} onChange={setKey} choices={snippets.map((s) => ({ value: s.key, label: s.label }))} />
        </div>
        <ol className="mt-3 list-decimal space-y-1 pl-5 text-base text-ink-2 marker:text-ink-3">
          {shown.steps.map((step) => (
            <li key={step}>{step}</li>
          ))}
        </ol>
        <div className="mt-4">
          <CodeBlock code={shown.code} name={shown.name} className="max-h-104" />
        </div>
      </section>
    </div>
  )
}

/** Whether something has arrived, looked for until it has. */
function Arrival({ source }: { source: DataSource }) {
  const [arrived, setArrived] = useState(false)
  const { data } = api.useListReceivedEventsQuery({ id: source.id, limit: 1 }, { pollingInterval: arrived ? 0 : 2500, refetchOnMountOrArgChange: true })
  const last = data?.items[0]
  if (last && !arrived) setArrived(true)
  if (source.status === 'paused') {
    return (
      <p role="status" className="rounded-lg border border-warn-line bg-warn-soft px-3.5 py-2.5 text-base text-warn-text">
        Paused: what is sent is refused and not kept. Take events again in the menu above.
      </p>
    )
  }
  return (
    <p role="status" className="flex min-h-10 flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg border border-line bg-surface px-3.5 py-2 text-base">
      {last ? (
        <>
          <Check size={16} aria-hidden="true" className="text-accent-text" />
          <span>
            It works: {eventName(last).toLowerCase()}, {formatAgo(last.occurredAt)}.
          </span>
          <Link to={`/data/${source.id}/received`} className="text-accent-text underline underline-offset-2">
            See what arrives
          </Link>
        </>
      ) : (
        <>
          <LoaderCircle size={16} aria-hidden="true" className="animate-spin text-ink-3" />
          <span className="text-ink-2">Waiting for the first event. It shows here by itself.</span>
        </>
      )}
    </p>
  )
}

function WriteKey({ source, writeKey }: { source: DataSource; writeKey: string }) {
  const dispatch = useDispatch()
  const { copied, copy } = useCopy()
  const [asking, setAsking] = useState(false)
  const [renew, renewing] = api.useRenewWriteKeyMutation()
  return (
    <section aria-labelledby="write-key" className="rounded-xl border border-line bg-surface p-4 sm:p-5">
      <h3 id="write-key" className="flex items-center gap-2 text-lg font-semibold tracking-[-0.01em]">
        <KeyRound size={17} aria-hidden="true" className="text-accent-text" />
        Write key
      </h3>
      <p className="mt-0.5 max-w-2xl text-base text-ink-2">Says which data source an event is for. It may stand in a web page: it lets nobody read anything.</p>
      <div className="mt-3 flex flex-wrap items-center gap-2">
        <code className="min-w-0 flex-1 basis-64 rounded-md border border-line bg-sunken px-3 py-1.5 font-mono text-xs leading-5 [overflow-wrap:anywhere]">{writeKey}</code>
        <Button icon={copied ? <Check size={15} /> : <Copy size={15} />} aria-label={copied ? 'Copied' : 'Copy the write key'} onClick={() => copy(writeKey)}>
          {copied ? 'Copied' : 'Copy'}
        </Button>
        <Button onClick={() => setAsking(true)}>Replace</Button>
      </div>
      {asking && (
        <Confirm
          open
          onOpenChange={(open) => !open && setAsking(false)}
          title="Replace the write key?"
          description="What is sent with the key as it is now is refused within seconds, and not kept. Have the new one at hand wherever events come from."
          action="Replace the key"
          busy={renewing.isLoading}
          onConfirm={() =>
            void renew({ id: source.id })
              .unwrap()
              .then(() => dispatch(toastShown('The new write key is in place. Paste it wherever events come from.')))
              .catch((error: unknown) => dispatch(toastShown(problemOf(error).detail, 'danger')))
              .finally(() => setAsking(false))
          }
        />
      )}
    </section>
  )
}
