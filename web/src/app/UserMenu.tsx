import { ChevronsUpDown, LogOut, Monitor, Moon, Palette, Settings, Sun } from 'lucide-react'
import { useSelector } from 'react-redux'
import { Link } from 'react-router-dom'
import { api } from '@/api/api'
import { useMe } from '@/api/me'
import { forgetSession, selectSignedIn } from '@/session/session'
import { Menu, MenuChoices, MenuItem, MenuLine, MenuLink } from '@/ui/Menu'
import { chooseTheme, useThemeChoice } from '@/ui/theme'

/** Who is signed in, how the app looks, and the way out. For a visitor only how it looks. */
export function UserMenu({ compact }: { compact?: boolean }) {
  const signedIn = useSelector(selectSignedIn)
  const me = useMe()
  const theme = useThemeChoice()
  const [logout] = api.useLogoutMutation()
  const name = me ? `${me.firstName} ${me.lastName}` : signedIn ? ' ' : 'Appearance'
  const initials = me ? me.firstName.charAt(0) + me.lastName.charAt(0) : ''

  const leave = async () => {
    await logout({ refreshTokenInputBody: {} }).unwrap().catch(() => undefined) // the session ends here in any case
    forgetSession()
    location.assign('/') // a fresh start, with nothing of this account in memory
  }
  const badge = signedIn ? (
    <span aria-hidden="true" className="grid size-7 shrink-0 place-items-center rounded-full bg-accent text-xs font-semibold text-on-accent uppercase">
      {initials}
    </span>
  ) : (
    <span aria-hidden="true" className="grid size-7 shrink-0 place-items-center text-ink-3">
      <Palette size={16} />
    </span>
  )
  return (
    <Menu
      align="start"
      side={compact ? 'right' : 'top'}
      trigger={
        <button
          type="button"
          aria-label={compact ? (signedIn ? `Account of ${name.trim()}` : 'Appearance') : undefined}
          className={
            compact
              ? 'rounded-full p-0.5 hover:bg-hover'
              : 'flex w-full items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-hover focus-visible:-outline-offset-2 data-[state=open]:bg-active'
          }
        >
          {badge}
          {!compact && (
            <>
              <span className="min-w-0 flex-1">
                <span className="block truncate text-base font-medium">
                  {signedIn && <span className="sr-only">Account of</span>} {name}
                </span>
                {signedIn && <span className="block truncate text-xs text-ink-3">{me?.workspace.name ?? ' '}</span>}
              </span>
              <ChevronsUpDown size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
            </>
          )}
        </button>
      }
    >
      <MenuChoices
        label="Appearance"
        value={theme}
        onChange={chooseTheme}
        choices={[
          { value: 'system', label: 'As the system', icon: <Monitor size={15} /> },
          { value: 'light', label: 'Light', icon: <Sun size={15} /> },
          { value: 'dark', label: 'Dark', icon: <Moon size={15} /> },
        ]}
      />
      {signedIn && (
        <>
          <MenuLine />
          <MenuLink>
            <Link to="/settings">
              <Settings size={15} className="text-ink-3" /> Settings
            </Link>
          </MenuLink>
          <MenuItem icon={<LogOut size={15} />} onSelect={() => void leave()}>
            Log out
          </MenuItem>
        </>
      )}
    </Menu>
  )
}
