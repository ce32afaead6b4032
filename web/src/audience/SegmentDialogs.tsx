import { Copy, Ellipsis, PencilLine, SlidersHorizontal, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { Link, useNavigate } from 'react-router-dom'
import { api } from '@/api/api'
import type { Segment } from '@/api/generated'
import { fieldFault, problemOf, type Problem } from '@/api/problem'
import { Button } from '@/ui/Button'
import { Confirm, Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuItem, MenuLine, MenuLink } from '@/ui/Menu'
import { Notice } from '@/ui/Notice'
import { toastShown } from '@/ui/toast'

/** What can be done with a segment. A standard one can be copied, and nothing else. */
export function SegmentMenu({ segment, onDeleted, size }: { segment: Segment; onDeleted?: () => void; size?: 'sm' | 'md' }) {
  const [dialog, setDialog] = useState<'rename' | 'delete'>()
  return (
    <>
      <Menu trigger={<IconButton size={size} tip={false} label={`Menu of ${segment.name}`} icon={<Ellipsis size={16} />} />}>
        {!segment.standard && (
          <>
            <MenuLink>
              <Link to={`/audience/segments/${segment.id}/edit`}>
                <SlidersHorizontal size={15} /> Edit rule
              </Link>
            </MenuLink>
            <MenuItem icon={<PencilLine size={15} />} onSelect={() => setDialog('rename')}>
              Rename
            </MenuItem>
          </>
        )}
        <MenuLink>
          <Link to={`/audience/segments/new?from=${segment.id}`}>
            <Copy size={15} /> Duplicate
          </Link>
        </MenuLink>
        {!segment.standard && (
          <>
            <MenuLine />
            <MenuItem icon={<Trash2 size={15} />} danger onSelect={() => setDialog('delete')}>
              Delete
            </MenuItem>
          </>
        )}
      </Menu>
      {dialog === 'rename' && <RenameDialog segment={segment} onClose={() => setDialog(undefined)} />}
      {dialog === 'delete' && <DeleteDialog segment={segment} onClose={() => setDialog(undefined)} onDeleted={onDeleted} />}
    </>
  )
}

function RenameDialog({ segment, onClose }: { segment: Segment; onClose: () => void }) {
  const [name, setName] = useState(segment.name)
  const [description, setDescription] = useState(segment.description)
  const [problem, setProblem] = useState<Problem>()
  const [update, { isLoading }] = api.useUpdateSegmentMutation()
  const submit = async () => {
    if (isLoading || !name.trim()) return
    setProblem(undefined)
    try {
      await update({ id: segment.id, updateSegmentRequest: { name, description } }).unwrap()
      onClose()
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  const fault = problem?.code === 'name_taken' ? problem.detail : fieldFault(problem, 'name')
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Rename segment">
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {problem && !fault && !fieldFault(problem, 'description') && (
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        )}
        <Field label="Name" value={name} maxLength={100} autoFocus fault={fault} onFocus={(event) => event.target.select()} onChange={(event) => setName(event.target.value)} />
        <Field label="What it is for" optional value={description} maxLength={500} fault={fieldFault(problem, 'description')} onChange={(event) => setDescription(event.target.value)} />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={isLoading} disabled={!name.trim()}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

function DeleteDialog({ segment, onClose, onDeleted }: { segment: Segment; onClose: () => void; onDeleted?: () => void }) {
  const dispatch = useDispatch()
  const navigate = useNavigate()
  const [problem, setProblem] = useState<Problem>()
  const [remove, { isLoading }] = api.useDeleteSegmentMutation()
  const confirm = async () => {
    try {
      await remove({ id: segment.id }).unwrap()
      dispatch(toastShown(`“${segment.name}” is deleted.`))
      onClose()
      if (onDeleted) onDeleted()
      else navigate('/audience', { replace: true })
    } catch (error) {
      setProblem(problemOf(error))
    }
  }
  return (
    <Confirm
      open
      onOpenChange={(open) => !open && onClose()}
      title={problem ? 'This segment cannot be deleted' : 'Delete this segment?'}
      description={
        problem ? (
          problem.detail
        ) : (
          <>
            <span className="font-medium text-ink">{segment.name}</span> and the history of its size will be gone for good. The customers in it stay.
          </>
        )
      }
      action={problem ? 'Try again' : 'Delete segment'}
      busy={isLoading}
      onConfirm={() => void confirm()}
    />
  )
}
