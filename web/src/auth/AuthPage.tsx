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

/** What one signs up for, as it looks: a question, and the head of a campaign that answers it. */
function Aside() {
  const reach = [
    { name: 'Email', width: '81%' },
    { name: 'SMS', width: '48%' },
    { name: 'WhatsApp', width: '31%' },
  ]
  return (
    <aside aria-label="What an answer looks like" className="hidden border-l border-line bg-sunken lg:grid">
      <div className="m-auto w-full max-w-xl space-y-5 p-12">
        <p className="ml-auto w-fit max-w-[80%] rounded-xl rounded-br-xs bg-active px-3.5 py-2 text-md">Who abandoned a cart this week, and what would bring them back?</p>
        <p className="max-w-[92%] text-md leading-[1.6]">
          Counted over every event you have, with the query behind each number, and a campaign that is ready to check:
        </p>
        <div className="rounded-xl border border-line bg-surface p-5">
          <p className="text-xs font-medium text-accent-text">Campaign · Cart abandoners</p>
          <p className="mt-0.5 text-lg font-semibold tracking-[-0.01em]">Bring back this week’s open carts</p>
          <ul className="mt-4 space-y-2">
            {reach.map(({ name, width }) => (
              <li key={name} className="grid grid-cols-[5.5rem_minmax(0,1fr)] items-center gap-2 text-sm text-ink-2">
                {name}
                <span aria-hidden="true" className="h-1 rounded-full bg-active">
                  <span className="block h-full rounded-full bg-accent" style={{ width }} />
                </span>
              </li>
            ))}
          </ul>
          <p className="mt-4 flex justify-between text-sm text-ink-2">
            Expected result, with its range <span className="text-xs text-ink-3">estimate</span>
          </p>
          <div aria-hidden="true" className="relative mt-2 h-2 rounded-full bg-active">
            <span className="absolute inset-y-0 right-[22%] left-[38%] rounded-full bg-accent-line" />
            <span className="absolute -inset-y-0.5 left-[56%] w-[3px] rounded-full bg-accent" />
          </div>
        </div>
        <p className="text-base text-ink-2">Nothing you start is lost: close the laptop, and the answer is there when you are back.</p>
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
