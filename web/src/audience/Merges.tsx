import { Split } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import type { CustomerMerge } from '@/api/generated'
import { useMe } from '@/api/me'
import { problemOf } from '@/api/problem'
import { formatDay } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Confirm } from '@/ui/Dialog'
import { toastShown } from '@/ui/toast'
import { customersApi } from './customers'
import { Panel } from './Panel'

const reasons: Record<CustomerMerge['reason'], string> = {
  identified: 'A device became theirs',
  same_person: 'Two profiles became one',
}

/** Which profiles became this customer, each of which can be taken apart again. */
export function Merges({ id }: { id: string }) {
  const timeZone = useMe()?.workspace.timeZone
  const [limit, setLimit] = useState(5)
  const { data } = customersApi.useCustomerMergesQuery({ id, limit })
  const [undoing, setUndoing] = useState<CustomerMerge>()
  if (!data || data.items.length === 0) return null
  return (
    <Panel title="Merged profiles">
      <ul className="space-y-3">
        {data.items.map((merge) => (
          <li key={merge.id} className="flex items-start justify-between gap-3">
            <div className="min-w-0">
              <p className={merge.undoneAt ? 'text-ink-3 line-through' : undefined}>{reasons[merge.reason]}</p>
              <p className="text-sm break-words text-ink-3">
                {[...merge.identities.map((i) => i.value), merge.undoneAt ? `taken apart on ${formatDay(merge.undoneAt, timeZone)}` : formatDay(merge.mergedAt, timeZone)].join(' · ')}
              </p>
            </div>
            {!merge.undoneAt && (
              <Button size="sm" icon={<Split size={13} />} aria-label={`Take apart what was merged on ${formatDay(merge.mergedAt, timeZone)}`} onClick={() => setUndoing(merge)}>
                Take apart
              </Button>
            )}
          </li>
        ))}
      </ul>
      {data.nextCursor && (
        <Button size="sm" variant="ghost" className="mt-2" onClick={() => setLimit(100)}>
          Show all
        </Button>
      )}
      {undoing && <UndoDialog customerId={id} merge={undoing} onClose={() => setUndoing(undefined)} />}
    </Panel>
  )
}

function UndoDialog({ customerId, merge, onClose }: { customerId: string; merge: CustomerMerge; onClose: () => void }) {
  const dispatch = useDispatch()
  const [problem, setProblem] = useState<string>()
  const [undo, { isLoading }] = customersApi.useUndoCustomerMergeMutation()
  const confirm = async () => {
    try {
      await undo({ id: customerId, mergeId: merge.id }).unwrap()
      dispatch(toastShown('Taken apart. Both are customers of their own again.'))
      onClose()
    } catch (error) {
      setProblem(problemOf(error).detail)
    }
  }
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={problem ? 'This could not be taken apart' : 'Take these profiles apart?'}
      description={problem ?? 'Both get back what is theirs, and what comes in later does not tie them again. Where one of them said no to messages meanwhile, that holds for both.'}
      action={problem ? 'Try again' : 'Take apart'}
      busy={isLoading}
      onConfirm={() => void confirm()}
    />
  )
}
