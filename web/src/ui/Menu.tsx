import { DropdownMenu as Radix } from 'radix-ui'
import { Check } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { cx } from '@/lib/cx'

export function Menu({ trigger, align = 'end', side, children }: { trigger: ReactElement; align?: 'start' | 'end'; side?: 'top' | 'bottom' | 'right'; children: ReactNode }) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 min-w-44 rounded-lg bg-raised p-1 shadow-pop animate-fade"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  )
}

const itemClass =
  'flex h-8 coarse:h-10 cursor-default items-center gap-2.5 rounded-sm px-2 text-base outline-none select-none data-[highlighted]:bg-hover data-[disabled]:opacity-50'

export function MenuItem({ icon, danger, onSelect, children }: { icon?: ReactNode; danger?: boolean; onSelect: () => void; children: ReactNode }) {
  return (
    <Radix.Item onSelect={onSelect} className={cx(itemClass, danger ? 'text-danger-text' : 'text-ink')}>
      <span className={cx('grid size-4 place-items-center', danger ? 'text-danger-text' : 'text-ink-3')}>{icon}</span>
      {children}
    </Radix.Item>
  )
}

/** A menu entry that is a link; children is the link, and holds its own icon. */
export function MenuLink({ children }: { children: ReactElement }) {
  return (
    <Radix.Item asChild className={cx(itemClass, 'text-ink [&>svg]:text-ink-3')}>
      {children}
    </Radix.Item>
  )
}

export function MenuChoices<T extends string>({ label, value, choices, onChange }: { label: string; value: T; choices: { value: T; label: string; icon?: ReactNode }[]; onChange: (value: T) => void }) {
  return (
    <Radix.RadioGroup value={value} onValueChange={(next) => onChange(next as T)} aria-label={label}>
      <Radix.Label className="px-2 pt-1.5 pb-1 text-xs font-medium text-ink-3">{label}</Radix.Label>
      {choices.map((choice) => (
        <Radix.RadioItem key={choice.value} value={choice.value} onSelect={(event) => event.preventDefault()} className={cx(itemClass, 'text-ink')}>
          <span className="grid size-4 place-items-center text-ink-3">{choice.icon}</span>
          <span className="flex-1">{choice.label}</span>
          <Radix.ItemIndicator>
            <Check size={14} className="text-accent-text" />
          </Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  )
}

export const MenuLine = () => <Radix.Separator className="mx-1 my-1 h-px bg-line" />
