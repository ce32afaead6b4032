import { useId, type ReactNode } from 'react'
import { cx } from '@/lib/cx'

/** One group of what is known, beside others. */
export function Panel({ title, note, children, className }: { title: string; note?: ReactNode; children: ReactNode; className?: string }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={cx('rounded-xl border border-line bg-surface px-4 pt-3 pb-4', className)}>
      <div className="flex items-baseline justify-between gap-3 pb-2.5">
        <h2 id={id} className="text-base font-semibold">
          {title}
        </h2>
        {note && <p className="text-sm text-ink-3">{note}</p>}
      </div>
      {children}
    </section>
  )
}

/** Names and values, one a line. */
export function Facts({ facts }: { facts: [string, ReactNode][] }) {
  return (
    <dl className="space-y-1.5">
      {facts.map(([name, value]) => (
        <div key={name} className="flex items-baseline justify-between gap-4">
          <dt className="shrink-0 text-ink-2">{name}</dt>
          <dd className="min-w-0 text-right break-words tabular">{value}</dd>
        </div>
      ))}
    </dl>
  )
}
