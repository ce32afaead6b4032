import { Tooltip } from 'radix-ui'
import type { ReactElement } from 'react'

/** A short name beside what has none to see. Needs TipProvider above it. */
export function Tip({ text, shortcut, side = 'bottom', children }: { text: string; shortcut?: string; side?: 'top' | 'bottom' | 'right'; children: ReactElement }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 flex items-center gap-2 rounded-sm bg-ink px-2 py-1 text-xs font-medium text-canvas animate-fade"
        >
          {text}
          {shortcut && <kbd className="font-sans text-canvas/70">{shortcut}</kbd>}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  )
}

export function TipProvider({ children }: { children: React.ReactNode }) {
  return (
    <Tooltip.Provider delayDuration={450} skipDelayDuration={250} disableHoverableContent>
      {children}
    </Tooltip.Provider>
  )
}
