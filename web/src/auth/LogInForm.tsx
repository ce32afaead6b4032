import { useEffect, useRef, useState } from 'react'
import { fieldFault } from '@/api/problem'
import { Button } from '@/ui/Button'
import { Field, PasswordField } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { useSignIn } from './useSignIn'

export function LogInForm({ onDone, autoFocus }: { onDone: () => void; autoFocus?: boolean }) {
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const { problem, busy, logIn } = useSignIn(onDone)
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (problem?.status === 401) field.current?.select()
  }, [problem])
  return (
    <form
      className="space-y-4"
      noValidate
      onSubmit={(event) => {
        event.preventDefault()
        void logIn({ email, password })
      }}
    >
      {problem && !problem.errors?.length && (
        <Notice tone="danger" role="alert">
          {problem.detail}
        </Notice>
      )}
      <Field label="Email" type="email" name="email" autoComplete="username" autoFocus={autoFocus} required value={email} onChange={(e) => setEmail(e.target.value)} fault={fieldFault(problem, 'email')} />
      <PasswordField ref={field} label="Password" name="password" autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.target.value)} fault={fieldFault(problem, 'password')} />
      <Button type="submit" variant="primary" size="lg" className="w-full" busy={busy} disabled={!email || !password}>
        Log in
      </Button>
    </form>
  )
}
