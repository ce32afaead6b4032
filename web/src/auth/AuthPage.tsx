import { type ReactNode } from 'react'
import { Link, Navigate, useLocation, useNavigate } from 'react-router-dom'
import { useSelector } from 'react-redux'
import { usePageTitle } from '@/lib/hooks'
import { selectSignedIn } from '@/session/session'
import { Logo } from '@/ui/Logo'
import { LogInForm } from './LogInForm'
import { SignUpForm } from './SignUpForm'

export function LogInPage() {
  return (
    <Frame title="Log in" lead="Welcome back." other={<>New here? <AuthLink to="/signup">Create an account</AuthLink></>}>
      {(done) => <LogInForm onDone={done} autoFocus />}
    </Frame>
  )
}

export function SignUpPage() {
  return (
    <Frame title="Create your account" lead="Your own workspace, with demo data if you want it." other={<>Have an account? <AuthLink to="/login">Log in</AuthLink></>}>
      {(done) => <SignUpForm onDone={done} autoFocus />}
    </Frame>
  )
}

function Frame({ title, lead, other, children }: { title: string; lead: string; other: ReactNode; children: (done: () => void) => ReactNode }) {
  usePageTitle(title)
  const navigate = useNavigate()
  const signedIn = useSelector(selectSignedIn)
  const from = backTo(useLocation().state)
  if (signedIn) return <Navigate to={from} replace />
  return (
    <main className="grid h-full overflow-y-auto lg:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
      <div className="flex flex-col px-5 py-6 sm:px-10">
        <Link to="/" className="flex w-fit items-center gap-2.5 rounded-sm text-lg font-semibold tracking-[-0.015em]">
          <Logo /> PulseHub
        </Link>
        <div className="mx-auto my-auto w-full max-w-sm py-10">
          <h1 className="text-2xl font-semibold tracking-[-0.02em]">{title}</h1>
          <p className="mt-1.5 mb-7 text-md text-ink-2">{lead}</p>
          {children(() => navigate(from, { replace: true }))}
          <p className="mt-6 text-base text-ink-2">{other}</p>
        </div>
      </div>
      <Aside />
    </main>
  )
}

/** What one signs up for, as it looks. */
function Aside() {
  return (
    <aside aria-label="What an answer looks like" className="hidden border-l border-line bg-sunken lg:grid">
      <div className="m-auto w-full max-w-xl space-y-5 p-12">
        <p className="ml-auto w-fit max-w-[85%] rounded-xl rounded-br-xs bg-active px-3.5 py-2 text-md">Who abandoned a cart this week, and what would bring them back?</p>
        <p className="max-w-[92%] text-md leading-[1.6] text-ink-2">
          The answer counts every event you have, shows the query behind each number, and ends with a campaign that is ready to check: whom to write to, on which channel, with which words, and when.
        </p>
        <ul className="grid gap-2.5 text-base text-ink-2">
          {['Numbers you can trace to the query they came from', 'Messages shown as they will look in the inbox', 'Expected results with their range, never a promise', 'Answers that go on when you close the laptop'].map((text) => (
            <li key={text} className="flex items-center gap-3 rounded-lg border border-line bg-surface px-3.5 py-2.5">
              <span aria-hidden="true" className="size-1.5 shrink-0 rounded-full bg-accent" />
              {text}
            </li>
          ))}
        </ul>
      </div>
    </aside>
  )
}

function AuthLink({ to, children }: { to: string; children: ReactNode }) {
  const { state } = useLocation() as { state: unknown }
  return (
    <Link to={to} state={state} replace className="font-medium text-accent-text underline underline-offset-2">
      {children}
    </Link>
  )
}

function backTo(state: unknown): string {
  const from = (state as { from?: unknown } | null)?.from
  return typeof from === 'string' && from.startsWith('/') ? from : '/'
}
