import { Laptop, LogOut, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { api } from '@/api/api'
import { useMe } from '@/api/me'
import { fieldFault, problemOf } from '@/api/problem'
import { formatAgo, formatDateTime } from '@/lib/format'
import { beginSession } from '@/session/session'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { Confirm } from '@/ui/Dialog'
import { PasswordField } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { toastShown } from '@/ui/toast'
import { Panel } from './Panel'
import { useSave } from './useSave'

export function Security() {
  return (
    <>
      <Password />
      <Sessions />
    </>
  )
}

function Password() {
  const dispatch = useDispatch() as (action: unknown) => unknown
  const [current, setCurrent] = useState('')
  const [next, setNext] = useState('')
  const [change] = api.useChangePasswordMutation()
  const { save, busy, problem } = useSave()
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save(async () => {
          const { tokens } = await change({ changePasswordInputBody: { currentPassword: current, newPassword: next } }).unwrap()
          dispatch(beginSession(tokens))
          dispatch(api.util.invalidateTags(['Sessions']))
        }, 'Your password is changed. Other devices are logged out.').then((done) => {
          if (!done) return
          setCurrent('')
          setNext('')
        })
      }}
    >
      <Panel
        title="Password"
        description="Changing it logs out every other device."
        footer={
          <Button type="submit" variant="primary" busy={busy} disabled={!current || !next}>
            Change password
          </Button>
        }
      >
        {problem && !problem.errors?.length && problem.code !== 'wrong_password' && (
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        )}
        <PasswordField
          label="Current password"
          autoComplete="current-password"
          value={current}
          onChange={(e) => setCurrent(e.target.value)}
          fault={problem?.code === 'wrong_password' ? 'This is not your password.' : fieldFault(problem, 'currentPassword')}
        />
        <PasswordField label="New password" autoComplete="new-password" hint="At least 10 characters." value={next} onChange={(e) => setNext(e.target.value)} fault={fieldFault(problem, 'newPassword')} />
      </Panel>
    </form>
  )
}

function Sessions() {
  const dispatch = useDispatch() as (action: unknown) => unknown
  const timeZone = useMe()?.workspace.timeZone
  const { data, error, isLoading, refetch } = api.useListSessionsQuery({ limit: 100 }, { refetchOnMountOrArgChange: true })
  const [end] = api.useEndSessionMutation()
  const [endOthers, ending] = api.useEndSessionsMutation()
  const [confirming, setConfirming] = useState(false)
  const others = data?.items.filter((s) => !s.current) ?? []
  const fail = (failure: unknown) => void dispatch(toastShown(problemOf(failure).detail, 'danger'))
  return (
    <Panel
      title="Where you are logged in"
      description="Log out what you do not know, and change your password then."
      footer={
        others.length > 0 && (
          <Button icon={<LogOut size={14} />} onClick={() => setConfirming(true)}>
            Log out everywhere else
          </Button>
        )
      }
    >
      {isLoading && (
        <Loading label="Loading your sessions" className="space-y-3">
          <Skeleton className="h-10 w-full" />
          <Skeleton className="h-10 w-full" />
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
        {data?.items.map((session) => {
          const Icon = /iphone|android|mobile|ipad/i.test(session.device) ? Smartphone : Laptop
          return (
            <li key={session.id} className="flex items-center gap-3 py-3 first:pt-0 last:pb-0">
              <Icon size={18} aria-hidden="true" className="shrink-0 text-ink-3" />
              <div className="min-w-0 flex-1">
                <p className="flex flex-wrap items-center gap-x-2 text-base font-medium">
                  {session.device}
                  {session.current && <Badge tone="accent">This device</Badge>}
                </p>
                <p className="text-sm text-ink-3">
                  {session.address} ·{' '}
                  <time dateTime={session.lastUsedAt} title={`${formatDateTime(session.lastUsedAt, timeZone)}${timeZone ? ` (${timeZone})` : ''}`}>
                    {session.current ? 'active now' : `last used ${formatAgo(session.lastUsedAt)}`}
                  </time>
                </p>
              </div>
              {!session.current && (
                <Button size="sm" aria-label={`Log out ${session.device}`} onClick={() => void end({ id: session.id }).unwrap().catch(fail)}>
                  Log out
                </Button>
              )}
            </li>
          )
        })}
      </ul>
      {confirming && (
        <Confirm
          open
          onOpenChange={(open) => !open && setConfirming(false)}
          title="Log out everywhere else?"
          description="Every other device is logged out at once. This one stays."
          action="Log out the others"
          busy={ending.isLoading}
          onConfirm={() =>
            void endOthers({ keepCurrent: true })
              .unwrap()
              .then(() => dispatch(toastShown('Every other device is logged out.')))
              .catch(fail)
              .finally(() => setConfirming(false))
          }
        />
      )}
    </Panel>
  )
}
