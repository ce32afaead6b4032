import { Database } from 'lucide-react'
import { SourcePopover } from './SourceNumber'

/** Shows the query that a figure was made from. */
export function QueryButton({ title, query, demo }: { title: string; query: string; demo: boolean }) {
  return (
    <SourcePopover
      label={`${title}: show the query`}
      sources={[{ label: 'Counted over all events with this query', value: title, query, demo }]}
      className="grid size-7 cursor-pointer place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink coarse:size-9"
    >
      <Database size={14} aria-hidden="true" />
    </SourcePopover>
  )
}
