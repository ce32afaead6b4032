import { Ellipsis, PencilLine, Search, Trash2, X } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useDispatch } from 'react-redux'
import { NavLink } from 'react-router-dom'
import { api } from '@/api/api'
import type { Conversation } from '@/api/generated'
import { cx } from '@/lib/cx'
import { dayGroup } from '@/lib/format'
import { useSettled } from '@/lib/hooks'
import { onTabMessage } from '@/lib/tabs'
import { Button } from '@/ui/Button'
import { IconButton } from '@/ui/IconButton'
import { Menu, MenuItem } from '@/ui/Menu'
import { More } from '@/ui/More'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { DeleteDialog, RenameDialog } from './ConversationDialogs'
import { useHistoryInfiniteQuery } from './conversations'

/** Earlier conversations by day, and the search among them. */
export function History({ timeZone, onOpen }: { timeZone?: string; onOpen?: () => void }) {
  const [query, setQuery] = useState('')
  const q = useSettled(query.trim(), 200)
  const { currentData, data, isError, isFetching, hasNextPage, fetchNextPage, refetch } = useHistoryInfiniteQuery(q, { refetchOnFocus: true })
  const pages = (currentData ?? data)?.pages
  const items = pages?.flatMap((page) => page.items)
  const searchable = q !== '' || query !== '' || items === undefined || items.length > 0
  const dispatch = useDispatch()
  const [dialog, setDialog] = useState<{ kind: 'rename' | 'delete'; conversation: Conversation }>()
  const close = () => setDialog(undefined)

  useEffect(() => onTabMessage((m) => m.type === 'conversations_changed' && dispatch(api.util.invalidateTags(['Conversations']))), [dispatch])

  return (
    <section aria-label="History" className="flex min-h-0 flex-1 flex-col">
      <div className={cx('px-3 pb-1', !searchable && 'hidden')}>
        <div className="relative">
          <Search size={14} aria-hidden="true" className="absolute top-1/2 left-2.5 -translate-y-1/2 text-ink-3" />
          <input
            type="search"
            value={query}
            onChange={(event) => setQuery(event.target.value)}
            onKeyDown={(event) => event.key === 'Escape' && query && (event.preventDefault(), setQuery(''))}
            placeholder="Search"
            aria-label="Search conversations"
            className="h-8 w-full rounded-md border border-line-strong bg-canvas pr-7 pl-8 text-base outline-offset-0 hover:border-ink-3 coarse:h-10 [&::-webkit-search-cancel-button]:hidden"
          />
          {query && (
            <button type="button" aria-label="Clear search" onClick={() => setQuery('')} className="absolute inset-y-0 right-0 grid w-8 place-items-center text-ink-3 hover:text-ink">
              <X size={14} />
            </button>
          )}
        </div>
      </div>
      <div className="min-h-0 flex-1 overflow-y-auto px-2 pb-3" aria-busy={isFetching}>
        {!items && !isError && <HistorySkeleton />}
        {isError && !items && (
          <div className="px-2 pt-4 text-sm text-ink-2">
            <p>Your history cannot be loaded now.</p>
            <Button size="sm" className="mt-2" onClick={() => void refetch()}>
              Try again
            </Button>
          </div>
        )}
        {items?.length === 0 && <p className="px-2 pt-4 text-sm text-ink-3">{q ? `Nothing mentions “${q}”.` : 'Your conversations will be kept here.'}</p>}
        {items && groups(items, q ? undefined : timeZone, q !== '').map((group) => (
          <div key={group.name} className="pt-3">
            <h3 className="px-2 pb-1 text-xs font-medium text-ink-3">{group.name}</h3>
            <ul>
              {group.items.map((conversation) => (
                <Entry
                  key={conversation.id}
                  conversation={conversation}
                  onOpen={onOpen}
                  onRename={() => setDialog({ kind: 'rename', conversation })}
                  onDelete={() => setDialog({ kind: 'delete', conversation })}
                />
              ))}
            </ul>
          </div>
        ))}
        {hasNextPage && <More key={items?.length} busy={isFetching} onMore={() => void fetchNextPage()} />}
      </div>
      {dialog?.kind === 'rename' && <RenameDialog conversation={dialog.conversation} onClose={close} />}
      {dialog?.kind === 'delete' && <DeleteDialog conversation={dialog.conversation} onClose={close} />}
    </section>
  )
}

function Entry({ conversation, onOpen, onRename, onDelete }: { conversation: Conversation; onOpen?: () => void; onRename: () => void; onDelete: () => void }) {
  const title = conversation.title || 'New chat'
  return (
    <li className="group relative">
      <NavLink
        to={`/c/${conversation.id}`}
        onClick={onOpen}
        title={title}
        className={({ isActive }) =>
          cx('block truncate rounded-md py-1.5 pr-8 pl-2 text-base focus-visible:-outline-offset-2 coarse:py-2.5', isActive ? 'bg-active font-medium text-ink' : 'text-ink-2 hover:bg-hover hover:text-ink')
        }
      >
        {title}
      </NavLink>
      <div className="absolute inset-y-0 right-0.5 flex items-center opacity-0 group-focus-within:opacity-100 group-hover:opacity-100 has-data-[state=open]:opacity-100 coarse:opacity-100">
        <Menu trigger={<IconButton size="sm" tip={false} label={`Menu of ${title}`} icon={<Ellipsis size={15} />} />}>
          <MenuItem icon={<PencilLine size={15} />} onSelect={onRename}>
            Rename
          </MenuItem>
          <MenuItem icon={<Trash2 size={15} />} danger onSelect={onDelete}>
            Delete
          </MenuItem>
        </Menu>
      </div>
    </li>
  )
}

function groups(items: Conversation[], timeZone: string | undefined, searching: boolean): { name: string; items: Conversation[] }[] {
  if (searching) return items.length > 0 ? [{ name: 'Found', items }] : []
  const found: { name: string; items: Conversation[] }[] = []
  for (const item of items) {
    const name = dayGroup(item.updatedAt, timeZone)
    if (found.at(-1)?.name === name) found.at(-1)!.items.push(item)
    else found.push({ name, items: [item] })
  }
  return found
}

function HistorySkeleton() {
  return (
    <Loading label="Loading your history" className="space-y-3 px-2 pt-5">
      {[68, 84, 56, 76, 62].map((width) => (
        <div key={width} style={{ width: `${width}%` }}>
          <Skeleton className="h-3.5 w-full" />
        </div>
      ))}
    </Loading>
  )
}
