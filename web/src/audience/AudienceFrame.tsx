import type { ReactNode } from 'react'
import { Link } from 'react-router-dom'
import { cx } from '@/lib/cx'
import { PageBar } from '@/ui/PageBar'

const tabs = [
  { key: 'segments', name: 'Segments', to: '/audience' },
  { key: 'customers', name: 'Customers', to: '/audience/customers' },
] as const

/** The frame of the two lists: segments and customers. */
export function AudienceFrame({ tab, actions, children }: { tab: 'segments' | 'customers'; actions?: ReactNode; children: ReactNode }) {
  return (
    <>
      <PageBar title="Audience" actions={actions} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <nav aria-label="Audience" className="border-b border-line px-3 sm:px-5">
          <ul className="mx-auto flex max-w-[92rem] gap-1">
            {tabs.map(({ key, name, to }) => (
              <li key={key}>
                <Link
                  to={to}
                  aria-current={key === tab ? 'page' : undefined}
                  className={cx('inline-flex h-10 items-center border-b-2 px-2 text-base focus-visible:-outline-offset-2', key === tab ? 'border-accent font-medium text-ink' : 'border-transparent text-ink-2 hover:text-ink')}
                >
                  {name}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <div className="mx-auto w-full max-w-[92rem] px-4 pt-5 pb-16 sm:px-6 sm:pt-6">{children}</div>
      </div>
    </>
  )
}
