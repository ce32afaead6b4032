import { Link } from 'react-router-dom'
import type { Problem } from '@/api/problem'
import { Button, buttonClass } from '@/ui/Button'
import { PageBar } from '@/ui/PageBar'

/** In place of a page whose data could not be loaded. */
export function Failure({ title, problem, onAgain }: { title: string; problem: Problem; onAgain: () => void }) {
  return (
    <>
      <PageBar title={title} />
      <div role="alert" className="grid flex-1 content-center justify-items-center gap-2 px-6 text-center">
        <p className="text-xl font-semibold tracking-[-0.015em]">{problem.title || 'This could not be loaded'}</p>
        <p className="mb-3 max-w-md text-md text-ink-2">{problem.detail}</p>
        <Button variant="primary" onClick={onAgain}>
          Try again
        </Button>
      </div>
    </>
  )
}

/** In place of something that is not there. */
export function Missing({ what }: { what: string }) {
  return (
    <>
      <PageBar title="Audience" />
      <div className="grid flex-1 content-center justify-items-center gap-2 px-6 text-center">
        <p className="text-xl font-semibold tracking-[-0.015em]">This is no {what}</p>
        <p className="mb-3 max-w-md text-md text-ink-2">It may have been removed, or the link has a mistake in it.</p>
        <Link to="/audience" className={buttonClass('primary')}>
          See all segments
        </Link>
      </div>
    </>
  )
}
