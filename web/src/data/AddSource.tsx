import { useState } from 'react'
import { useNavigate } from 'react-router-dom'
import { api } from '@/api/api'
import { fieldFault, problemOf, type Problem } from '@/api/problem'
import { cx } from '@/lib/cx'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { kinds, type Kind } from './sources'

/** Adds a data source, and goes to how events are sent to it. */
export function AddSource({ kind, onClose }: { kind: Kind; onClose: () => void }) {
  const navigate = useNavigate()
  const [type, setType] = useState(kind)
  const [name, setName] = useState('')
  const [problem, setProblem] = useState<Problem>()
  const [create, creating] = api.useCreateDataSourceMutation()
  const usual = kinds.find((k) => k.type === type)!.name
  const add = async () => {
    setProblem(undefined)
    try {
      const source = await create({ createDataSourceRequest: { type, name: name.trim() || usual } }).unwrap()
      void navigate(`/data/${source.id}`)
    } catch (failure) {
      setProblem(problemOf(failure))
    }
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Add a data source">
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          if (!creating.isLoading) void add()
        }}
      >
        <fieldset>
          <legend className="mb-2 text-sm font-[560] text-ink-2">Where the events come from</legend>
          <div className="space-y-2">
            {kinds.map((k) => (
              <label
                key={k.type}
                className={cx(
                  'relative block cursor-pointer rounded-lg border p-3 transition-colors duration-100 has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent',
                  k.type === type ? 'border-accent bg-accent-soft' : 'border-line-strong hover:bg-hover',
                )}
              >
                <input type="radio" name="type" checked={k.type === type} onChange={() => setType(k.type)} className="absolute opacity-0" />
                <span className="block text-base font-semibold">{k.name}</span>
                <span className="mt-0.5 block text-sm text-ink-2">{k.what}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <Field label="Name" optional maxLength={100} placeholder={usual} value={name} onChange={(e) => setName(e.target.value)} fault={fieldFault(problem, 'name')} hint="As you want to find it again, such as the shop’s name." />
        {problem && !problem.errors?.length && (
          <Notice tone="danger" role="alert">
            {problem.detail}
          </Notice>
        )}
        <div className="flex flex-wrap justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={creating.isLoading}>
            Add it
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
