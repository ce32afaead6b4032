import { Download, Ellipsis, PencilLine, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { Thread } from '@/api/generated'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuItem, MenuLine } from '@/ui/Menu'
import { DeleteDialog, RenameDialog } from './ConversationDialogs'
import { fileName, threadMarkdown } from './exportMarkdown'

export function ConversationMenu({ thread, timeZone }: { thread: Thread; timeZone: string }) {
  const [dialog, setDialog] = useState<'rename' | 'delete'>()
  const close = () => setDialog(undefined)
  return (
    <>
      <Menu trigger={<IconButton label="Conversation menu" icon={<Ellipsis size={18} />} />}>
        <MenuItem icon={<PencilLine size={15} />} onSelect={() => setDialog('rename')}>
          Rename
        </MenuItem>
        <MenuItem icon={<Download size={15} />} onSelect={() => download(fileName(thread.title), threadMarkdown(thread, timeZone))}>
          Export as Markdown
        </MenuItem>
        <MenuLine />
        <MenuItem icon={<Trash2 size={15} />} danger onSelect={() => setDialog('delete')}>
          Delete
        </MenuItem>
      </Menu>
      {dialog === 'rename' && <RenameDialog conversation={thread} onClose={close} />}
      {dialog === 'delete' && <DeleteDialog conversation={thread} onClose={close} />}
    </>
  )
}

function download(name: string, text: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/markdown;charset=utf-8' }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 1000)
}
