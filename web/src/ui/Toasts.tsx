import { CircleAlert, X } from 'lucide-react'
import { useEffect } from 'react'
import { useDispatch, useSelector } from 'react-redux'
import { IconButton } from './IconButton'
import { toastDismissed, type Toast } from './toast'

export function Toasts() {
  const toasts = useSelector((state: { toasts: Toast[] }) => state.toasts)
  return (
    <div role="status" aria-live="polite" className="pointer-events-none fixed inset-x-4 bottom-4 z-50 flex flex-col items-center gap-2 sm:inset-x-auto sm:right-4 sm:items-end">
      {toasts.map((toast) => (
        <ToastNote key={toast.id} toast={toast} />
      ))}
    </div>
  )
}

function ToastNote({ toast }: { toast: Toast }) {
  const dispatch = useDispatch()
  useEffect(() => {
    const timer = setTimeout(() => dispatch(toastDismissed(toast.id)), toast.tone === 'danger' ? 9000 : 5000)
    return () => clearTimeout(timer)
  }, [dispatch, toast])
  return (
    <div className="pointer-events-auto flex max-w-sm items-center gap-2.5 rounded-lg bg-raised py-1.5 pr-1.5 pl-3.5 text-base shadow-pop animate-appear">
      {toast.tone === 'danger' && <CircleAlert size={16} className="shrink-0 text-danger-text" />}
      <p className="flex-1">{toast.text}</p>
      <IconButton size="sm" label="Dismiss" tip={false} icon={<X size={14} />} onClick={() => dispatch(toastDismissed(toast.id))} />
    </div>
  )
}
