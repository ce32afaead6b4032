import { useState } from 'react'
import { fieldFault } from '@/api/problem'
import { Button } from '@/ui/Button'
import { Field, PasswordField } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { useSignIn } from './useSignIn'

export function SignUpForm({ onDone, autoFocus, action = 'Create account' }: { onDone: () => void; autoFocus?: boolean; action?: string }) {
  const [values, setValues] = useState({ firstName: '', lastName: '', companyName: '', email: '', password: '' })
  const { problem, busy, signUp } = useSignIn(onDone)
  const put = (name: keyof typeof values) => (event: React.ChangeEvent<HTMLInputElement>) => setValues({ ...values, [name]: event.target.value })
  const taken = problem?.code === 'email_taken'
  return (
    <form
      className="space-y-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void signUp({ ...values, companyName: values.companyName.trim() || undefined })
      }}
    >
      {problem && !taken && !problem.errors?.length && (
        <Notice tone="danger" role="alert">
          {problem.detail}
        </Notice>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        <Field label="First name" autoComplete="given-name" autoFocus={autoFocus} required value={values.firstName} onChange={put('firstName')} fault={fieldFault(problem, 'firstName')} />
        <Field label="Last name" autoComplete="family-name" required value={values.lastName} onChange={put('lastName')} fault={fieldFault(problem, 'lastName')} />
      </div>
      <Field label="Company" optional autoComplete="organization" value={values.companyName} onChange={put('companyName')} fault={fieldFault(problem, 'companyName')} />
      <Field
        label="Work email"
        type="email"
        autoComplete="username"
        required
        value={values.email}
        onChange={put('email')}
        fault={taken ? 'There is an account with this address. Log in instead.' : fieldFault(problem, 'email')}
      />
      <PasswordField label="Password" autoComplete="new-password" required minLength={10} hint="At least 10 characters." value={values.password} onChange={put('password')} fault={fieldFault(problem, 'password')} />
      <Button type="submit" variant="primary" size="lg" className="w-full" busy={busy} disabled={!values.firstName || !values.lastName || !values.email || !values.password}>
        {action}
      </Button>
    </form>
  )
}
