import { Mail, MapPin, Phone } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link, Navigate, useParams } from 'react-router-dom'
import type { Customer } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatAgo, formatCount, formatDateTime, formatDay, formatMoney, formatPercent } from '@/lib/format'
import { usePageTitle } from '@/lib/hooks'
import { Badge } from '@/ui/Badge'
import { PageBar } from '@/ui/PageBar'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { Consents } from './Consents'
import { CustomerMenu } from './CustomerMenu'
import { customersApi } from './customers'
import { Failure, Missing } from './Failure'
import { Merges } from './Merges'
import { Facts, Panel } from './Panel'
import { nameOf } from './People'
import { Trail } from './SegmentPage'
import { Timeline } from './Timeline'
import { countryName } from './ValueInput'

/** One customer: who they are, what they did, allow, belong to and will do next. */
export function CustomerPage() {
  const { id = '' } = useParams()
  const { data: customer, error, refetch } = customersApi.useGetCustomerQuery({ id }, { refetchOnFocus: true, refetchOnMountOrArgChange: true })
  usePageTitle(customer ? nameOf(customer) : 'Customer')
  if (!customer && error) {
    const problem = problemOf(error)
    const now = (problem as { customerId?: string }).customerId
    if (problem.code === 'customer_merged' && now) return <Navigate to={`/audience/customers/${now}`} replace />
    return problem.status === 404 ? <Missing what="customer" /> : <Failure title="Customer" problem={problem} onAgain={() => void refetch()} />
  }
  if (!customer) return <CustomerSkeleton />
  return (
    <>
      <PageBar title={<Trail name={nameOf(customer)} to="/audience/customers" parent="Customers" />} actions={<CustomerMenu key={customer.id} customer={customer} />} />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid w-full max-w-[92rem] gap-x-6 gap-y-5 px-4 pt-5 pb-16 sm:px-6 lg:grid-cols-[minmax(0,1fr)_20rem] lg:grid-rows-[auto_1fr] 2xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="min-w-0 space-y-5">
            <Head customer={customer} />
            <Figures customer={customer} />
          </div>
          <div className="min-w-0 space-y-4 lg:row-span-2">
            <Consents customer={customer} />
            <Predictions customer={customer} />
            <Segments customer={customer} />
            <Behaviour customer={customer} />
            <Known customer={customer} />
            <Merges id={customer.id} />
          </div>
          <div className="min-w-0">
            <Timeline id={customer.id} />
          </div>
        </div>
      </div>
    </>
  )
}

function Head({ customer }: { customer: Customer }) {
  const place = [customer.city, customer.country && countryName(customer.country)].filter(Boolean).join(', ')
  const line = (icon: ReactNode, text: string) => (
    <span className="inline-flex min-w-0 items-center gap-1.5">
      {icon}
      <span className="truncate">{text}</span>
    </span>
  )
  return (
    <div className="flex items-start gap-4">
      <span aria-hidden="true" className="grid size-12 shrink-0 place-items-center rounded-full bg-accent-soft text-lg font-semibold text-accent-text uppercase">
        {initials(customer)}
      </span>
      <div className="min-w-0">
        <h2 className="flex flex-wrap items-center gap-2 text-xl font-semibold tracking-[-0.015em]">
          <span className="min-w-0 break-words">{nameOf(customer)}</span>
          {customer.demo && <Badge>Demo data</Badge>}
        </h2>
        <p className="mt-0.5 flex flex-wrap gap-x-4 gap-y-0.5 text-base text-ink-2 [&_svg]:shrink-0 [&_svg]:text-ink-3">
          {customer.email && line(<Mail size={14} aria-label="Email" />, customer.email)}
          {customer.phone && line(<Phone size={14} aria-label="Phone" />, customer.phone)}
          {place && line(<MapPin size={14} aria-label="Place" />, place)}
        </p>
      </div>
    </div>
  )
}

function initials(c: Customer): string {
  const both = `${c.firstName?.charAt(0) ?? ''}${c.lastName?.charAt(0) ?? ''}`
  return both || c.email?.charAt(0) || '?'
}

function Figures({ customer: { features: f } }: { customer: Customer }) {
  if (!f) return <p className="rounded-xl border border-dashed border-line-strong px-4 py-5 text-base text-ink-2">They did nothing yet that is counted.</p>
  const figures: [string, string, string?][] = [
    ['Spent', formatMoney(f.revenue.amount, f.revenue.currency), f.refunds > 0 ? `after ${formatCount(f.refunds)} ${f.refunds === 1 ? 'refund' : 'refunds'}` : undefined],
    ['Orders', formatCount(f.orders), f.orders > 0 ? `${formatMoney(f.averageOrder.amount, f.averageOrder.currency)} on average` : undefined],
    ['Last order', f.lastOrderAt ? formatAgo(f.lastOrderAt) : 'Never'],
    ['Last seen', formatAgo(f.lastSeenAt), `${formatCount(f.visits)} ${f.visits === 1 ? 'visit' : 'visits'}`],
  ]
  return (
    <>
      <dl className="grid grid-cols-2 overflow-hidden rounded-xl border border-line bg-surface xl:grid-cols-4">
        {figures.map(([name, value, note]) => (
          <div key={name} className="border-line px-4 py-3 not-first:border-l max-xl:[&:nth-child(3)]:border-l-0 max-xl:[&:nth-child(n+3)]:border-t">
            <dt className="text-sm text-ink-2">{name}</dt>
            <dd className="text-lg font-semibold tracking-[-0.01em] tabular">{value}</dd>
            <dd className="min-h-4 text-xs text-ink-3 tabular">{note}</dd>
          </div>
        ))}
      </dl>
      {f.cart && (
        <p className="flex flex-wrap items-baseline gap-x-2 rounded-xl border border-warn-line bg-warn-soft px-4 py-2.5 text-base text-warn-text">
          <span className="font-medium">Open cart of {formatMoney(f.cart.value.amount, f.cart.value.currency)}</span>
          <span>last touched {formatAgo(f.cart.touchedAt ?? f.cart.since)}</span>
        </p>
      )}
    </>
  )
}

function Predictions({ customer: { predictions: p } }: { customer: Customer }) {
  if (!p) return null
  const share = (n: number) => formatPercent(Math.round(n * 100) / 100)
  const facts: [string, ReactNode][] = []
  if (p.pAlive !== undefined) facts.push(['Still a customer', share(p.pAlive)])
  if (p.churnRisk !== undefined) facts.push(['Risk of leaving', share(p.churnRisk)])
  if (p.expectedOrders90 !== undefined) facts.push(['Orders in 90 days', new Intl.NumberFormat(navigator.language, { maximumFractionDigits: 2 }).format(p.expectedOrders90)])
  if (p.expectedValue90) facts.push(['Worth in 90 days', formatMoney(p.expectedValue90.amount, p.expectedValue90.currency)])
  facts.push(['Recency, frequency, money', `${p.recency} · ${p.frequency} · ${p.monetary} of 5`])
  return (
    <Panel title="Expected next" note="BG/NBD model">
      <Facts facts={facts} />
    </Panel>
  )
}

function Segments({ customer }: { customer: Customer }) {
  const timeZone = useMe()?.workspace.timeZone
  return (
    <Panel title="Segments">
      {customer.segments.length === 0 ? (
        <p className="text-base text-ink-2">In none.</p>
      ) : (
        <ul className="space-y-1.5">
          {customer.segments.map((s) => (
            <li key={s.id} className="flex items-baseline justify-between gap-3">
              <Link to={`/audience/segments/${s.id}`} className="min-w-0 truncate rounded-xs text-accent-text hover:underline">
                {s.name}
              </Link>
              <span className="shrink-0 text-sm text-ink-3">since {formatDay(s.since, timeZone)}</span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  )
}

function Behaviour({ customer: { features: f } }: { customer: Customer }) {
  const me = useMe()
  if (!f) return null
  const hour = (h: number) => `${String(h).padStart(2, '0')}:00–${String((h + 1) % 24).padStart(2, '0')}:00`
  const messages = Object.entries(f.engagement).filter(([, e]) => e.sent > 0 || e.opened > 0 || e.clicked > 0)
  return (
    <Panel title="Behaviour">
      <Facts
        facts={[
          ['First seen', formatDay(f.firstSeenAt, me?.workspace.timeZone)],
          ['Pages viewed', formatCount(f.pageViews)],
          ['Products viewed', formatCount(f.productViews)],
          ['Put into the cart', formatCount(f.productAdds)],
          ['Checkouts begun', formatCount(f.checkouts)],
          ...(f.bestHour === undefined ? [] : ([['Most active', hour(f.bestHour)]] as [string, ReactNode][])),
          ...messages.map(([channel, e]): [string, ReactNode] => [`Messages by ${channel}`, `${formatCount(e.sent)} sent, ${formatCount(e.opened)} opened, ${formatCount(e.clicked)} clicked`]),
        ]}
      />
      {f.affinities.length > 0 && (
        <>
          <h3 className="pt-3.5 pb-1.5 text-xs font-medium text-ink-3">Cares most for</h3>
          <ul className="space-y-1">
            {f.affinities.map((a) => (
              <li key={a.product} className="flex items-baseline justify-between gap-3">
                <span className="min-w-0 truncate">{a.product}</span>
                <span className="shrink-0 text-sm text-ink-3">{[a.views && `${formatCount(a.views)} viewed`, a.adds && `${formatCount(a.adds)} in cart`, a.orders && `${formatCount(a.orders)} bought`].filter(Boolean).join(', ')}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </Panel>
  )
}

const kinds: Record<string, string> = { user_id: 'User id', email: 'Email', phone: 'Phone' }

function Known({ customer }: { customer: Customer }) {
  const timeZone = useMe()?.workspace.timeZone
  const attributes = Object.entries(customer.attributes)
  const facts: [string, ReactNode][] = [
    ...customer.identities.map((i): [string, ReactNode] => [kinds[i.kind] ?? i.kind, i.value]),
    ...(customer.devices.length > 0 ? ([['Devices', formatCount(customer.devices.length)]] as [string, ReactNode][]) : []),
    ...(customer.locale ? ([['Language', customer.locale]] as [string, ReactNode][]) : []),
    ['Time zone', customer.timeZone],
    ['Profile made', formatDateTime(customer.createdAt, timeZone)],
    ...attributes.map(([name, value]): [string, ReactNode] => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  ]
  return (
    <Panel title="Known by">
      {/* Two of a kind are two lines. */}
      <dl className="space-y-1.5">
        {facts.map(([name, value], i) => (
          <div key={i} className="flex items-baseline justify-between gap-4">
            <dt className="shrink-0 text-ink-2">{name}</dt>
            <dd className="min-w-0 text-right break-words">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}

function CustomerSkeleton() {
  return (
    <>
      <PageBar title={<Trail name="" to="/audience/customers" parent="Customers" />} />
      <Loading label="Loading the customer" className="mx-auto grid w-full max-w-[92rem] gap-6 px-4 pt-5 sm:px-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="space-y-5">
          <div className="flex items-center gap-4">
            <Skeleton className="size-12 rounded-full" />
            <div className="space-y-2">
              <Skeleton className="h-5 w-44" />
              <Skeleton className="h-4 w-64" />
            </div>
          </div>
          <Skeleton className="h-22 rounded-xl" />
          <Skeleton className="h-96 rounded-xl" />
        </div>
        <div className="space-y-4 max-lg:hidden">
          <Skeleton className="h-52 rounded-xl" />
          <Skeleton className="h-40 rounded-xl" />
        </div>
      </Loading>
    </>
  )
}
