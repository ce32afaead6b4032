import { Check, Copy } from 'lucide-react'
import { cx } from '@/lib/cx'
import { useCopy } from '@/lib/hooks'
import { Button } from '@/ui/Button'

/** Code to take along, as it is. */
export function CodeBlock({ code, name, className }: { code: string; name: string; className?: string }) {
  const { copied, copy } = useCopy()
  return (
    <div className="relative min-w-0">
      {/* Scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0} aria-label={`The ${name}`} className={cx('overflow-auto rounded-lg border border-line bg-sunken p-3.5 pr-24 font-mono text-xs leading-5 text-ink', className)}>
        {code}
      </pre>
      <Button size="sm" icon={copied ? <Check size={14} /> : <Copy size={14} />} onClick={() => copy(code)} aria-label={copied ? 'Copied' : `Copy the ${name}`} className="absolute top-2 right-2">
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  )
}
