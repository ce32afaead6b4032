import { NavLink, Navigate, useParams } from 'react-router-dom'
import { cx } from '@/lib/cx'
import { usePageTitle } from '@/lib/hooks'
import { PageBar } from '@/ui/PageBar'
import { Learning } from './Learning'
import { Profile } from './Profile'
import { Providers } from './Providers'
import { Security } from './Security'
import { Workspace } from './Workspace'

const sections = [
  { key: 'profile', name: 'Profile', page: Profile },
  { key: 'security', name: 'Password and sessions', page: Security },
  { key: 'workspace', name: 'Workspace', page: Workspace },
  { key: 'ai', name: 'AI', page: Providers },
  { key: 'learning', name: 'Learning', page: Learning },
]

export default function SettingsPage() {
  const { section } = useParams()
  const current = sections.find((s) => s.key === (section ?? 'profile'))
  usePageTitle('Settings')
  if (!current) return <Navigate to="/settings" replace />
  const Page = current.page
  return (
    <>
      <PageBar title="Settings" />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="page grid gap-x-10 gap-y-6 md:grid-cols-[11rem_minmax(0,1fr)]">
          <nav aria-label="Settings" className="-mx-1 overflow-x-auto px-1">
            <ul className="flex gap-1 md:sticky md:top-0 md:flex-col">
              {sections.map((s) => (
                <li key={s.key}>
                  <NavLink
                    to={s.key === 'profile' ? '/settings' : `/settings/${s.key}`}
                    end
                    className={cx(
                      'flex h-8 items-center rounded-md px-2.5 text-base whitespace-nowrap focus-visible:-outline-offset-2 coarse:h-10',
                      s === current ? 'bg-active font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
                    )}
                  >
                    {s.name}
                  </NavLink>
                </li>
              ))}
            </ul>
          </nav>
          <div className="max-w-2xl min-w-0 space-y-6">
            <Page />
          </div>
        </div>
      </div>
    </>
  )
}
