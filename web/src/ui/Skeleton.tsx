import { cx } from '@/lib/cx'

/** Holds the place of what is still loading, at its size. */
export function Skeleton({ className }: { className?: string }) {
  return <span aria-hidden="true" className={cx('block animate-pulse-soft rounded-sm bg-active', className)} />
}

/** Skeletons with a name that is read once. */
export function Loading({ label, className, children }: { label: string; className?: string; children: React.ReactNode }) {
  return (
    <div role="status" aria-label={label} className={className}>
      {children}
    </div>
  )
}
