import type { Conversation, DummyDataJob, Message, Part, Profile, Turn } from '@/api/generated'
import { partOf, type FrameData } from '../src/chat/frames.ts'
import { scriptFor } from './answers.ts'
import { Sources } from './sources.ts'

/** A frame as it goes over the wire. */
export interface WireFrame {
  id: string
  event: string
  data: object
}

interface Account {
  user: Profile
  password: string
}

interface Dialogue extends Conversation {
  owner: string
  messages: Message[]
  turns: Map<string, RunningTurn>
}

export interface RunningTurn extends Turn {
  question: string
  frames: WireFrame[]
  stop: () => void
  changed: EventTarget
}

/** How long things take, in ms. Tests take none. */
export interface Pace {
  step: number
  chunk: number
}

let count = 0
const id = () => `0199f000-0000-7000-8000-${(++count).toString(16).padStart(12, '0')}`

/** The API's state, in memory: enough of it to develop and test the app against. */
export class World {
  accounts = new Map<string, Account>()
  tokens = new Map<string, string>() // access or refresh token → e-mail
  dialogues = new Map<string, Dialogue>()
  jobs = new Map<string, DummyDataJob & { begun: number }>()
  loaded = new Map<string, { events: number; customers: number }>() // by e-mail
  verdicts = new Map<string, string>() // by recommendation
  sources = new Sources()
  clientMessages = new Map<string, { message: Message; turn: RunningTurn }>()
  pace: Pace

  constructor(pace: Pace = { step: 500, chunk: 24 }) {
    this.pace = pace
    this.register({ email: 'ada@example.com', password: 'correct-horse', firstName: 'Ada', lastName: 'Keller', companyName: 'Nordlicht' })
    this.loaded.set('ada@example.com', { events: 182_340, customers: 12_466 })
  }

  register(values: { email: string; password: string; firstName: string; lastName: string; companyName?: string }): Account {
    const account: Account = {
      password: values.password,
      user: {
        id: id(),
        email: values.email,
        firstName: values.firstName,
        lastName: values.lastName,
        companyName: values.companyName,
        workspace: { id: id(), name: values.companyName ?? `${values.firstName}’s workspace`, timeZone: 'Europe/Berlin', currency: 'EUR' },
        createdAt: new Date().toISOString(),
      },
    }
    this.accounts.set(values.email, account)
    return account
  }

  grant(email: string) {
    const access = `access-${id()}`
    const refresh = `refresh-${id()}`
    this.tokens.set(access, email).set(refresh, email)
    return { accessToken: access, refreshToken: refresh, expiresIn: 900 }
  }

  converse(owner: string, title = ''): Dialogue {
    const now = new Date().toISOString()
    const dialogue: Dialogue = { id: id(), title, createdAt: now, updatedAt: now, owner, messages: [], turns: new Map() }
    this.dialogues.set(dialogue.id, dialogue)
    return dialogue
  }

  latest(dialogue: Dialogue): RunningTurn | undefined {
    return [...dialogue.turns.values()].at(-1)
  }

  ask(dialogue: Dialogue, content: string, anonymous: boolean): { message: Message; turn: RunningTurn } {
    const now = new Date().toISOString()
    const turn = this.begin(dialogue, content, anonymous)
    const message: Message = { id: id(), role: 'user', content, parts: [], turnId: turn.id, status: 'completed', createdAt: now }
    dialogue.messages.push(message)
    if (!dialogue.title) dialogue.title = content.replace(/[?!. ]+$/, '').slice(0, 60)
    dialogue.updatedAt = now
    return { message, turn }
  }

  /** Answers a question over time, as the durable work does. */
  begin(dialogue: Dialogue, question: string, anonymous: boolean): RunningTurn {
    const script = scriptFor(question)
    const changed = new EventTarget()
    const turn: RunningTurn = { id: id(), status: 'running', messageId: id(), question, frames: [], changed, stop: () => undefined }
    dialogue.turns.set(turn.id, turn)
    let content = ''
    const parts: Part[] = []
    const put = (data: FrameData) => {
      const { type, ...rest } = data
      turn.frames.push({ id: `1-${turn.frames.length + 1}`, event: type, data: { type, ...rest } })
      if (data.type === 'chunk') content += data.content
      const part = partOf(data)
      if (part) parts.push(part)
      changed.dispatchEvent(new Event('frame'))
    }
    const finish = (status: 'completed' | 'stopped') => {
      if (turn.status !== 'running') return
      turn.status = status
      if (status === 'completed' && script.sources.length > 0 && parts.every((p) => p.type !== 'auth_required')) parts.push({ type: 'sources', key: '', data: { items: script.sources } })
      dialogue.messages.push({ id: turn.messageId, role: 'assistant', content, parts, turnId: turn.id, status, provider: 'analyst', createdAt: new Date().toISOString() })
      put({ type: 'complete', messageId: turn.messageId, status, provider: 'analyst', usage: { inputTokens: 0, outputTokens: 0 } })
    }
    turn.stop = () => finish('stopped')

    const needsAccount = anonymous && script.intent.requiresAuth
    const plan: { after: number; data: FrameData }[] = [{ after: 40, data: { type: 'intent', confidence: 0.94, ...script.intent } }]
    if (needsAccount) plan.push({ after: 60, data: { type: 'auth_required', reason: 'This needs your workspace’s data.' } })
    else {
      for (const data of script.steps) plan.push({ after: this.pace.step, data })
      for (const piece of script.text.match(/\S+\s*/g) ?? []) plan.push({ after: plan.length === 1 + script.steps.length ? this.pace.step : this.pace.chunk, data: { type: 'chunk', content: piece } })
      for (const data of script.parts) plan.push({ after: this.pace.step, data })
    }
    const next = (i: number) => {
      if (turn.status !== 'running') return
      const step = plan[i]
      if (!step) return finish('completed')
      setTimeout(() => {
        if (turn.status !== 'running') return
        put(step.data)
        next(i + 1)
      }, this.pace.chunk === 0 ? 0 : step.after)
    }
    next(0)
    return turn
  }

  load(email: string, wanted: { customers?: number; events?: number }) {
    const events = wanted.events ?? 50_000
    const customers = wanted.customers ?? Math.round(events / 20)
    const now = new Date().toISOString()
    const target = { sourceTypes: ['shopify', 'gtm', 'facebook_pixel'] as const, events, customers, days: 180, seed: 1, endsAt: now }
    const job = { id: id(), status: 'running' as const, progress: 0, events, customers, createdAt: now, startedAt: now, begun: Date.now(), target: { ...target, sourceTypes: [...target.sourceTypes] } }
    this.jobs.set(job.id, job)
    const took = this.pace.step * 10
    setTimeout(() => this.loaded.set(email, { events: job.events, customers: job.customers }), took)
    return job
  }

  job(jobId: string): DummyDataJob | undefined {
    const job = this.jobs.get(jobId)
    if (!job) return undefined
    const { begun, ...rest } = job
    const share = Math.min(1, (Date.now() - begun) / Math.max(1, this.pace.step * 10))
    return {
      ...rest,
      progress: share,
      status: share === 1 ? 'completed' : 'running',
      events: Math.round(job.events * share),
      customers: Math.round(job.customers * share),
      finishedAt: share === 1 ? new Date().toISOString() : undefined,
    }
  }
}
