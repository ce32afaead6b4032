import { Check, ChevronRight } from 'lucide-react'
import { Spinner } from '@/ui/Spinner'

interface StepsProps {
  steps: { step: string; label: string }[]
  /** The text has begun: the steps step back to one line. */
  done: boolean
}

/** What is being done to answer, as it happens. */
export function Steps({ steps, done }: StepsProps) {
  if (done) {
    if (steps.length === 0) return null
    return (
      <details className="group text-sm text-ink-3">
        <summary className="inline-flex list-none items-center gap-1 rounded-xs hover:text-ink [&::-webkit-details-marker]:hidden">
          <ChevronRight size={14} aria-hidden="true" className="transition-transform duration-150 group-open:rotate-90" />
          {steps.length === 1 ? steps[0]!.label.replace(/…$/, '') : `${steps.length} steps`}
        </summary>
        {steps.length > 1 && <List steps={steps} done className="mt-1.5" />}
      </details>
    )
  }
  return <List steps={steps.length > 0 ? steps : [{ step: 'thinking', label: 'Thinking…' }]} done={false} />
}

function List({ steps, done, className }: StepsProps & { className?: string }) {
  return (
    <ol className={className}>
      {steps.map((s, i) => {
        const current = !done && i === steps.length - 1
        return (
          <li key={s.step} className="flex items-center gap-2 py-0.5 text-base animate-fade">
            {current ? <Spinner className="size-3.5 text-accent" /> : <Check size={14} aria-hidden="true" className="text-ink-3" />}
            <span className={current ? 'text-ink' : 'text-ink-3'}>{current ? s.label : s.label.replace(/…$/, '')}</span>
          </li>
        )
      })}
    </ol>
  )
}
