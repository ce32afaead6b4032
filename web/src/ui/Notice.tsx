import { CircleAlert, Info } from 'lucide-react'
import type { ReactNode } from 'react'
import { cx } from '@/lib/cx'

/** What went wrong, or what one should know, with what to do about it. */
export function Notice({ tone = 'neutral', title, children, action, role }: { tone?: 'neutral' | 'warn' | 'danger'; title?: string; children?: ReactNode; action?: ReactNode; role?: 'alert' | 'status' }) {
  const look = {
    neutral: 'border-line bg-sunken text-ink-2',
    warn: 'border-warn-line bg-warn-soft text-warn-text',
    danger: 'border-danger-line bg-danger-soft text-danger-text',
  }[tone]
  return (
    <div role={role} className={cx('flex flex-wrap items-center gap-x-4 gap-y-2 rounded-lg border px-3.5 py-2.5 text-base', look)}>
      <div className="flex min-w-0 flex-1 basis-64 items-start gap-2.5">
        {tone === 'neutral' ? <Info size={16} className="mt-0.5 shrink-0" /> : <CircleAlert size={16} className="mt-0.5 shrink-0" />}
        <div className="min-w-0">
          {title && <p className="font-[590]">{title}</p>}
          {children && <div className={cx(title && 'mt-0.5')}>{children}</div>}
        </div>
      </div>
      {action}
    </div>
  )
}
