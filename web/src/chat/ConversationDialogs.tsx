import { useState } from 'react'
import { useDispatch } from 'react-redux'
import { useMatch, useNavigate } from 'react-router-dom'
import { api } from '@/api/api'
import { problemOf } from '@/api/problem'
import { tellTabs } from '@/lib/tabs'
import { Button } from '@/ui/Button'
import { Confirm, Dialog } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { toastShown } from '@/ui/toast'
import { removeFromHistory, retitle } from './conversations'

interface DialogProps {
  conversation: { id: string; title: string }
  onClose: () => void
}

export function RenameDialog({ conversation, onClose }: DialogProps) {
  const dispatch = useDispatch()
  const [title, setTitle] = useState(conversation.title)
  const [rename] = api.useRenameConversationMutation()
  const submit = () => {
    const next = title.trim()
    if (!next) return
    onClose()
    if (next === conversation.title) return
    const undo = dispatch(retitle(conversation.id, next) as never) as unknown as () => void
    rename({ id: conversation.id, renameConversationRequest: { title: next } })
      .unwrap()
      .then(() => tellTabs({ type: 'conversations_changed' }))
      .catch((error: unknown) => {
        undo()
        dispatch(toastShown(problemOf(error).detail, 'danger'))
      })
  }
  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title="Rename conversation">
      <form
        className="mt-4"
        onSubmit={(event) => {
          event.preventDefault()
          submit()
        }}
      >
        <Field label="Title" value={title} maxLength={120} autoFocus onFocus={(event) => event.target.select()} onChange={(event) => setTitle(event.target.value)} />
        <div className="mt-5 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={!title.trim()}>
            Rename
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

export function DeleteDialog({ conversation, onClose }: DialogProps) {
  const dispatch = useDispatch()
  const navigate = useNavigate()
  const open = useMatch('/c/:conversationId')?.params.conversationId === conversation.id
  const [remove, { isLoading }] = api.useDeleteConversationMutation()
  const confirm = () => {
    remove({ id: conversation.id })
      .unwrap()
      .then(() => {
        dispatch(removeFromHistory(conversation.id) as never)
        tellTabs({ type: 'conversations_changed' })
        onClose()
        if (open) navigate('/', { replace: true })
      })
      .catch((error: unknown) => {
        onClose()
        dispatch(toastShown(problemOf(error).detail, 'danger'))
      })
  }
  return (
    <Confirm
      open
      onOpenChange={(next) => !next && onClose()}
      title="Delete this conversation?"
      description={
        <>
          <span className="font-medium text-ink">{conversation.title || 'New chat'}</span> and all its answers will be gone for good. Campaign ideas from it stay in your history.
        </>
      }
      action="Delete conversation"
      busy={isLoading}
      onConfirm={confirm}
    />
  )
}
