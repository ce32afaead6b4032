import { memo } from 'react'
import { cx } from '@/lib/cx'
import { QueryButton } from './QueryButton'
import type { Table } from './parts'

export const TablePart = memo(function TablePart({ table, demo }: { table: Table; demo: boolean }) {
  return (
    <figure aria-label={table.title} className="rounded-xl border border-line bg-surface animate-appear">
      <figcaption className="flex items-center justify-between gap-2 px-4 pt-3">
        <span className="text-base font-semibold">{table.title}</span>
        {table.query && <QueryButton title={table.title} query={table.query} demo={demo} />}
      </figcaption>
      <div className="px-4 pt-2 pb-3">
        <DataTable label={table.title} columns={table.columns} rows={table.rows} className="max-h-96" />
      </div>
    </figure>
  )
})

interface DataTableProps {
  label: string
  columns: Table['columns']
  rows: string[][]
  className?: string
}

export function DataTable({ label, columns, rows, className }: DataTableProps) {
  const align = (i: number) => (columns[i]?.align === 'right' ? 'text-right tabular' : 'text-left')
  return (
    // Scrolls both ways, so the keyboard must reach it.
    <div tabIndex={0} role="group" aria-label={`${label}, table`} className={cx('overflow-auto rounded-sm', className)}>
      <table className="w-full border-collapse text-sm">
        <thead>
          <tr>
            {columns.map((column, i) => (
              <th key={i} scope="col" className={cx('sticky top-0 border-b border-line-strong bg-surface px-2 py-1.5 font-[560] whitespace-nowrap text-ink-2 first:pl-0 last:pr-0', align(i))}>
                {column.label || <span className="sr-only">Item</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, i) => (
            <tr key={i} className="border-b border-line last:border-0">
              {row.map((cell, j) =>
                j === 0 ? (
                  <th key={j} scope="row" className={cx('px-2 py-1.5 font-medium first:pl-0 last:pr-0', align(j))}>
                    {cell}
                  </th>
                ) : (
                  <td key={j} className={cx('px-2 py-1.5 first:pl-0 last:pr-0', align(j))}>
                    {cell}
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
