import { useState } from 'react'
import { api } from '@/api/api'
import type { Profile as Me } from '@/api/generated'
import { useMe } from '@/api/me'
import { fieldFault } from '@/api/problem'
import { Button } from '@/ui/Button'
import { Field, PasswordField } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { Skeleton } from '@/ui/Skeleton'
import { Panel } from './Panel'
import { useSave } from './useSave'

export function Profile() {
  const me = useMe()
  if (!me) return <Skeleton className="h-72 w-full rounded-xl" />
  return (
    <>
      <Names key={`${me.firstName} ${me.lastName} ${me.companyName ?? ''}`} me={me} />
      <Address key={me.email} me={me} />
    </>
  )
}

function Names({ me }: { me: Me }) {
  const [values, setValues] = useState({ firstName: me.firstName, lastName: me.lastName, companyName: me.companyName ?? '' })
  const [update] = api.useUpdateProfileMutation()
  const { save, busy, problem } = useSave()
  const put = (name: keyof typeof values) => (event: React.ChangeEvent<HTMLInputElement>) => setValues({ ...values, [name]: event.target.value })
  const changed = values.firstName !== me.firstName || values.lastName !== me.lastName || values.companyName !== (me.companyName ?? '')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save(() => update({ updateProfileInputBody: values }).unwrap(), 'Your profile is saved.')
      }}
    >
      <Panel
        title="Profile"
        description="Your company’s name is what recipients read in message previews."
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
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="First name" autoComplete="given-name" value={values.firstName} onChange={put('firstName')} fault={fieldFault(problem, 'firstName')} />
          <Field label="Last name" autoComplete="family-name" value={values.lastName} onChange={put('lastName')} fault={fieldFault(problem, 'lastName')} />
        </div>
        <Field label="Company" optional autoComplete="organization" value={values.companyName} onChange={put('companyName')} fault={fieldFault(problem, 'companyName')} />
      </Panel>
    </form>
  )
}

function Address({ me }: { me: Me }) {
  const [email, setEmail] = useState(me.email)
  const [password, setPassword] = useState('')
  const [update] = api.useUpdateProfileMutation()
  const { save, busy, problem } = useSave()
  const changed = email.trim() !== me.email
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void save(() => update({ updateProfileInputBody: { email, password } }).unwrap(), 'Your email address is changed.')
      }}
    >
      <Panel
        title="Email"
        description="You log in with it."
        footer={
          <Button type="submit" variant="primary" busy={busy} disabled={!changed || !password}>
            Change email
          </Button>
        }
      >
        {problem && !problem.errors?.length && problem.code !== 'wrong_password' && (
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        )}
        <Field label="Email" type="email" autoComplete="email" value={email} onChange={(e) => setEmail(e.target.value)} fault={fieldFault(problem, 'email')} />
        {changed && (
          <PasswordField
            label="Your password, to confirm"
            autoComplete="current-password"
            value={password}
            onChange={(e) => setPassword(e.target.value)}
            fault={problem?.code === 'wrong_password' ? 'This is not your password.' : fieldFault(problem, 'password')}
          />
        )}
      </Panel>
    </form>
  )
}
