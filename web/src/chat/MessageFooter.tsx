import { Check, Copy, FlaskConical, RefreshCw, Square, ThumbsDown, ThumbsUp } from 'lucide-react'
import { useId, useState } from 'react'
import { useDispatch } from 'react-redux'
import { api } from '@/api/api'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { useCopy } from '@/lib/hooks'
import { Badge } from '@/ui/Badge'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { toastShown } from '@/ui/toast'
import type { Answer } from './answer'
import { answerMarkdown } from './exportMarkdown'

interface MessageFooterProps {
  answer: Answer
  messageId: string
  demo: boolean
  onRegenerate?: () => void
}

export function MessageFooter({ answer, messageId, demo, onRegenerate }: MessageFooterProps) {
  const { copied, copy } = useCopy()
  const { rating, rate, commenting, closeComment } = useRating(messageId, answer.rating)
  return (
    <div className="space-y-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <div className="-ml-1.5 flex items-center gap-0.5">
          <IconButton size="sm" label={copied ? 'Copied' : 'Copy answer'} icon={copied ? <Check size={15} /> : <Copy size={15} />} onClick={() => copy(answerMarkdown(answer))} />
          <IconButton size="sm" label="Good answer" pressed={rating === 'up'} icon={<ThumbsUp size={15} className={cx(rating === 'up' && 'fill-current')} />} onClick={() => rate('up')} />
          <IconButton size="sm" label="Bad answer" pressed={rating === 'down'} icon={<ThumbsDown size={15} className={cx(rating === 'down' && 'fill-current')} />} onClick={() => rate('down')} />
          {onRegenerate && <IconButton size="sm" label="Answer again" icon={<RefreshCw size={15} />} onClick={onRegenerate} />}
        </div>
        {answer.status === 'stopped' && <Badge icon={<Square size={9} className="fill-current" />}>Stopped</Badge>}
        {demo && (
          <Badge tone="warn" icon={<FlaskConical size={12} />}>
            Demo data
          </Badge>
        )}
        {answer.provider === 'analyst' && <span className="text-xs text-ink-3">Answered by the built-in analyst</span>}
      </div>
      {commenting && <Comment messageId={messageId} rating={commenting} onClose={closeComment} />}
    </div>
  )
}

function useRating(messageId: string, stored: 'up' | 'down' | undefined) {
  const dispatch = useDispatch()
  const [rating, setRating] = useState(stored)
  const [commenting, setCommenting] = useState<'up' | 'down'>()
  const [send] = api.useRateMessageMutation()
  const rate = (next: 'up' | 'down') => {
    if (next === rating) {
      setCommenting(commenting ? undefined : next)
      return
    }
    const before = rating
    setRating(next)
    setCommenting(next)
    send({ id: messageId, rateMessageRequest: { rating: next } })
      .unwrap()
      .catch((error: unknown) => {
        setRating(before)
        setCommenting(undefined)
        dispatch(toastShown(problemOf(error).detail, 'danger'))
      })
  }
  return { rating, rate, commenting, closeComment: () => setCommenting(undefined) }
}

function Comment({ messageId, rating, onClose }: { messageId: string; rating: 'up' | 'down'; onClose: () => void }) {
  const dispatch = useDispatch()
  const id = useId()
  const [text, setText] = useState('')
  const [send, { isLoading, error }] = api.useRateMessageMutation()
  return (
    <form
      className="max-w-xl rounded-lg border border-line bg-surface p-3 animate-appear"
      onSubmit={(event) => {
        event.preventDefault()
        if (!text.trim()) return onClose()
        send({ id: messageId, rateMessageRequest: { rating, comment: text.trim() } })
          .unwrap()
          .then(() => {
            dispatch(toastShown('Thank you for the comment.'))
            onClose()
          })
          .catch(() => undefined) // error below says so
      }}
    >
      <label htmlFor={id} className="text-sm font-[560] text-ink-2">
        {rating === 'up' ? 'What was good about it?' : 'What was wrong with it?'} <span className="font-normal text-ink-3">(optional)</span>
      </label>
      <textarea
        id={id}
        value={text}
        maxLength={1000}
        rows={2}
        onChange={(event) => setText(event.target.value)}
        className="mt-1.5 w-full resize-y rounded-md border border-line-strong bg-surface px-2.5 py-1.5 text-base focus-visible:outline-offset-0"
      />
      {error !== undefined && <p className="mt-1 text-sm text-danger-text">{problemOf(error).detail}</p>}
      <div className="mt-2 flex justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={onClose}>
          Skip
        </Button>
        <Button size="sm" type="submit" busy={isLoading} disabled={!text.trim()}>
          Send comment
        </Button>
      </div>
    </form>
  )
}
