import { ToggleGroup } from 'radix-ui'
import type { ReactNode } from 'react'

/** One of a few, side by side. */
export function Segmented<T extends string>({ label, value, choices, onChange }: { label: string; value: T; choices: { value: T; label: string; icon?: ReactNode }[]; onChange: (value: T) => void }) {
  return (
    <ToggleGroup.Root type="single" aria-label={label} value={value} onValueChange={(next) => next && onChange(next as T)} className="inline-flex max-w-full gap-0.5 overflow-x-auto rounded-md border border-line bg-sunken p-0.5">
      {choices.map((choice) => (
        <ToggleGroup.Item
          key={choice.value}
          value={choice.value}
          className="inline-flex h-6 items-center gap-1.5 rounded-[5px] px-2 text-sm font-medium whitespace-nowrap text-ink-2 hover:text-ink data-[state=on]:bg-raised data-[state=on]:text-ink data-[state=on]:shadow-lift coarse:h-8"
        >
          {choice.icon}
          {choice.label}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  )
}
