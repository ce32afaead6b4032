import { cx } from '@/lib/cx'

/** How far a piece of work is, 0 to 1. */
export function Progress({ value, label, className }: { value: number; label: string; className?: string }) {
  const percent = Math.round(Math.min(1, Math.max(0, value)) * 100)
  return (
    <div role="progressbar" aria-label={label} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} className={cx('h-1.5 overflow-hidden rounded-full bg-active', className)}>
      <div className="h-full rounded-full bg-accent transition-[width] duration-300 ease-out" style={{ width: `${Math.max(percent, 2)}%` }} />
    </div>
  )
}
