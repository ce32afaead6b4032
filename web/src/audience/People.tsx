import { Link } from 'react-router-dom'
import type { SegmentCustomer } from '@/api/generated'
import { cx } from '@/lib/cx'
import { formatAgo, formatCount, formatDay, formatMoney } from '@/lib/format'
import { Skeleton } from '@/ui/Skeleton'
import { countryName } from './ValueInput'

type Person = SegmentCustomer

/** What to call a customer of whom perhaps nothing is known. */
export const nameOf = (person: { name: string; email?: string }) => person.name || person.email || 'Unknown visitor'

const channelNames: Record<string, string> = { email: 'Email', sms: 'SMS', push: 'Push', whatsapp: 'WhatsApp' }

const place = (p: Person) => [p.city, p.country && countryName(p.country)].filter(Boolean).join(', ')

/** Customers, one a row, each leading to their page. */
export function People({ people, label, since, timeZone }: { people: Person[]; label: string; since?: boolean; timeZone?: string }) {
  const head = 'border-b border-line px-3 py-2 text-left text-xs font-medium whitespace-nowrap text-ink-3 first:pl-4 last:pr-4'
  const cell = 'px-3 py-2 first:pl-4 last:pr-4'
  return (
    <table aria-label={label} className="w-full border-collapse text-base">
      <thead>
        <tr>
          <th scope="col" className={head}>Customer</th>
          <th scope="col" className={cx(head, 'max-lg:hidden')}>Place</th>
          <th scope="col" className={cx(head, 'max-xl:hidden')}>Reachable by</th>
          <th scope="col" className={cx(head, 'text-right max-sm:hidden')}>Orders</th>
          <th scope="col" className={cx(head, 'text-right')}>Spent</th>
          <th scope="col" className={cx(head, 'text-right max-sm:hidden')}>Last seen</th>
          {since && <th scope="col" className={cx(head, 'text-right max-md:hidden')}>Joined</th>}
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <tr key={person.id} className="relative border-b border-line last:border-0 hover:bg-hover has-focus-visible:bg-hover">
            <td className={cx(cell, 'w-full max-w-0')}>
              <Link to={`/audience/customers/${person.id}`} className="block truncate rounded-xs font-medium after:absolute after:inset-0">
                {nameOf(person)}
              </Link>
              <span className="block truncate text-sm text-ink-3">{person.name ? person.email || 'No email address' : person.email ? 'No name' : 'Neither name nor email yet'}</span>
            </td>
            <td className={cx(cell, 'max-w-60 truncate text-ink-2 max-lg:hidden')}>{place(person)}</td>
            <td className={cx(cell, 'whitespace-nowrap text-ink-2 max-xl:hidden')}>{person.channels.map((c) => channelNames[c] ?? c).join(', ')}</td>
            <td className={cx(cell, 'text-right tabular max-sm:hidden')}>{formatCount(person.orders)}</td>
            <td className={cx(cell, 'text-right whitespace-nowrap tabular')}>{formatMoney(person.revenue.amount, person.revenue.currency)}</td>
            <td className={cx(cell, 'text-right whitespace-nowrap text-ink-2 max-sm:hidden')}>{person.lastSeenAt ? formatAgo(person.lastSeenAt) : ''}</td>
            {since && <td className={cx(cell, 'text-right whitespace-nowrap text-ink-2 max-md:hidden')}>{person.since ? formatDay(person.since, timeZone) : ''}</td>}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function PeopleSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div className="divide-y divide-line">
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} className="flex items-center gap-4 px-4 py-2.5">
          <div className="flex-1 space-y-1.5">
            <Skeleton className={i % 3 === 0 ? 'h-3.5 w-36' : 'h-3.5 w-44'} />
            <Skeleton className="h-3 w-56 max-w-full" />
          </div>
          <Skeleton className="h-3.5 w-16" />
          <Skeleton className="h-3.5 w-20 max-sm:hidden" />
        </div>
      ))}
    </div>
  )
}
