import type { DummyDataJob } from '@/api/generated'
import { formatCount, formatPercent, formatWait } from '@/lib/format'
import { Progress } from '@/ui/Progress'

/** How far the work is, how fast it goes and how long it takes. */
export function JobProgress({ job, seenAt }: { job: DummyDataJob; seenAt: number }) {
  const left = timeLeft(job, seenAt)
  return (
    <div>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 text-base">
        <span className="font-medium">{job.status === 'queued' ? 'Starting…' : job.progress >= 0.99 ? 'Counting it all once…' : 'Loading demo data…'}</span>
        <span className="text-ink-2 tabular">{formatPercent(Math.round(job.progress * 100) / 100)}</span>
      </div>
      <Progress className="mt-2" value={job.progress} label="Loading demo data" />
      <p className="mt-2 min-h-5 text-sm text-ink-3 tabular">
        {formatCount(job.events)} of {formatCount(job.target.events)} events{left !== undefined && `, ${formatWait(left)} left`}. You can leave this page.
      </p>
    </div>
  )
}

/** Seconds left, from the pace up to the moment at which the job stood like this. */
function timeLeft(job: DummyDataJob, seenAt: number): number | undefined {
  if (!job.startedAt || job.progress < 0.05) return undefined
  const spent = (seenAt - new Date(job.startedAt).getTime()) / 1000
  return spent < 2 ? undefined : (spent / job.progress) * (1 - job.progress)
}
