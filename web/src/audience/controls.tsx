import { ChevronDown, X } from 'lucide-react'
import { useState, type InputHTMLAttributes, type SelectHTMLAttributes } from 'react'
import { cx } from '@/lib/cx'

/** What every control of a condition has: a name that is read, and what is wrong with it. */
export interface Named {
  label: string
  /** The id of the text that says what is wrong. */
  faultId?: string
}

const look = (faultId?: string) =>
  cx(
    'h-8 rounded-md border bg-surface text-base text-ink transition-colors duration-100 focus-visible:outline-offset-0 coarse:h-10',
    faultId ? 'border-danger' : 'border-line-strong hover:border-ink-3',
  )

const aria = ({ label, faultId }: Named) => ({ 'aria-label': label, 'aria-invalid': faultId ? true : undefined, 'aria-describedby': faultId })

/** One of a list, as wide as what is chosen. */
export function Pick({ label, faultId, className, children, ...rest }: Named & SelectHTMLAttributes<HTMLSelectElement>) {
  return (
    <span className={cx('relative inline-flex max-w-full', className)}>
      <select {...aria({ label, faultId })} className={cx(look(faultId), 'w-full max-w-full [field-sizing:content] cursor-pointer appearance-none truncate pr-7 pl-2.5')} {...rest}>
        {children}
      </select>
      <ChevronDown size={14} aria-hidden="true" className="pointer-events-none absolute top-1/2 right-2 -translate-y-1/2 text-ink-3" />
    </span>
  )
}

export function TextBox({ label, faultId, className, ...rest }: Named & InputHTMLAttributes<HTMLInputElement>) {
  return <input {...aria({ label, faultId })} spellCheck={false} autoComplete="off" className={cx(look(faultId), 'min-w-0 px-2.5', className ?? 'w-44')} {...rest} />
}

/** A number, or the text that is none, so that it can be told what is wrong with it. */
export function NumberBox({ label, faultId, value, onChange, unit, autoFocus }: Named & { value: string | number | undefined | null; onChange: (value: number | string) => void; unit?: string; autoFocus?: boolean }) {
  // What is typed stays as it is typed ("1.", "1,50") until another value comes from outside.
  const [typed, setTyped] = useState({ text: String(value ?? ''), value: value ?? '' })
  const text = typed.value === (value ?? '') ? typed.text : String(value ?? '')
  const type = (next: string) => {
    const parsed = numberOf(next)
    setTyped({ text: next, value: parsed })
    onChange(parsed)
  }
  return (
    <span className="inline-flex items-center gap-1.5">
      <TextBox
        label={label}
        faultId={faultId}
        inputMode="decimal"
        autoFocus={autoFocus}
        value={text}
        onChange={(event) => type(event.target.value)}
        className={cx('tabular', unit && unit.length > 1 && unit === unit.toUpperCase() ? 'w-24' : 'w-18')}
      />
      {unit && <span className="text-base text-ink-2">{unit}</span>}
    </span>
  )
}

/** A number as it is typed, with either decimal mark; the text itself where it is none. */
export function numberOf(text: string): number | string {
  const plain = text.trim().replace(',', '.')
  return /^-?\d+(\.\d+)?$/.test(plain) ? Number(plain) : text.trim()
}

/** Several values: Enter or a comma adds one, Backspace in the empty box takes the last. */
export function Tokens<T extends string | number | boolean>({
  label,
  faultId,
  value,
  read,
  show = String,
  onChange,
  autoFocus,
  list,
}: Named & { value: T[]; read: (text: string) => T; show?: (value: T) => string; onChange: (value: T[]) => void; autoFocus?: boolean; list?: string }) {
  const [text, setText] = useState('')
  const add = (raw: string) => {
    const made = raw
      .split(/[,;\n\t]/)
      .map((one) => one.trim())
      .filter(Boolean)
      .map(read)
    setText('')
    const fresh = made.filter((one, i) => !value.includes(one) && made.indexOf(one) === i)
    if (fresh.length > 0) onChange([...value, ...fresh])
  }
  return (
    <span
      className={cx(
        'flex min-h-8 max-w-full min-w-44 flex-1 flex-wrap items-center gap-1 rounded-md border bg-surface p-0.5 has-[input:focus-visible]:outline-2 has-[input:focus-visible]:outline-accent coarse:min-h-10',
        faultId ? 'border-danger' : 'border-line-strong hover:border-ink-3',
      )}
    >
      {value.map((one) => (
        <span key={String(one)} className="inline-flex h-6.5 max-w-full items-center rounded-sm bg-active pl-2 text-sm">
          <span className="truncate">{show(one)}</span>
          <button type="button" aria-label={`Remove ${show(one)}`} onClick={() => onChange(value.filter((other) => other !== one))} className="grid size-6.5 shrink-0 place-items-center rounded-sm text-ink-3 hover:text-ink">
            <X size={12} />
          </button>
        </span>
      ))}
      <input
        {...aria({ label, faultId })}
        autoFocus={autoFocus}
        list={list}
        value={text}
        placeholder={value.length === 0 ? 'Type, then Enter' : ''}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => (/[,;]/.test(event.target.value) ? add(event.target.value) : setText(event.target.value))}
        onPaste={(event) => {
          event.preventDefault()
          add(text + event.clipboardData.getData('text'))
        }}
        onBlur={() => add(text)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && text.trim()) {
            event.preventDefault()
            add(text)
          } else if (event.key === 'Backspace' && text === '' && value.length > 0) onChange(value.slice(0, -1))
        }}
        className="h-6.5 min-w-16 flex-1 bg-transparent px-1.5 text-base outline-none"
      />
    </span>
  )
}
