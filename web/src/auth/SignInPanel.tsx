import { useState } from 'react'
import { Segmented } from '@/ui/Segmented'
import { LogInForm } from './LogInForm'
import { SignUpForm } from './SignUpForm'

/** Signing in without leaving the conversation. onDone is called when there is a session. */
export function SignInPanel({ onDone }: { onDone: () => void }) {
  const [mode, setMode] = useState<'sign-up' | 'log-in'>('sign-up')
  return (
    <section aria-label="Sign in to get the answer" className="max-w-xl rounded-xl border border-accent-line bg-surface p-4 animate-appear sm:p-5">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0 flex-1 basis-60">
          <h3 className="text-lg font-semibold tracking-[-0.01em]">{mode === 'sign-up' ? 'Create an account to get the answer' : 'Log in to get the answer'}</h3>
          <p className="mt-1 text-base text-ink-2">It needs your workspace’s data. This conversation comes along, and your question is answered right away.</p>
        </div>
        <Segmented
          label="Account"
          value={mode}
          onChange={setMode}
          choices={[
            { value: 'sign-up', label: 'New here' },
            { value: 'log-in', label: 'Log in' },
          ]}
        />
      </div>
      <div className="mt-5">{mode === 'sign-up' ? <SignUpForm onDone={onDone} action="Create account and answer" /> : <LogInForm onDone={onDone} />}</div>
    </section>
  )
}
