import { FlaskConical } from 'lucide-react'
import { Link } from 'react-router-dom'
import { Button } from '@/ui/Button'
import { Notice } from '@/ui/Notice'
import { JobProgress } from './JobProgress'
import { sizes, useDemoData } from './useDemoData'

/** Demo data in one click, for a workspace that has none. */
export default function DemoDataInvite() {
  const { job, seenAt, running, problem, load, starting } = useDemoData()
  const size = sizes[0]!
  return (
    <section aria-label="Demo data" className="max-w-2xl rounded-xl border border-line bg-surface p-4 sm:p-5">
      {running && job ? (
        <JobProgress job={job} seenAt={seenAt} />
      ) : (
        <div className="flex flex-wrap items-center gap-x-6 gap-y-4">
          <div className="min-w-0 flex-1 basis-72">
            <h3 className="text-lg font-semibold tracking-[-0.01em]">Try it with demo data</h3>
            <p className="mt-1 text-base text-ink-2">
              A made-up shop with {size.customers.toLocaleString()} customers and half a year of what they did. It is marked as demo data everywhere, and you can remove it with one click.
            </p>
          </div>
          <Button variant="primary" size="lg" icon={<FlaskConical size={16} />} busy={starting} onClick={() => void load(size)}>
            Load demo data
          </Button>
        </div>
      )}
      {problem && (
        <div className="mt-4">
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        </div>
      )}
      {job?.status === 'failed' && (
        <div className="mt-4">
          <Notice tone="danger" role="alert" title="The demo data could not be loaded">
            {job.error || 'Something went wrong on our side. Try again.'}
          </Notice>
        </div>
      )}
      {!running && (
        <p className="mt-3 text-sm text-ink-3">
          More of it, or none any more?{' '}
          <Link to="/data" className="text-accent-text underline underline-offset-2">
            See Data
          </Link>
        </p>
      )}
    </section>
  )
}
