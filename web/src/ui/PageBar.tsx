import { Menu } from 'lucide-react'
import { createContext, useContext, type ReactNode } from 'react'
import { IconButton } from './IconButton'

/** Opens the side bar where it is a drawer; undefined where it stands beside the page. */
export const NavContext = createContext<(() => void) | undefined>(undefined)

/** The bar at the head of every page: on a phone with the way to everything else. */
export function PageBar({ title, actions }: { title: ReactNode; actions?: ReactNode }) {
  const openNav = useContext(NavContext)
  return (
    <header className="flex h-12 shrink-0 items-center gap-2 border-b border-line px-2 sm:px-3">
      {openNav && <IconButton label="Open menu" tip={false} icon={<Menu size={18} />} onClick={openNav} />}
      <h1 className="min-w-0 flex-1 truncate px-1.5 text-base font-[590]">{title}</h1>
      <div className="flex items-center gap-1">{actions}</div>
    </header>
  )
}
