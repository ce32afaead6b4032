import { CornerDownRight } from 'lucide-react'

export function FollowUps({ questions, onAsk }: { questions: string[]; onAsk: (question: string) => void }) {
  return (
    <section aria-label="Ask next" className="flex flex-wrap gap-2">
      {questions.map((question) => (
        <button
          key={question}
          type="button"
          onClick={() => onAsk(question)}
          className="inline-flex min-h-8 items-center gap-2 rounded-lg border border-line-strong bg-surface px-3 py-1 text-left text-base text-ink-2 transition-colors duration-100 hover:border-accent-line hover:bg-accent-soft hover:text-ink animate-appear coarse:min-h-10"
        >
          <CornerDownRight size={14} aria-hidden="true" className="shrink-0 text-ink-3" />
          {question}
        </button>
      ))}
    </section>
  )
}
