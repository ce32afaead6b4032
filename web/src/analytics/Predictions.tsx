import { Check, CircleDashed } from 'lucide-react'
import { api } from '@/api/api'
import type { CustomerPrediction, PredictionRequirement, Predictions as Answer } from '@/api/generated'
import { formatCount, formatDay, formatMoney, formatPercent } from '@/lib/format'
import { Notice } from '@/ui/Notice'
import { Progress } from '@/ui/Progress'
import { Backtest } from './Backtest'
import { FigureTable } from './FigureTable'
import { Interval } from './Interval'
import { Panel } from './Panel'

/** What customers are expected to do next, how sure that is, and how well it did before. */
export function Predictions() {
  const args = { limit: 10 }
  const waiting = api.endpoints.getAnalyticsPredictions.useQueryState(args).currentData?.status === 'not_computed'
  const result = api.useGetAnalyticsPredictionsQuery(args, { pollingInterval: waiting ? 5000 : 0 })
  return (
    <Panel
      title="Predictions"
      description="From all orders so far: the range and the segment above do not apply here."
      result={result}
      counted={(data) => data}
      words={{ events: 'orders', customers: 'buyers' }}
      csv={{ report: 'predictions', params: {} }}
      height="min-h-180 lg:min-h-150"
      empty={(data) => (data.status === 'not_computed' ? 'Predictions are made when orders have come in. This page looks again by itself.' : undefined)}
    >
      {(data) => (data.status === 'ready' ? <Ready data={data} /> : <NotEnough data={data} />)}
    </Panel>
  )
}

/** What there is too little of, and how far it is. */
export function NotEnough({ data }: { data: Answer }) {
  const missing = data.notEnough ?? []
  return (
    <div className="mx-auto grid h-full max-w-2xl content-center gap-4 py-8">
      <div>
        <h3 className="text-lg font-semibold">Not enough data yet to predict from</h3>
        <p className="mt-1 text-base text-ink-2">Predictions learn from how your own customers order again. They begin by themselves once this is there:</p>
      </div>
      <ul className="space-y-3">
        {missing.map((m) => (
          <Requirement key={m.what} requirement={m} />
        ))}
      </ul>
    </div>
  )
}

function Requirement({ requirement: r }: { requirement: PredictionRequirement }) {
  const atMost = r.what === 'days_since_last_order'
  return (
    <li className="rounded-lg border border-line p-3.5">
      <p className="flex items-start gap-2.5 text-base">
        <CircleDashed size={16} aria-hidden="true" className="mt-0.5 shrink-0 text-ink-3" />
        <span>
          {r.message}
          <span className="block text-sm text-ink-3 tabular">
            {formatCount(r.have)} of {atMost ? 'at most' : 'at least'} {formatCount(r.need)}
          </span>
        </span>
      </p>
      {!atMost && <Progress className="mt-2.5" value={r.have / Math.max(1, r.need)} label={r.message} />}
    </li>
  )
}

function Ready({ data }: { data: Answer }) {
  const orders = data.expectedOrders
  const revenue = data.expectedRevenue
  const several = data.customers - data.boughtOnce
  return (
    <div className="space-y-6">
      <dl className="grid gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-2 xl:grid-cols-4">
        {orders && (
          <Tile name={`Orders expected in the next ${data.horizonDays} days`} value={formatCount(Math.round(orders.mean))}>
            {orders.low !== undefined && orders.high !== undefined ? <Interval low={orders.low} mid={orders.mean} high={orders.high} show={(v) => formatCount(Math.round(v))} /> : 'No interval: see the test below.'}
          </Tile>
        )}
        {revenue && (
          <Tile name={`Revenue expected in the next ${data.horizonDays} days`} value={formatMoney(revenue.mean.amount, revenue.mean.currency)}>
            {revenue.low && revenue.high ? (
              <Interval low={Number(revenue.low.amount)} mid={Number(revenue.mean.amount)} high={Number(revenue.high.amount)} show={(v) => formatMoney(v, revenue.mean.currency)} />
            ) : (
              'No interval: see the test below.'
            )}
          </Tile>
        )}
        <Tile name="Likely customers still" value={formatCount(Math.round(data.alive))}>
          {several > 0 && `${formatPercent(data.alive / several)} of `}
          {formatCount(several)} who ordered on several days
        </Tile>
        <Tile name="Ordered on one day only" value={formatCount(data.boughtOnce)}>
          Whether they have left cannot be told yet
        </Tile>
      </dl>
      <p className="-mt-3 text-xs text-ink-3">
        Of customers who have ordered before, {data.lastDay && `from the day after ${formatDay(`${data.lastDay}T00:00:00Z`, 'UTC')}`}. Orders on one day count as one; revenue is before refunds. Intervals are 90%.
        {!data.upToDate && ' Newer data has come in; the next fit follows.'}
      </p>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-6 lg:grid-cols-2">
        <Churn data={data} />
        {data.backtest ? (
          <Backtest test={data.backtest} />
        ) : (
          <section aria-label="Test">
            <h3 className="text-base font-semibold">How well it did before</h3>
            <div className="mt-2">
              <Notice tone="warn" title="Not tested yet, so there is no interval">
                <ul className="list-disc pl-4">
                  {(data.noBacktest ?? []).map((r) => (
                    <li key={r.what}>{r.message}</li>
                  ))}
                </ul>
              </Notice>
            </div>
          </section>
        )}
      </div>
      {data.top.length > 0 && <Top customers={data.top} horizon={data.horizonDays} />}
      <Models data={data} />
    </div>
  )
}

function Tile({ name, value, children }: { name: string; value: string; children: React.ReactNode }) {
  return (
    <div className="bg-surface p-3.5 sm:p-4">
      <dt className="text-sm text-ink-2">{name}</dt>
      <dd>
        <span className="block text-2xl font-semibold tracking-[-0.02em] tabular">{value}</span>
        <span className="mt-1 block text-sm text-ink-3">{children}</span>
      </dd>
    </div>
  )
}

function Churn({ data }: { data: Answer }) {
  const most = Math.max(...data.churn.map((c) => c.customers), 1)
  return (
    <section aria-labelledby="churn" className="min-w-0">
      <h3 id="churn" className="text-base font-semibold">
        Risk of having left
      </h3>
      <p className="text-sm text-ink-2">Customers who ordered on several days, by how likely they are gone.</p>
      <table className="mt-2 w-full border-collapse text-sm">
        <thead>
          <tr className="text-xs text-ink-3">
            <th scope="col" className="pb-1 text-left font-normal whitespace-nowrap">
              Risk
            </th>
            <th scope="col" className="w-full">
              <span className="sr-only">Bar</span>
            </th>
            <th scope="col" className="pb-1 text-right font-normal">
              Customers
            </th>
            <th scope="col" className="pb-1 pl-4 text-right font-normal sm:whitespace-nowrap">
              Expected revenue
            </th>
          </tr>
        </thead>
        <tbody>
          {data.churn.map((c) => (
            <tr key={c.from}>
              <th scope="row" className="py-1 pr-3 text-left font-normal whitespace-nowrap text-ink-2 tabular">
                {Math.round(c.from * 100)} to {formatPercent(c.to)}
              </th>
              <td className="py-1">
                <span aria-hidden="true" className="block h-4 rounded-xs bg-sunken">
                  <span className="block h-full rounded-xs bg-chart-1" style={{ width: `${(c.customers / most) * 100}%` }} />
                </span>
              </td>
              <td className="pl-3 text-right tabular">{formatCount(c.customers)}</td>
              <td className="pl-4 text-right text-ink-2 tabular">{formatMoney(c.expectedRevenue.amount, c.expectedRevenue.currency)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Top({ customers, horizon }: { customers: CustomerPrediction[]; horizon: number }) {
  return (
    <section aria-labelledby="top-customers">
      <h3 id="top-customers" className="text-base font-semibold">
        Of most expected value
      </h3>
      <FigureTable
        label="Customers of most expected value"
        className="mt-1.5"
        rows={customers}
        rowKey={(c) => c.customerId}
        columns={[
          {
            key: 'name',
            label: 'Customer',
            cell: (c) => (
              <span className="block min-w-36">
                {c.name || c.email || 'No name known'}
                {c.name && c.email && <span className="block truncate text-xs font-normal text-ink-3">{c.email}</span>}
              </span>
            ),
          },
          { key: 'last', label: 'Last order', align: 'right', by: (c) => c.lastOrderOn, cell: (c) => formatDay(`${c.lastOrderOn}T00:00:00Z`, 'UTC') },
          { key: 'days', label: 'Order days', align: 'right', by: (c) => c.orderDays, cell: (c) => formatCount(c.orderDays) },
          { key: 'alive', label: 'Customer still', align: 'right', by: (c) => c.pAlive ?? -1, cell: (c) => (c.pAlive === undefined ? '' : formatPercent(c.pAlive)) },
          { key: 'orders', label: `Orders in ${horizon} days`, align: 'right', by: (c) => c.expectedOrders90 ?? -1, cell: (c) => (c.expectedOrders90 === undefined ? '' : c.expectedOrders90.toFixed(2)) },
          { key: 'value', label: 'Expected value', align: 'right', by: (c) => Number(c.expectedValue90?.amount ?? -1), cell: (c) => c.expectedValue90 && <span className="font-medium">{formatMoney(c.expectedValue90.amount, c.expectedValue90.currency)}</span> },
        ]}
      />
    </section>
  )
}

function Models({ data }: { data: Answer }) {
  const p = data.parameters
  if (!p) return null
  const number = (v: number, digits = 3) => v.toLocaleString(navigator.language, { minimumFractionDigits: digits, maximumFractionDigits: digits })
  const { bgNbd, gammaGamma } = p
  return (
    <details className="group rounded-lg border border-line">
      <summary className="rounded-lg px-3.5 py-2.5 text-base font-medium text-ink-2 hover:text-ink">How it is computed, with the fitted parameters</summary>
      <div className="grid gap-x-8 gap-y-4 border-t border-line p-3.5 text-sm md:grid-cols-2">
        <Model
          name="How often they order: BG/NBD"
          source="Fader, Hardie and Lee, “Counting Your Customers” the Easy Way, Marketing Science 24(2), 2005"
          values={[
            ['r', number(bgNbd.r)],
            ['α (weeks)', number(bgNbd.alpha)],
            ['a', number(bgNbd.a)],
            ['b', number(bgNbd.b)],
            ['log-likelihood', number(p.logLikelihood, 1)],
            ['fitted on', `${formatCount(p.fittedOn)} customers`],
          ]}
        />
        {gammaGamma ? (
          <Model
            name="What an order is worth: Gamma-Gamma"
            source="Fader and Hardie, The Gamma-Gamma Model of Monetary Value, 2013"
            values={[
              ['p', number(gammaGamma.p)],
              ['q', number(gammaGamma.q)],
              ['γ', number(gammaGamma.gamma)],
              ['log-likelihood', number(p.valueLogLikelihood ?? 0, 1)],
              ['fitted on', `${formatCount(p.valueFittedOn ?? 0)} customers`],
              ['how often against how much', `${number(p.correlation, 2)} (the model takes it to be near 0)`],
            ]}
          />
        ) : (
          <div>
            <h4 className="font-[560]">What an order is worth: the average of all</h4>
            <p className="mt-1 text-ink-2">The amounts do not let the Gamma-Gamma model be fitted, so everybody’s orders count at the average.</p>
          </div>
        )}
      </div>
    </details>
  )
}

function Model({ name, source, values }: { name: string; source: string; values: [string, string][] }) {
  return (
    <div>
      <h4 className="flex items-center gap-2 font-[560]">
        <Check size={14} aria-hidden="true" className="text-accent-text" />
        {name}
      </h4>
      <p className="mt-0.5 text-ink-3">{source}</p>
      <dl className="mt-2 grid grid-cols-[auto_1fr] gap-x-4 gap-y-0.5">
        {values.map(([term, value]) => (
          <div key={term} className="contents">
            <dt className="text-ink-2">{term}</dt>
            <dd className="tabular">{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
