import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from 'react'
import { cx } from '@/lib/cx'
import { Spinner } from './Spinner'

type Variant = 'primary' | 'secondary' | 'ghost' | 'danger' | 'soft'
type Size = 'sm' | 'md' | 'lg'

const variants: Record<Variant, string> = {
  primary: 'bg-accent text-on-accent hover:bg-accent-strong disabled:bg-active disabled:text-ink-3',
  secondary: 'bg-surface text-ink border border-line-strong hover:bg-hover disabled:opacity-50',
  soft: 'bg-accent-soft text-accent-text border border-accent-line hover:border-accent',
  ghost: 'text-ink-2 hover:bg-hover hover:text-ink disabled:opacity-50',
  danger: 'bg-danger text-on-danger hover:bg-danger-strong disabled:opacity-50',
}

const sizes: Record<Size, string> = {
  sm: 'h-7 px-2.5 text-sm gap-1.5 rounded-sm coarse:h-9',
  md: 'h-8 px-3 text-base gap-2 rounded-md coarse:h-10',
  lg: 'h-10 px-4 text-base gap-2 rounded-md',
}

/** The look of a button, for links that act like one. */
export function buttonClass(variant: Variant = 'secondary', size: Size = 'md') {
  return cx(
    'inline-flex shrink-0 items-center justify-center font-[560] whitespace-nowrap select-none transition-colors duration-100',
    'disabled:pointer-events-none aria-disabled:opacity-60',
    variants[variant],
    sizes[size],
  )
}

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant
  size?: Size
  icon?: ReactNode
  /** Shows a spinner and takes no clicks; the button keeps its width and its focus. */
  busy?: boolean
}

export const Button = forwardRef<HTMLButtonElement, ButtonProps>(function Button(
  { variant = 'secondary', size = 'md', icon, busy, className, children, onClick, ...rest },
  ref,
) {
  return (
    <button
      ref={ref}
      type="button"
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
      className={cx(buttonClass(variant, size), className)}
      {...rest}
    >
      {busy ? <Spinner /> : icon}
      {children}
    </button>
  )
})
