import { ChartColumn, Database, PanelLeftClose, PanelLeftOpen, Settings, SquarePen, Users, type LucideIcon } from 'lucide-react'
import { useSelector } from 'react-redux'
import { Link, NavLink } from 'react-router-dom'
import { useMe } from '@/api/me'
import { History } from '@/chat/History'
import { cx } from '@/lib/cx'
import { selectSignedIn } from '@/session/session'
import { buttonClass } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { Logo } from '@/ui/Logo'
import { Tip } from '@/ui/Tip'
import { UserMenu } from './UserMenu'

interface SidebarProps {
  collapsed?: boolean
  onCollapse?: (collapsed: boolean) => void
  onNavigate?: () => void
}

const pages: { to: string; name: string; icon: LucideIcon }[] = [
  { to: '/audience', name: 'Audience', icon: Users },
  { to: '/analytics', name: 'Analytics', icon: ChartColumn },
  { to: '/data', name: 'Data', icon: Database },
  { to: '/settings', name: 'Settings', icon: Settings },
]

export function Sidebar({ collapsed, onCollapse, onNavigate }: SidebarProps) {
  const signedIn = useSelector(selectSignedIn)
  const me = useMe()
  const shown = signedIn ? pages : []
  if (collapsed && onCollapse) {
    return (
      <nav aria-label="Main" className="flex w-14 shrink-0 flex-col items-center gap-1 border-r border-line bg-sunken py-2">
        <IconButton label="Open side bar" icon={<PanelLeftOpen size={17} />} onClick={() => onCollapse(false)} />
        <RailLink to="/" name="New chat" icon={SquarePen} end />
        {shown.map((page) => (
          <RailLink key={page.to} {...page} />
        ))}
        <div className="mt-auto">
          <UserMenu compact />
        </div>
      </nav>
    )
  }
  return (
    <nav aria-label="Main" className={cx('flex h-full flex-col bg-sunken', onCollapse && 'w-66 shrink-0 border-r border-line')}>
      <div className="flex h-12 shrink-0 items-center justify-between pr-2 pl-3.5">
        <Link to="/" onClick={onNavigate} className="flex items-center gap-2.5 rounded-sm text-md font-semibold tracking-[-0.015em]">
          <Logo size={22} />
          PulseHub
        </Link>
        {onCollapse && <IconButton size="sm" label="Close side bar" icon={<PanelLeftClose size={16} />} onClick={() => onCollapse(true)} />}
      </div>
      <ul className="space-y-px px-2 pt-1 pb-3">
        <li>
          <NavLink to="/" end onClick={onNavigate} className={linkClass}>
            <SquarePen size={16} aria-hidden="true" />
            New chat
          </NavLink>
        </li>
        {shown.map(({ to, name, icon: Icon }) => (
          <li key={to}>
            <NavLink to={to} onClick={onNavigate} className={linkClass}>
              <Icon size={16} aria-hidden="true" />
              {name}
            </NavLink>
          </li>
        ))}
      </ul>
      <History timeZone={me?.workspace.timeZone} onOpen={onNavigate} />
      {signedIn ? (
        <div className="border-t border-line p-2">
          <UserMenu />
        </div>
      ) : (
        <div className="space-y-2 border-t border-line p-3">
          <p className="text-sm text-ink-2">Sign in to ask about your own data and to keep what you asked.</p>
          <div className="grid grid-cols-2 gap-2">
            <Link to="/login" className={buttonClass('secondary')}>
              Log in
            </Link>
            <Link to="/signup" className={buttonClass('primary')}>
              Sign up
            </Link>
          </div>
          <UserMenu />
        </div>
      )}
    </nav>
  )
}

function linkClass({ isActive }: { isActive: boolean }) {
  return cx(
    'flex h-8 items-center gap-2.5 rounded-md px-2 text-base focus-visible:-outline-offset-2 coarse:h-10 [&>svg]:text-ink-3',
    isActive ? 'bg-active font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink',
  )
}

function RailLink({ to, name, icon: Icon, end }: { to: string; name: string; icon: LucideIcon; end?: boolean }) {
  return (
    <Tip text={name} side="right">
      <NavLink
        to={to}
        end={end}
        aria-label={name}
        className={({ isActive }) => cx('grid size-9 place-items-center rounded-md', isActive ? 'bg-active text-ink' : 'text-ink-3 hover:bg-hover hover:text-ink')}
      >
        <Icon size={17} aria-hidden="true" />
      </NavLink>
    </Tip>
  )
}
