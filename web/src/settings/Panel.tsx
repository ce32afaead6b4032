import { useId, type ReactNode } from 'react'

/** One group of settings that is saved together. */
export function Panel({ title, description, children, footer }: { title: string; description?: ReactNode; children: ReactNode; footer?: ReactNode }) {
  const id = useId()
  return (
    <section aria-labelledby={id} className="rounded-xl border border-line bg-surface">
      <div className="space-y-4 p-4 sm:p-5">
        <div>
          <h2 id={id} className="text-lg font-semibold tracking-[-0.01em]">
            {title}
          </h2>
          {description && <p className="mt-0.5 text-base text-ink-2">{description}</p>}
        </div>
        {children}
      </div>
      {footer && <div className="flex flex-wrap items-center justify-end gap-3 border-t border-line px-4 py-3 sm:px-5">{footer}</div>}
    </section>
  )
}
