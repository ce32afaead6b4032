import { useMemo, useState } from 'react'
import { api } from '@/api/api'
import type { Profile } from '@/api/generated'
import { useMe } from '@/api/me'
import { fieldFault } from '@/api/problem'
import { formatDateTime, formatMoney } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Select } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { Skeleton } from '@/ui/Skeleton'
import { Panel } from './Panel'
import { useSave } from './useSave'

export function Workspace() {
  const me = useMe()
  return me ? <Form key={`${me.workspace.timeZone} ${me.workspace.currency}`} me={me} /> : <Skeleton className="h-64 w-full rounded-xl" />
}

function Form({ me }: { me: Profile }) {
  const [timeZone, setTimeZone] = useState(me.workspace.timeZone)
  const [currency, setCurrency] = useState(me.workspace.currency)
  const [now] = useState(() => Date.now())
  const [update] = api.useUpdateProfileMutation()
  const { save, busy, problem } = useSave()
  const zones = useMemo(() => withValue(Intl.supportedValuesOf('timeZone'), me.workspace.timeZone), [me])
  const currencies = useMemo(() => withValue(Intl.supportedValuesOf('currency'), me.workspace.currency), [me])
  const names = useMemo(() => new Intl.DisplayNames(navigator.language, { type: 'currency' }), [])
  const changed = timeZone !== me.workspace.timeZone || currency !== me.workspace.currency
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save(() => update({ updateProfileInputBody: { timeZone, currency } }).unwrap(), 'Your workspace is saved.')
      }}
    >
      <Panel
        title={me.workspace.name}
        description="Days, weeks and best hours are counted in this time zone, and money is shown in this currency."
        footer={
          <Button type="submit" variant="primary" busy={busy} disabled={!changed}>
            Save
          </Button>
        }
      >
        {problem && !problem.errors?.length && (
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        )}
        <Select label="Time zone" value={timeZone} onChange={(e) => setTimeZone(e.target.value)} fault={fieldFault(problem, 'timeZone')} hint={`It is ${formatDateTime(now, timeZone)} there.`}>
          {zones.map((zone) => (
            <option key={zone} value={zone}>
              {zone.replaceAll('_', ' ')}
            </option>
          ))}
        </Select>
        <Select label="Currency" value={currency} onChange={(e) => setCurrency(e.target.value)} fault={fieldFault(problem, 'currency')} hint={`An order looks like this: ${formatMoney(84.5, currency)}`}>
          {currencies.map((code) => (
            <option key={code} value={code}>
              {code} {names.of(code) === code ? '' : names.of(code)}
            </option>
          ))}
        </Select>
      </Panel>
    </form>
  )
}

/** The list with the value in it, which the browser may not know. */
const withValue = (list: string[], value: string) => (list.includes(value) ? list : [value, ...list])
