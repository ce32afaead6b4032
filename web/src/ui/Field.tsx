import { Eye, EyeOff } from 'lucide-react'
import { forwardRef, useId, useState, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from 'react'
import { cx } from '@/lib/cx'

const control =
  'w-full rounded-md border bg-surface px-3 text-base text-ink transition-colors duration-100 focus-visible:outline-offset-0 disabled:opacity-60'

const look = (fault?: string) => (fault ? 'border-danger' : 'border-line-strong hover:border-ink-3')

interface Labelled {
  label: string
  hint?: ReactNode
  fault?: string
  optional?: boolean
}

function Frame({ id, label, hint, fault, optional, children }: Labelled & { id: string; children: ReactNode }) {
  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="text-sm font-[560] text-ink-2">
        {label}
        {optional && <span className="font-normal text-ink-3"> (optional)</span>}
      </label>
      {children}
      {fault ? (
        <p id={`${id}-note`} className="text-sm text-danger-text">
          {fault}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="text-sm text-ink-3">
            {hint}
          </p>
        )
      )}
    </div>
  )
}

type FieldProps = InputHTMLAttributes<HTMLInputElement> & Labelled

/** A labelled input that says what is wrong with it. */
export const Field = forwardRef<HTMLInputElement, FieldProps>(function Field({ label, hint, fault, optional, className, ...rest }, ref) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} fault={fault} optional={optional}>
      <input
        ref={ref}
        id={id}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault || hint ? `${id}-note` : undefined}
        className={cx(control, 'h-9 coarse:h-11', look(fault), className)}
        {...rest}
      />
    </Frame>
  )
})

export const PasswordField = forwardRef<HTMLInputElement, FieldProps>(function PasswordField({ label, hint, fault, className, ...rest }, ref) {
  const id = useId()
  const [shown, setShown] = useState(false)
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <div className="relative">
        <input
          ref={ref}
          id={id}
          type={shown ? 'text' : 'password'}
          aria-invalid={fault ? true : undefined}
          aria-describedby={fault || hint ? `${id}-note` : undefined}
          className={cx(control, 'h-9 pr-10 coarse:h-11', look(fault), className)}
          {...rest}
        />
        <button
          type="button"
          aria-label={shown ? 'Hide password' : 'Show password'}
          onClick={() => setShown(!shown)}
          className="absolute inset-y-1 right-1 grid w-8 place-items-center rounded-sm text-ink-3 hover:text-ink"
        >
          {shown ? <EyeOff size={16} /> : <Eye size={16} />}
        </button>
      </div>
    </Frame>
  )
})

export function Select({ label, hint, fault, children, className, ...rest }: SelectHTMLAttributes<HTMLSelectElement> & Labelled) {
  const id = useId()
  return (
    <Frame id={id} label={label} hint={hint} fault={fault}>
      <select id={id} aria-describedby={fault || hint ? `${id}-note` : undefined} className={cx(control, 'h-9 coarse:h-11', look(fault), className)} {...rest}>
        {children}
      </select>
    </Frame>
  )
}
