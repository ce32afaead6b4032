import { WifiOff } from 'lucide-react'
import { useState } from 'react'
import { useDispatch, useSelector } from 'react-redux'
import { Link, Outlet, useLocation } from 'react-router-dom'
import { useOnline, useWide } from '@/lib/hooks'
import { readStored, store } from '@/lib/storage'
import { expiryAcknowledged, selectSession } from '@/session/session'
import { Drawer } from '@/ui/Dialog'
import { NavContext } from '@/ui/PageBar'
import { Sidebar } from './Sidebar'

/** The frame of every page: the side bar beside it, or as a drawer where there is no room. */
export function Shell() {
  const wide = useWide()
  const [collapsed, setCollapsed] = useState(() => readStored('local', 'pulsehub.sidebar') === 'collapsed')
  const { pathname } = useLocation()
  // Open on the page it was opened on, and so closed by going elsewhere.
  const [openOn, setOpenOn] = useState<string>()

  const collapse = (next: boolean) => {
    setCollapsed(next)
    store('local', 'pulsehub.sidebar', next ? 'collapsed' : undefined)
  }
  return (
    <NavContext.Provider value={wide ? undefined : () => setOpenOn(pathname)}>
      <div className="flex h-dvh">
        <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded-md focus:bg-raised focus:px-3 focus:py-2">
          Skip to the page
        </a>
        {wide ? (
          <Sidebar collapsed={collapsed} onCollapse={collapse} />
        ) : (
          <Drawer open={openOn === pathname} onOpenChange={(open) => setOpenOn(open ? pathname : undefined)} title="Menu">
            <Sidebar onNavigate={() => setOpenOn(undefined)} />
          </Drawer>
        )}
        <main id="main" tabIndex={-1} className="relative flex min-w-0 flex-1 flex-col bg-canvas outline-none">
          <OfflineBar />
          <ExpiredBar />
          <Outlet />
        </main>
      </div>
    </NavContext.Provider>
  )
}

function OfflineBar() {
  const online = useOnline()
  return (
    <div role="status">
      {!online && (
        <p className="flex items-center justify-center gap-2 border-b border-warn-line bg-warn-soft px-4 py-1.5 text-center text-sm text-warn-text">
          <WifiOff size={14} aria-hidden="true" className="shrink-0" />
          You are offline. What runs goes on, and shows here when you are back.
        </p>
      )}
    </div>
  )
}

function ExpiredBar() {
  const { expired } = useSelector(selectSession)
  const dispatch = useDispatch()
  const { pathname } = useLocation()
  if (!expired) return null
  return (
    <p role="alert" className="flex flex-wrap items-center justify-center gap-x-2 border-b border-line bg-sunken px-4 py-1.5 text-center text-sm text-ink-2">
      Your session has ended.
      <Link to="/login" state={{ from: pathname }} onClick={() => dispatch(expiryAcknowledged())} className="font-medium text-accent-text underline underline-offset-2">
        Log in again
      </Link>
    </p>
  )
}
