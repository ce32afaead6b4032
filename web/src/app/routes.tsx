import { lazy, Suspense, type ReactNode } from 'react'
import { createBrowserRouter, Navigate, useLocation } from 'react-router-dom'
import { useSelector } from 'react-redux'
import { SignInPanel } from '@/auth/SignInPanel'
import { ChatPage } from '@/chat/ChatPage'
import { selectSignedIn } from '@/session/session'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { NotFoundPage, RouteError } from './ErrorPages'
import { Shell } from './Shell'

const AnalyticsPage = lazy(() => import('@/analytics/AnalyticsPage'))
const AudiencePage = lazy(() => import('@/audience/AudiencePage'))
const DataPage = lazy(() => import('@/data/DataPage'))
const SourcePage = lazy(() => import('@/data/SourcePage'))
const DemoDataInvite = lazy(() => import('@/data/DemoDataInvite'))
const SettingsPage = lazy(() => import('@/settings/SettingsPage'))
const LogInPage = lazy(() => import('@/auth/AuthPage').then((m) => ({ default: m.LogInPage })))
const SignUpPage = lazy(() => import('@/auth/AuthPage').then((m) => ({ default: m.SignUpPage })))

function Chat() {
  const signedIn = useSelector(selectSignedIn)
  return (
    <ChatPage
      signedIn={signedIn}
      signInPanel={(onSignedIn) => <SignInPanel onDone={onSignedIn} />}
      dataInvite={
        <Suspense fallback={<Skeleton className="h-36 w-full rounded-xl" />}>
          <DemoDataInvite />
        </Suspense>
      }
    />
  )
}

/** Pages that need an account send a visitor to log in, and bring them back. */
function Private({ children }: { children: ReactNode }) {
  const signedIn = useSelector(selectSignedIn)
  const { pathname } = useLocation()
  if (!signedIn) return <Navigate to="/login" state={{ from: pathname }} replace />
  return <Suspense fallback={<PageSkeleton />}>{children}</Suspense>
}

function PageSkeleton() {
  return (
    <Loading label="Loading the page" className="flex-1">
      <div className="h-12 border-b border-line" />
      <div className="page space-y-4">
        <Skeleton className="h-8 w-48" />
        <Skeleton className="h-40 w-full rounded-xl" />
        <Skeleton className="h-40 w-full rounded-xl" />
      </div>
    </Loading>
  )
}

export const makeRouter = () =>
  createBrowserRouter(
    [
      {
        errorElement: <RouteError alone />,
        children: [
          {
            element: <Shell />,
            children: [
              {
                // Inside the shell, so that one can go elsewhere from a page that broke.
                errorElement: <RouteError />,
                children: [
                  // One element for both, so that a conversation's first question does not begin the page anew.
                  { element: <Chat />, children: [{ path: '/', element: null }, { path: '/c/:conversationId', element: null }] },
                  { path: '/analytics', element: <Private><AnalyticsPage /></Private> },
                  { path: '/audience/*', element: <Private><AudiencePage /></Private> },
                  { path: '/data', element: <Private><DataPage /></Private> },
                  { path: '/data/:sourceId/:tab?', element: <Private><SourcePage /></Private> },
                  { path: '/settings/:section?', element: <Private><SettingsPage /></Private> },
                  { path: '*', element: <NotFoundPage /> },
                ],
              },
            ],
          },
          { path: '/login', element: <Suspense><LogInPage /></Suspense> },
          { path: '/signup', element: <Suspense><SignUpPage /></Suspense> },
        ],
      },
    ],
    { future: { v7_relativeSplatPath: true, v7_fetcherPersist: true, v7_normalizeFormMethod: true, v7_partialHydration: true, v7_skipActionErrorRevalidation: true } },
  )
