import { forwardRef, type ButtonHTMLAttributes, type ReactNode } from 'react'
import { cx } from '@/lib/cx'
import { Tip } from './Tip'

export interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** The button's name, read by screen readers and shown as its tip. */
  label: string
  icon: ReactNode
  size?: 'sm' | 'md' | 'lg'
  tip?: boolean
  pressed?: boolean
  shortcut?: string
}

const sizes = { sm: 'size-7 coarse:size-9', md: 'size-8 coarse:size-10', lg: 'size-10' }

export const IconButton = forwardRef<HTMLButtonElement, IconButtonProps>(function IconButton(
  { label, icon, size = 'md', tip = true, pressed, shortcut, className, ...rest },
  ref,
) {
  const button = (
    <button
      ref={ref}
      type="button"
      aria-label={label}
      aria-pressed={pressed}
      className={cx(
        'inline-grid shrink-0 place-items-center rounded-md text-ink-3 transition-colors duration-100 hover:bg-hover hover:text-ink',
        'disabled:pointer-events-none disabled:opacity-45 data-[state=open]:bg-active data-[state=open]:text-ink',
        pressed && 'text-accent-text',
        sizes[size],
        className,
      )}
      {...rest}
    >
      {icon}
    </button>
  )
  return tip ? (
    <Tip text={label} shortcut={shortcut}>
      {button}
    </Tip>
  ) : (
    button
  )
})
