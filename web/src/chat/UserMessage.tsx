import { Check, Copy, PencilLine, RotateCw } from 'lucide-react'
import { memo } from 'react'
import type { Problem } from '@/api/problem'
import { useCopy } from '@/lib/hooks'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'

interface UserMessageProps {
  content: string
  /** Sent by this tab and not confirmed yet. */
  sending?: boolean
  /** Why it did not get through. */
  problem?: Problem
  onEdit: (content: string) => void
  onResend?: () => void
  onDiscard?: () => void
}

export const UserMessage = memo(function UserMessage({ content, sending, problem, onEdit, onResend, onDiscard }: UserMessageProps) {
  const { copied, copy } = useCopy()
  return (
    <div className="group flex flex-col items-end gap-1">
      <h2 className="sr-only">You asked</h2>
      <div
        className={`max-w-[min(88%,40rem)] rounded-xl rounded-br-xs border px-3.5 py-2 text-md whitespace-pre-wrap [overflow-wrap:anywhere] ${problem ? 'border-danger-line bg-danger-soft' : 'border-transparent bg-active'} ${sending && !problem ? 'opacity-70' : ''}`}
      >
        {content}
      </div>
      {problem ? (
        <div role="alert" className="flex max-w-[min(88%,40rem)] flex-wrap items-center justify-end gap-x-2 gap-y-1 text-sm text-danger-text">
          <span>{problem.detail}</span>
          <Button size="sm" icon={<RotateCw size={13} />} onClick={onResend}>
            Send again
          </Button>
          <Button size="sm" variant="ghost" onClick={() => (onEdit(content), onDiscard?.())}>
            Edit
          </Button>
        </div>
      ) : (
        <div className="-mb-4 flex h-7 items-center gap-0.5 opacity-0 transition-opacity duration-100 group-focus-within:opacity-100 group-hover:opacity-100 coarse:h-9 coarse:opacity-100">
          {!sending && (
            <>
              <IconButton size="sm" label={copied ? 'Copied' : 'Copy question'} icon={copied ? <Check size={14} /> : <Copy size={14} />} onClick={() => copy(content)} />
              <IconButton size="sm" label="Edit and ask again" icon={<PencilLine size={14} />} onClick={() => onEdit(content)} />
            </>
          )}
        </div>
      )}
    </div>
  )
})
