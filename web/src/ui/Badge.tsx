import type { ReactNode } from 'react'
import { cx } from '@/lib/cx'

type Tone = 'neutral' | 'accent' | 'warn' | 'danger'

const tones: Record<Tone, string> = {
  neutral: 'border-line bg-sunken text-ink-2',
  accent: 'border-accent-line bg-accent-soft text-accent-text',
  warn: 'border-warn-line bg-warn-soft text-warn-text',
  danger: 'border-danger-line bg-danger-soft text-danger-text',
}

export function Badge({ tone = 'neutral', icon, children, className }: { tone?: Tone; icon?: ReactNode; children: ReactNode; className?: string }) {
  return (
    <span className={cx('inline-flex h-5 shrink-0 items-center gap-1 rounded-full border px-2 text-xs font-medium whitespace-nowrap', tones[tone], className)}>
      {icon}
      {children}
    </span>
  )
}
