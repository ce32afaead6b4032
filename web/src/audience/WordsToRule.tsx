import { Sparkles } from 'lucide-react'
import { useState } from 'react'
import { api } from '@/api/api'
import type { ParsedSegment } from '@/api/generated'
import { isProblem, problemOf, type Problem } from '@/api/problem'
import { Button } from '@/ui/Button'

/** What plain words were read as, beside the words themselves. */
export interface Read extends ParsedSegment {
  text: string
}

export const providerName = (provider: string) => (provider === 'analyst' ? 'the built-in analyst' : provider === 'openai' ? 'the AI model' : provider)

/** A rule out of plain words. It is always shown before it is kept. */
export function WordsToRule({ onRead, example, action = 'Make a rule' }: { onRead: (read: Read) => void; example?: string; action?: string }) {
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<Problem & { unsure?: string[] }>()
  const [parse, { isLoading }] = api.useParseSegmentMutation()
  const submit = async () => {
    const said = text.trim()
    if (!said || isLoading) return
    setProblem(undefined)
    try {
      onRead({ ...(await parse({ parseSegmentRequest: { text: said } }).unwrap()), text: said })
      setText('')
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        void submit()
      }}
    >
      <div className="flex flex-col gap-1.5 rounded-lg border border-line-strong bg-surface p-1.5 has-[textarea:focus-visible]:border-accent has-[textarea:focus-visible]:outline-1 has-[textarea:focus-visible]:outline-accent sm:flex-row sm:items-end">
        <div className="flex min-w-0 flex-1 items-start">
          <Sparkles size={16} aria-hidden="true" className="mt-2 ml-2 shrink-0 text-accent-text" />
          <textarea
            aria-label="Who is meant, in plain words"
            aria-invalid={problem ? true : undefined}
            aria-describedby={problem ? 'words-problem' : undefined}
            rows={1}
            maxLength={1000}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) {
                event.preventDefault()
                void submit()
              }
            }}
            placeholder={example ?? 'People in Germany who bought twice in the last 90 days'}
            className="max-h-40 min-h-8 w-full resize-none bg-transparent px-2 py-1.5 text-base outline-none [field-sizing:content]"
          />
        </div>
        <Button type="submit" variant={text.trim() ? 'primary' : 'secondary'} busy={isLoading} disabled={!text.trim()}>
          {action}
        </Button>
      </div>
      {problem && (
        <div id="words-problem" role="alert" className="mt-2 text-sm text-danger-text">
          <p>{problem.detail}</p>
          {isProblem(problem) && problem.unsure?.map((one) => <p key={one}>{one}.</p>)}
        </div>
      )}
    </form>
  )
}
