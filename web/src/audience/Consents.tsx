import { Switch } from 'radix-ui'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import type { Customer, CustomerChannel } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatDateTime, formatDay } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { toastShown } from '@/ui/toast'
import { customersApi } from './customers'
import { Panel } from './Panel'

const names: Record<CustomerChannel['channel'], string> = { email: 'Email', sms: 'SMS', push: 'Push', whatsapp: 'WhatsApp' }
const within: Record<CustomerChannel['channel'], string> = { email: 'email', sms: 'SMS', push: 'push', whatsapp: 'WhatsApp' }
const addresses: Record<CustomerChannel['channel'], string> = { email: 'no email address', sms: 'no phone number', push: 'no device', whatsapp: 'no phone number' }

/** What a customer allows, by channel, with the change of it. */
export function Consents({ customer }: { customer: Customer }) {
  const timeZone = useMe()?.workspace.timeZone
  const [change, setChange] = useState<{ channel: CustomerChannel; status: 'granted' | 'revoked' }>()
  return (
    <Panel title="Consent">
      <ul className="space-y-2.5">
        {customer.channels.map((channel) => (
          <li key={channel.channel} className="flex items-start gap-3">
            <div className="min-w-0 flex-1">
              <p className="text-base">{names[channel.channel]}</p>
              <p className="text-sm text-ink-3">{stateOf(channel, timeZone)}</p>
            </div>
            <Switch.Root
              aria-label={`${names[channel.channel]}: consent`}
              checked={channel.consent === 'granted'}
              onCheckedChange={(granted) => setChange({ channel, status: granted ? 'granted' : 'revoked' })}
              className="mt-0.5 inline-flex h-5 w-9 shrink-0 items-center rounded-full bg-line-strong p-0.5 transition-colors data-[state=checked]:bg-accent"
            >
              <Switch.Thumb className="size-4 rounded-full bg-raised transition-transform data-[state=checked]:translate-x-4" />
            </Switch.Root>
          </li>
        ))}
      </ul>
      {change && <ChangeDialog customerId={customer.id} {...change} onClose={() => setChange(undefined)} />}
    </Panel>
  )
}

function stateOf(c: CustomerChannel, timeZone?: string): string {
  const said = c.consent === 'granted' ? 'Allowed' : c.consent === 'revoked' ? 'Not allowed' : 'Never asked'
  const parts = [c.consentAt ? `${said} since ${formatDay(c.consentAt, timeZone)}` : said]
  if (c.change?.source) parts.push(c.change.source)
  if (c.lacks.includes('address')) parts.push(addresses[c.channel])
  return parts.join(' · ')
}

/** Asks where the customer said so: consent is only worth what can be shown of it. */
function ChangeDialog({ customerId, channel, status, onClose }: { customerId: string; channel: CustomerChannel; status: 'granted' | 'revoked'; onClose: () => void }) {
  const dispatch = useDispatch()
  const timeZone = useMe()?.workspace.timeZone
  const [now] = useState(() => Date.now())
  const [source, setSource] = useState('')
  const [note, setNote] = useState('')
  const [problem, setProblem] = useState<string>()
  const [set, { isLoading }] = customersApi.useSetCustomerConsentMutation()
  const name = within[channel.channel]
  const needsSource = status === 'granted' && !source.trim()
  const submit = async () => {
    if (isLoading || needsSource) return
    setProblem(undefined)
    try {
      await set({ id: customerId, setCustomerConsentRequest: { channel: channel.channel, status, ...(source.trim() && { source: source.trim() }), ...(note.trim() && { note: note.trim() }) } }).unwrap()
      dispatch(toastShown(status === 'granted' ? `Messages by ${name} are allowed.` : `Messages by ${name} are not allowed any more.`))
      onClose()
    } catch (error) {
      setProblem(problemOf(error).detail)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={status === 'granted' ? `Allow messages by ${name}?` : `Stop messages by ${name}?`}
      description={
        status === 'granted'
          ? 'Only if they said so. It is kept with your name and the time, and campaigns may reach them from now on.'
          : 'Campaigns skip them on this channel from now on. It is kept with your name and the time.'
      }
    >
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {problem && (
          <Notice tone="danger" role="alert">
            {problem}
          </Notice>
        )}
        <Field label="Where they said it" optional={status === 'revoked'} value={source} maxLength={100} autoFocus placeholder="e.g. phone call" autoComplete="off" onChange={(event) => setSource(event.target.value)} hint={`Recorded ${formatDateTime(now, timeZone)}${timeZone ? ` (${timeZone})` : ''}.`} />
        <Field label="Note" optional value={note} maxLength={1000} autoComplete="off" onChange={(event) => setNote(event.target.value)} />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant={status === 'granted' ? 'primary' : 'danger'} busy={isLoading} disabled={needsSource}>
            {status === 'granted' ? `Allow ${name}` : `Stop ${name}`}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
