import type { PredictionBacktest } from '@/api/generated'
import { cx } from '@/lib/cx'
import { formatCount, formatDay, formatMoney, formatPercent } from '@/lib/format'
import { FigureTable } from './FigureTable'
import { Interval } from './Interval'
import { off, verdict } from './verdict'

/** What the method would have said of days that it was not told of, beside what came. */
export function Backtest({ test }: { test: PredictionBacktest }) {
  const said = verdict(test)
  const last = test.byFrequency.at(-1)?.repeats
  const signed = (share: number | undefined) => (share === undefined ? '' : `${share > 0 ? '+' : ''}${formatPercent(share)}`)
  return (
    <section aria-labelledby="backtest" className="min-w-0">
      <div className="flex flex-wrap items-center gap-2">
        <h3 id="backtest" className="text-base font-semibold">
          How well it did before
        </h3>
        <p className={cx('rounded-md border px-2 py-0.5 text-xs font-medium', said.tone === 'good' ? 'border-accent-line bg-accent-soft text-accent-text' : 'border-warn-line bg-warn-soft text-warn-text')}>{said.title}</p>
      </div>
      <p className="text-sm text-ink-2">
        Told only of orders to {formatDay(`${test.calibrationEnd}T00:00:00Z`, 'UTC')}, it predicted the {test.holdoutDays} days after for {formatCount(test.customers)} customers.
      </p>
      <div className="mt-3 rounded-lg border border-line p-3.5 text-sm">
        <dl className="grid grid-cols-3 gap-3">
          <Figure name="Expected orders" value={formatCount(Math.round(test.expectedOrders.mean))} />
          <Figure name="Came" value={formatCount(test.actualOrders)} note={signed(off(test.actualOrders, test.expectedOrders.mean))} />
          <Figure name="At the pace they had" value={formatCount(Math.round(test.naiveOrders))} note={signed(off(test.naiveOrders, test.actualOrders))} />
        </dl>
        {test.expectedOrders.low !== undefined && test.expectedOrders.high !== undefined && (
          <div className="mt-3 text-ink-3">
            <Interval low={test.expectedOrders.low} mid={test.expectedOrders.mean} high={test.expectedOrders.high} actual={test.actualOrders} show={(v) => formatCount(Math.round(v))} />
          </div>
        )}
        <dl className="mt-4 grid grid-cols-[1fr_auto_auto] gap-x-5 gap-y-1 tabular">
          <Row name="" model="Model" naive="Pace" head />
          <Row name="Off by, orders a customer" model={test.meanError.toFixed(2)} naive={test.naiveMeanError.toFixed(2)} />
          <Row name="Correlation with what came" model={test.correlation.toFixed(2)} naive={test.naiveCorrelation.toFixed(2)} />
        </dl>
        <p className="mt-2 text-ink-2">
          Revenue: {formatMoney(test.expectedRevenue.amount, test.expectedRevenue.currency)} expected, {formatMoney(test.actualRevenue.amount, test.actualRevenue.currency)} came (
          {signed(off(Number(test.actualRevenue.amount), Number(test.expectedRevenue.amount))) || 'nothing was expected'}).
        </p>
      </div>
      <FigureTable
        label="The test by how often customers had ordered before"
        className="mt-3"
        rows={test.byFrequency}
        rowKey={(g) => String(g.repeats)}
        columns={[
          { key: 'repeats', label: 'Repeats', hint: 'Repeat orders before', cell: (g) => `${g.repeats}${g.repeats === last ? ' or more' : ''}` },
          { key: 'customers', label: 'Customers', align: 'right', cell: (g) => formatCount(g.customers) },
          { key: 'expected', label: 'Expected', align: 'right', hint: 'Orders a customer', cell: (g) => g.expected.toFixed(2) },
          { key: 'actual', label: 'Came', align: 'right', hint: 'Orders a customer', cell: (g) => <span className="font-medium">{g.actual.toFixed(2)}</span> },
          { key: 'naive', label: 'Pace', align: 'right', hint: 'Had everybody gone on at the pace they had', cell: (g) => <span className="text-ink-3">{g.naive.toFixed(2)}</span> },
        ]}
      />
    </section>
  )
}

function Figure({ name, value, note }: { name: string; value: string; note?: string }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-ink-3">{name}</dt>
      <dd className="text-lg font-semibold tabular">
        {value} {note && <span className="text-sm font-normal text-ink-3">{note}</span>}
      </dd>
    </div>
  )
}

function Row({ name, model, naive, head }: { name: string; model: string; naive: string; head?: boolean }) {
  return (
    <div className="contents">
      <dt className="text-ink-2">{name || <span className="sr-only">Measure</span>}</dt>
      <dd className={head ? 'text-right text-xs text-ink-3' : 'text-right font-medium'}>{model}</dd>
      <dd className={head ? 'text-right text-xs text-ink-3' : 'text-right text-ink-3'}>{naive}</dd>
    </div>
  )
}
