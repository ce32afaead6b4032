import { ArrowDown, ArrowUp } from 'lucide-react'
import { useState, type ReactNode } from 'react'
import { cx } from '@/lib/cx'

export interface Column<T> {
  key: string
  label: string
  /** Explains the label to who points at it. */
  hint?: string
  /** What rows are put in order by; without it they are not. */
  by?: (row: T) => number | string
  cell: (row: T) => ReactNode
  align?: 'left' | 'right'
  className?: string
}

interface FigureTableProps<T> {
  label: string
  columns: Column<T>[]
  rows: T[]
  rowKey: (row: T) => string
  className?: string
  selected?: (row: T) => boolean
}

/** Rows of figures, which can be put in order by each column. Without a choice they stand as they came. */
export function FigureTable<T>({ label, columns, rows, rowKey, className, selected }: FigureTableProps<T>) {
  const [order, setOrder] = useState<{ key: string; falling: boolean }>()
  const by = columns.find((c) => c.key === order?.key)?.by
  const shown = by
    ? [...rows].sort((a, b) => {
        const [x, y] = [by(a), by(b)]
        const first = typeof x === 'string' || typeof y === 'string' ? String(x).localeCompare(String(y)) : x - y
        return order?.falling ? -first : first
      })
    : rows
  const press = (column: Column<T>) => {
    const falls = column.align === 'right' // figures: the greatest first
    setOrder(order?.key !== column.key ? { key: column.key, falling: falls } : order.falling === falls ? { key: column.key, falling: !falls } : undefined)
  }
  return (
    // Scrolls both ways, so the keyboard must reach it.
    <div tabIndex={0} role="group" aria-label={`${label}, table`} className={cx('relative overflow-auto rounded-sm', className)}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr>
            {columns.map((column) => {
              const sorted = order?.key === column.key
              return (
                <th
                  key={column.key}
                  scope="col"
                  title={column.hint}
                  aria-sort={sorted ? (order.falling ? 'descending' : 'ascending') : undefined}
                  className={cx('sticky top-0 z-10 border-b border-line-strong bg-surface px-2.5 py-1.5 font-[560] whitespace-nowrap text-ink-2 first:pl-0 last:pr-0', column.align === 'right' ? 'text-right' : 'text-left', column.className)}
                >
                  {column.by ? (
                    <button type="button" onClick={() => press(column)} className={cx('group inline-flex items-center gap-1 rounded-xs hover:text-ink', column.align === 'right' && 'flex-row-reverse')}>
                      {column.label}
                      {sorted && !order.falling ? (
                        <ArrowUp size={12} aria-hidden="true" />
                      ) : (
                        <ArrowDown size={12} aria-hidden="true" className={cx(!sorted && 'opacity-0 group-hover:opacity-50')} />
                      )}
                    </button>
                  ) : (
                    column.label
                  )}
                </th>
              )
            })}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={rowKey(row)} className={cx('border-b border-line last:border-0', selected?.(row) ? 'bg-accent-soft' : 'hover:bg-hover')}>
              {columns.map((column, i) => {
                const look = cx('px-2.5 py-1.5 first:pl-0 last:pr-0', column.align === 'right' ? 'text-right tabular' : 'text-left', column.className)
                return i === 0 ? (
                  <th key={column.key} scope="row" className={cx(look, 'font-medium')}>
                    {column.cell(row)}
                  </th>
                ) : (
                  <td key={column.key} className={look}>
                    {column.cell(row)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

/** How much of the most something has, as a bar under its name. */
export function ShareBar({ share, className }: { share: number; className?: string }) {
  return (
    <span aria-hidden="true" className={cx('mt-1 block h-1 overflow-hidden rounded-full bg-active', className)}>
      <span className="block h-full rounded-full bg-chart-1" style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }} />
    </span>
  )
}
