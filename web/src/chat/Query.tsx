import { Check, Copy } from 'lucide-react'
import { useCopy } from '@/lib/hooks'
import { IconButton } from '@/ui/IconButton'

/** The SQL behind a number, to read and to take along. */
export function Query({ sql }: { sql: string }) {
  const { copied, copy } = useCopy()
  return (
    <div className="relative mt-2">
      {/* Scrolls, so the keyboard must reach it. */}
      <pre tabIndex={0} aria-label="SQL query" className="max-h-48 overflow-auto rounded-md border border-line bg-sunken p-2.5 pr-9 font-mono text-2xs whitespace-pre-wrap text-ink-2">
        {sql}
      </pre>
      <IconButton size="sm" label={copied ? 'Copied' : 'Copy query'} tip={false} icon={copied ? <Check size={14} /> : <Copy size={14} />} onClick={() => copy(sql)} className="absolute top-1 right-1" />
    </div>
  )
}
