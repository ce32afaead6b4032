import { Ellipsis, Pause, PenLine, Play, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { api } from '@/api/api'
import type { DataSource } from '@/api/generated'
import { fieldFault, problemOf, type Problem } from '@/api/problem'
import { formatCount } from '@/lib/format'
import { Button } from '@/ui/Button'
import { Confirm, Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { toastShown } from '@/ui/toast'

/** What can be done with a data source as a whole. */
export function SourceMenu({ source, onRemoved }: { source: DataSource; onRemoved?: () => void }) {
  const dispatch = useDispatch()
  const [asking, setAsking] = useState<'rename' | 'remove'>()
  const [change] = api.useUpdateDataSourceMutation()
  const [remove, removing] = api.useDeleteDataSourceMutation()
  const paused = source.status === 'paused'
  const tell = (text: string, tone?: 'danger') => void dispatch(toastShown(text, tone))
  const pause = () =>
    void change({ id: source.id, updateDataSourceRequest: { status: paused ? 'connected' : 'paused' } })
      .unwrap()
      .then(() => tell(paused ? `${source.name} takes events again.` : `${source.name} is paused. What is sent to it is not kept.`))
      .catch((error: unknown) => tell(problemOf(error).detail, 'danger'))
  return (
    <>
      <Menu trigger={<IconButton label={`More for ${source.name}`} tip={false} icon={<Ellipsis size={17} />} />}>
        <MenuItem icon={<PenLine size={15} />} onSelect={() => setAsking('rename')}>
          Rename
        </MenuItem>
        {(paused || source.status === 'connected') && (
          <MenuItem icon={paused ? <Play size={15} /> : <Pause size={15} />} onSelect={pause}>
            {paused ? 'Take events again' : 'Pause'}
          </MenuItem>
        )}
        <MenuLine />
        <MenuItem danger icon={<Trash2 size={15} />} onSelect={() => setAsking('remove')}>
          Remove
        </MenuItem>
      </Menu>
      {asking === 'rename' && <Rename source={source} onClose={() => setAsking(undefined)} />}
      {asking === 'remove' && (
        <Confirm
          open
          onOpenChange={(open) => !open && setAsking(undefined)}
          title={`Remove ${source.name}?`}
          description={
            source.events > 0
              ? `Its ${formatCount(source.events)} events go away, with the customers that nothing else tells of, and every figure is counted without them. Its write key stops to work. This cannot be undone.`
              : 'Its write key stops to work, and what is sent with it is refused.'
          }
          action="Remove data source"
          busy={removing.isLoading}
          onConfirm={() =>
            void remove({ id: source.id })
              .unwrap()
              .then(() => {
                tell(`${source.name} is removed.`)
                setAsking(undefined)
                onRemoved?.()
              })
              .catch((error: unknown) => {
                setAsking(undefined)
                tell(problemOf(error).detail, 'danger')
              })
          }
        />
      )}
    </>
  )
}

function Rename({ source, onClose }: { source: DataSource; onClose: () => void }) {
  const [name, setName] = useState(source.name)
  const [problem, setProblem] = useState<Problem>()
  const [change, changing] = api.useUpdateDataSourceMutation()
  const save = async () => {
    setProblem(undefined)
    try {
      await change({ id: source.id, updateDataSourceRequest: { name: name.trim() } }).unwrap()
      onClose()
    } catch (failure) {
      setProblem(problemOf(failure))
    }
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Rename data source">
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (name.trim() && !changing.isLoading) void save()
        }}
      >
        <Field label="Name" maxLength={100} value={name} onChange={(e) => setName(e.target.value)} fault={fieldFault(problem, 'name') ?? (problem && !problem.errors?.length ? problem.detail : undefined)} />
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={changing.isLoading} disabled={!name.trim()}>
            Save
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
