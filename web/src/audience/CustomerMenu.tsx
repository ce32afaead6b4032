import { Download, Ellipsis, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { useNavigate } from 'react-router-dom'
import type { Customer } from '@/api/generated'
import { problemOf } from '@/api/problem'
import { Button } from '@/ui/Button'
import { Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuItem } from '@/ui/Menu'
import { Notice } from '@/ui/Notice'
import { toastShown } from '@/ui/toast'
import { customersApi, useDownloadMutation } from './customers'
import { nameOf } from './People'

/** What can be done with a customer as a whole: take what is held of them, or have it erased. */
export function CustomerMenu({ customer }: { customer: Customer }) {
  const dispatch = useDispatch()
  const [erasing, setErasing] = useState(false)
  const [download, { isLoading }] = useDownloadMutation()
  const save = async () => {
    try {
      const { url } = await download(customer.id).unwrap()
      const link = document.createElement('a')
      link.href = url
      link.download = `customer-${customer.id}.json`
      link.click()
      URL.revokeObjectURL(url)
      dispatch(toastShown('The export is downloaded.'))
    } catch (error) {
      dispatch(toastShown(problemOf(error).detail, 'danger'))
    }
  }
  return (
    <>
      <Button icon={<Download size={14} />} busy={isLoading} onClick={() => void save()}>
        Export
      </Button>
      <Menu trigger={<IconButton tip={false} label={`Menu of ${nameOf(customer)}`} icon={<Ellipsis size={16} />} />}>
        <MenuItem icon={<Trash2 size={15} />} danger onSelect={() => setErasing(true)}>
          Erase customer
        </MenuItem>
      </Menu>
      {erasing && <EraseDialog customer={customer} onClose={() => setErasing(false)} />}
    </>
  )
}

const word = 'erase'

/** There is no way back, so one click is not enough. */
function EraseDialog({ customer, onClose }: { customer: Customer; onClose: () => void }) {
  const dispatch = useDispatch()
  const navigate = useNavigate()
  const [typed, setTyped] = useState('')
  const [problem, setProblem] = useState<string>()
  const [erase, { isLoading }] = customersApi.useEraseCustomerMutation()
  const sure = typed.trim().toLowerCase() === word
  const submit = async () => {
    if (!sure || isLoading) return
    setProblem(undefined)
    try {
      await erase({ id: customer.id }).unwrap()
      dispatch(toastShown(`${nameOf(customer)} is being erased.`))
      navigate('/audience/customers', { replace: true })
    } catch (error) {
      setProblem(problemOf(error).detail)
    }
  }
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={`Erase ${nameOf(customer)}?`}
      description="Everything that is held of them goes, for good: who they are, what they did, and what was computed of it. Totals are counted anew without them. What the same person does later is a new customer’s."
    >
      <form
        className="mt-4 space-y-4"
        onSubmit={(event) => {
          event.preventDefault()
          void submit()
        }}
      >
        {problem && (
          <Notice tone="danger" role="alert">
            {problem}
          </Notice>
        )}
        <Field label={`Type “${word}” to confirm`} value={typed} autoFocus autoComplete="off" autoCapitalize="none" onChange={(event) => setTyped(event.target.value)} />
        <div className="flex justify-end gap-2 pt-1">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" busy={isLoading} disabled={!sure}>
            Erase for good
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
