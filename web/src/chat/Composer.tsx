import { ArrowUp, PencilLine, Square, X } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { cx } from '@/lib/cx'
import { readStored, store } from '@/lib/storage'
import { IconButton } from '@/ui/IconButton'

const most = 8000 // characters, as the API allows

export interface Draft {
  text: string
  /** Said above the text when it came from an earlier question. */
  editing?: boolean
  /** Makes two drafts of the same text different. */
  nonce: number
}

interface ComposerProps {
  /** What is typed is kept under this name until it is sent, also over a reload. */
  name: string
  /** A turn is being answered: the button stops it. */
  running: boolean
  stopping: boolean
  draft?: Draft
  onSend: (text: string) => void
  onStop: () => void
  placeholder: string
}

export function Composer({ name, running, stopping, draft, onSend, onStop, placeholder }: ComposerProps) {
  const key = `pulsehub.draft.${name}`
  const [text, setText] = useState(() => readStored('session', key) ?? '')
  const [editing, setEditing] = useState(false)
  const area = useRef<HTMLTextAreaElement>(null)

  // Another conversation, another draft; and a question that is put back to be edited.
  const [shown, setShown] = useState({ key, nonce: draft?.nonce })
  if (shown.key !== key || shown.nonce !== draft?.nonce) {
    const put = shown.nonce !== draft?.nonce && draft
    setShown({ key, nonce: draft?.nonce })
    setText(put ? draft.text : (readStored('session', key) ?? ''))
    setEditing(Boolean(put && draft.editing))
  }
  useEffect(() => store('session', key, text || undefined), [key, text])
  useEffect(() => {
    if (draft) area.current?.focus()
  }, [draft])

  useLayoutEffect(() => {
    const element = area.current
    if (!element) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [text])

  const length = [...text].length
  const sendable = text.trim() !== '' && length <= most && !running
  const submit = () => {
    if (!sendable) return
    onSend(text.trim())
    setText('')
    setEditing(false)
    store('session', key, undefined)
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        submit()
      }}
      className="rounded-xl border border-line-strong bg-raised transition-colors duration-100 focus-within:border-accent hover:border-ink-3 focus-within:hover:border-accent"
    >
      {editing && (
        <div className="flex items-center justify-between gap-2 border-b border-line py-1 pr-1.5 pl-3.5 text-sm text-ink-2">
          <span className="flex items-center gap-2">
            <PencilLine size={14} aria-hidden="true" />
            Sends as a new question
          </span>
          <IconButton
            size="sm"
            label="Stop editing"
            tip={false}
            icon={<X size={14} />}
            onClick={() => {
              setEditing(false)
              setText('')
              area.current?.focus()
            }}
          />
        </div>
      )}
      <div className="flex items-end gap-2 p-1.5">
        <textarea
          ref={area}
          rows={1}
          value={text}
          aria-label="Your question"
          aria-invalid={length > most || undefined}
          aria-describedby={length > most - 500 ? 'composer-length' : undefined}
          placeholder={placeholder}
          enterKeyHint="send"
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
              event.preventDefault()
              submit()
            }
          }}
          className="max-h-[min(40dvh,20rem)] min-h-9 flex-1 resize-none bg-transparent px-2.5 py-1.5 text-md outline-none placeholder:truncate coarse:text-[1rem]"
        />
        {running ? (
          <button
            type="button"
            aria-label={stopping ? 'Stopping' : 'Stop answering'}
            aria-keyshortcuts="Escape"
            disabled={stopping}
            onClick={onStop}
            className="grid size-9 shrink-0 place-items-center rounded-lg border border-line-strong bg-surface text-ink hover:bg-hover disabled:opacity-60"
          >
            <Square size={13} className="fill-current" />
          </button>
        ) : (
          <button
            type="submit"
            aria-label="Send"
            disabled={!sendable}
            className={cx('grid size-9 shrink-0 place-items-center rounded-lg transition-colors duration-100', sendable ? 'bg-accent text-on-accent hover:bg-accent-strong' : 'bg-active text-ink-3')}
          >
            <ArrowUp size={18} />
          </button>
        )}
      </div>
      {length > most - 500 && (
        <p id="composer-length" className={cx('px-4 pb-2 text-right text-xs tabular', length > most ? 'text-danger-text' : 'text-ink-3')}>
          {length > most ? `${length - most} characters too many` : `${most - length} characters left`}
        </p>
      )}
    </form>
  )
}
