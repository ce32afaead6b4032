import { Search, X } from 'lucide-react'
import { Link, useSearchParams } from 'react-router-dom'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { cx } from '@/lib/cx'
import { usePageTitle, useSettled } from '@/lib/hooks'
import { Button, buttonClass } from '@/ui/Button'
import { More } from '@/ui/More'
import { Notice } from '@/ui/Notice'
import { Loading } from '@/ui/Skeleton'
import { AudienceFrame } from './AudienceFrame'
import { usePeopleInfiniteQuery } from './customers'
import { People, PeopleSkeleton } from './People'

/** Everybody, who was seen last first, and the search for one of them. */
export function CustomersPage() {
  usePageTitle('Customers')
  const timeZone = useMe()?.workspace.timeZone
  const [search, setSearch] = useSearchParams()
  const typed = search.get('q') ?? ''
  const q = useSettled(typed.trim(), 200)
  const { currentData, data, error, isFetching, hasNextPage, fetchNextPage, refetch } = usePeopleInfiniteQuery(q, { refetchOnFocus: true })
  // While the next search runs, what the last one found stays.
  const people = (currentData ?? data)?.pages.flatMap((page) => page.items)
  const type = (next: string) => setSearch(next ? { q: next } : {}, { replace: true })
  return (
    <AudienceFrame tab="customers">
      <div className="relative mb-4 max-w-xl">
        <Search size={15} aria-hidden="true" className="absolute top-1/2 left-3 -translate-y-1/2 text-ink-3" />
        <input
          type="search"
          aria-label="Search customers"
          value={typed}
          maxLength={200}
          spellCheck={false}
          autoComplete="off"
          placeholder="Email, phone, name or user id begins with…"
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && typed && (event.preventDefault(), type(''))}
          className="h-9 w-full rounded-md border border-line-strong bg-surface pr-9 pl-9 text-base outline-offset-0 hover:border-ink-3 coarse:h-11 [&::-webkit-search-cancel-button]:hidden"
        />
        {typed && (
          <button type="button" aria-label="Clear search" onClick={() => type('')} className="absolute inset-y-0 right-0 grid w-9 place-items-center text-ink-3 hover:text-ink">
            <X size={15} />
          </button>
        )}
      </div>
      {error && !isFetching && (
        <Notice
          tone="danger"
          role="alert"
          action={
            <Button size="sm" onClick={() => void (people ? fetchNextPage() : refetch())}>
              Try again
            </Button>
          }
        >
          {problemOf(error).detail}
        </Notice>
      )}
      {people?.length === 0 ? (
        <div role="status" className="rounded-xl border border-dashed border-line-strong px-4 py-10 text-center">
          <p className="text-md font-medium">{q ? `Nobody’s email, phone, name or id begins with “${q}”` : 'There are no customers yet'}</p>
          <p className="mt-1 text-base text-ink-2">{q ? 'Try the beginning of their email address or last name.' : 'They show here as soon as events come in.'}</p>
          {!q && (
            <Link to="/data" className={cx(buttonClass('primary'), 'mt-4')}>
              Go to Data
            </Link>
          )}
        </div>
      ) : (
        (people ?? isFetching) && (
          <div aria-busy={isFetching} className="overflow-hidden rounded-xl border border-line bg-surface">
            {people ? (
              <People people={people} label="Customers" timeZone={timeZone} />
            ) : (
              <Loading label="Loading customers">
                <PeopleSkeleton rows={12} />
              </Loading>
            )}
          </div>
        )
      )}
      {hasNextPage && !error && <More key={people?.length} busy={isFetching} onMore={() => void fetchNextPage()} />}
    </AudienceFrame>
  )
}
