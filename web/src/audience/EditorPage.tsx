import { ChevronLeft } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import { useDispatch } from 'react-redux'
import { Link, useBlocker, useLocation, useNavigate, useParams, useSearchParams } from 'react-router-dom'
import { api } from '@/api/api'
import type { Segment, SegmentFields } from '@/api/generated'
import { useMe } from '@/api/me'
import { fieldFault, problemOf, type Problem } from '@/api/problem'
import { usePageTitle } from '@/lib/hooks'
import { Button, buttonClass } from '@/ui/Button'
import { Confirm } from '@/ui/Dialog'
import { Field } from '@/ui/Field'
import { Notice } from '@/ui/Notice'
import { PageBar } from '@/ui/PageBar'
import { Loading, Skeleton } from '@/ui/Skeleton'
import { toastShown } from '@/ui/toast'
import { Builder } from './Builder'
import { fieldOf, shapeOf } from './catalogue'
import { Failure, Missing } from './Failure'
import { PreviewBar, PreviewPanel } from './PreviewPanel'
import { draftOf, emptyGroup, faultsOf, toRule, unfinished, type GroupDraft, type Rule } from './rule'
import { listArg, segmentsApi } from './segments'
import { usePreview } from './usePreview'
import { providerName, WordsToRule, type Read } from './WordsToRule'

/** Makes a segment, from nothing, from words or from another one, or changes one. */
export function EditorPage() {
  const { id } = useParams()
  const [search] = useSearchParams()
  const from = id ?? search.get('from') ?? undefined
  const read = (useLocation().state as { read?: Read } | null)?.read
  const fields = segmentsApi.useSegmentFieldsQuery()
  const source = segmentsApi.useGetSegmentQuery({ id: from ?? '' }, { skip: !from })
  const error = fields.error ?? source.error
  usePageTitle(id ? `Edit ${source.data?.name ?? 'segment'}` : 'New segment')

  if (from && source.error && problemOf(source.error).status === 404) return <Missing what="segment" />
  if (error) return <Failure title={id ? 'Edit segment' : 'New segment'} problem={problemOf(error)} onAgain={() => void (fields.error ? fields.refetch() : source.refetch())} />
  if (!fields.data || (from && !source.data)) return <EditorSkeleton title={id ? 'Edit segment' : 'New segment'} />
  if (id && source.data?.standard) return <Missing what="segment that can be edited" />
  // One form for each thing that is edited: going from one to another begins anew.
  return <Editor key={id ?? from ?? 'new'} fields={fields.data} segment={id ? source.data : undefined} copied={id ? undefined : source.data} read={read} />
}

function begin(segment: Segment | undefined, copied: Segment | undefined, read: Read | undefined): GroupDraft {
  const rule = (segment?.rule ?? read?.rule ?? copied?.rule) as Rule | undefined
  return rule ? draftOf(rule) : emptyGroup()
}

function Editor({ fields, segment, copied, read: firstRead }: { fields: SegmentFields; segment?: Segment; copied?: Segment; read?: Read }) {
  const me = useMe()
  const dispatch = useDispatch()
  const navigate = useNavigate()
  const [name, setName] = useState(segment?.name ?? (copied ? `Copy of ${copied.name}` : ''))
  const [description, setDescription] = useState(segment?.description ?? copied?.description ?? '')
  const [root, setRoot] = useState(() => begin(segment, copied, firstRead))
  const [start] = useState(() => ({ name, description, rule: firstRead ? '' : JSON.stringify(toRule(root).rule) }))
  const [read, setRead] = useState<{ read: Read; before?: GroupDraft } | undefined>(firstRead && { read: firstRead })
  const [saving, setSaving] = useState<{ problem: Problem; of: string }>()
  const [nameFault, setNameFault] = useState<string>()
  const nameInput = useRef<HTMLInputElement>(null)
  const list = segmentsApi.useListSegmentsQuery(listArg)
  const [create, creating] = api.useCreateSegmentMutation()
  const [update, updating] = api.useUpdateSegmentMutation()
  const busy = creating.isLoading || updating.isLoading

  const { rule, places } = useMemo(() => toRule(root), [root])
  const json = JSON.stringify(rule)
  const state = root.children.length === 0 ? 'empty' : unfinished(root, takesValue(fields)) ? 'unfinished' : 'ready'
  const preview = usePreview(state === 'ready' ? rule : undefined)
  const refused = saving?.of === json ? saving.problem : undefined
  const ruleProblem = refused?.errors?.some((e) => e.field.startsWith('body.rule')) ? refused : preview.problem
  const faults = faultsOf(ruleProblem?.errors, places, root.key)

  const changed = name !== start.name || description !== start.description || json !== start.rule
  const done = useRef(false)
  const blocker = useBlocker(({ currentLocation, nextLocation }) => changed && !done.current && currentLocation.pathname !== nextLocation.pathname)
  useEffect(() => {
    if (!changed) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [changed])

  const save = async () => {
    setNameFault(undefined)
    setSaving(undefined)
    if (!name.trim()) {
      setNameFault('Give the segment a name, so that you find it again.')
      nameInput.current?.focus()
      return
    }
    try {
      const saved = segment
        ? await update({ id: segment.id, updateSegmentRequest: { ...(name !== start.name && { name }), ...(description !== start.description && { description }), ...(json !== start.rule && { rule }) } }).unwrap()
        : await create({ createSegmentRequest: { name, ...(description && { description }), rule } }).unwrap()
      done.current = true
      dispatch(toastShown(segment ? 'The segment is saved.' : `“${saved.name}” is saved.`))
      navigate(`/audience/segments/${saved.id}`, { replace: segment !== undefined })
    } catch (error) {
      const problem = problemOf(error)
      setSaving({ problem, of: json })
      const fault = fieldFault(problem, 'name')
      if (fault) {
        setNameFault(problem.code === 'name_taken' ? `${problem.detail} Give another name.` : `${fault}.`)
        nameInput.current?.focus()
      }
    }
  }
  const takeWords = (next: Read) => {
    setRead({ read: next, before: root.children.length > 0 ? root : undefined })
    setRoot(draftOf(next.rule as Rule))
  }
  const back = segment ? `/audience/segments/${segment.id}` : '/audience'
  const shown = refused && !fieldFault(refused, 'name') && faults.size === 0 ? refused : undefined
  return (
    <>
      <PageBar
        title={
          <span className="flex items-center gap-1">
            <Link to={back} aria-label="Back" className="-ml-1 grid size-7 place-items-center rounded-md text-ink-3 hover:bg-hover hover:text-ink">
              <ChevronLeft size={16} />
            </Link>
            <span className="truncate">{segment ? segment.name : 'New segment'}</span>
          </span>
        }
        actions={
          <>
            <Link to={back} className={`${buttonClass('ghost')} max-sm:hidden`}>
              Cancel
            </Link>
            <Button variant="primary" busy={busy} disabled={state === 'empty'} onClick={() => void save()}>
              {segment ? 'Save changes' : 'Save segment'}
            </Button>
          </>
        }
      />
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="mx-auto grid w-full max-w-[92rem] gap-x-8 gap-y-6 px-4 pt-5 pb-16 sm:px-6 xl:grid-cols-[minmax(0,1fr)_20rem] 2xl:grid-cols-[minmax(0,1fr)_24rem]">
          <div className="min-w-0 space-y-6">
            {shown && (
              <Notice tone="danger" role="alert">
                {shown.detail}
              </Notice>
            )}
            <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
              <Field ref={nameInput} label="Name" value={name} maxLength={100} fault={nameFault} autoComplete="off" placeholder="e.g. German regulars" onChange={(event) => (setName(event.target.value), setNameFault(undefined))} />
              <Field label="What it is for" optional value={description} maxLength={500} fault={fieldFault(refused, 'description')} autoComplete="off" onChange={(event) => setDescription(event.target.value)} />
            </div>
            <section aria-labelledby="rule">
              <h2 id="rule" className="mb-3 text-lg font-semibold tracking-[-0.01em]">
                Who belongs
              </h2>
              <div className="mb-4 space-y-3">
                <WordsToRule onRead={takeWords} example={state === 'empty' ? 'Say it in plain words: people in Germany who bought twice in the last 90 days' : 'Say it in other words'} />
                {read && (
                  <ReadNotice
                    read={read.read}
                    onUndo={
                      read.before &&
                      (() => {
                        setRoot(read.before!)
                        setRead(undefined)
                      })
                    }
                  />
                )}
              </div>
              <Builder
                root={root}
                onChange={setRoot}
                fields={fields}
                segments={(list.data?.items ?? []).filter((s) => s.id !== segment?.id)}
                currency={me?.workspace.currency ?? 'EUR'}
                timeZone={me?.workspace.timeZone ?? 'UTC'}
                faults={faults}
              />
            </section>
          </div>
          <div className="min-w-0">
            <div className="xl:sticky xl:top-5">
              <PreviewPanel preview={preview} state={state} />
            </div>
          </div>
        </div>
      </div>
      <PreviewBar preview={preview} state={state} />
      {blocker.state === 'blocked' && (
        <Confirm
          open
          onOpenChange={(open) => !open && blocker.reset()}
          title="Leave without saving?"
          description="What you changed here is lost when you leave."
          action="Leave"
          onConfirm={() => blocker.proceed()}
        />
      )}
    </>
  )
}

const takesValue =
  (fields: SegmentFields) =>
  ({ field, op }: { field: string; op: string }) =>
    shapeOf(fieldOf(fields, 'attribute', field), op).arity !== 'none'

function ReadNotice({ read, onUndo }: { read: Read; onUndo?: () => void }) {
  return (
    <Notice
      role="status"
      tone={read.unsure.length > 0 ? 'warn' : 'neutral'}
      title={`Made from your words by ${providerName(read.provider)}. Check it before you save.`}
      action={
        onUndo && (
          <Button size="sm" onClick={onUndo}>
            Undo
          </Button>
        )
      }
    >
      <p>“{read.text}”</p>
      {read.unsure.map((one) => (
        <p key={one} className="mt-1">
          {one}.
        </p>
      ))}
    </Notice>
  )
}

function EditorSkeleton({ title }: { title: string }) {
  return (
    <>
      <PageBar title={title} />
      <Loading label="Loading the rule" className="mx-auto grid w-full max-w-[92rem] gap-8 px-4 pt-5 sm:px-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="space-y-6">
          <div className="grid gap-4 sm:grid-cols-2">
            <Skeleton className="h-15" />
            <Skeleton className="h-15" />
          </div>
          <Skeleton className="h-12 rounded-lg" />
          <Skeleton className="h-48 rounded-lg" />
        </div>
        <Skeleton className="h-72 rounded-xl" />
      </Loading>
    </>
  )
}
