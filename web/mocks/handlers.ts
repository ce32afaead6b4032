import { http, HttpResponse, type HttpHandler } from 'msw'
import { learning } from './learning'
import { period, reports } from './reports'
import { sources } from './sources'
import { segmentHandlers } from './segments.ts'
import type { RunningTurn, World, WireFrame } from './world'

const problem = (status: number, code: string, detail: string, extra: object = {}) =>
  HttpResponse.json(
    { type: `https://pulsehub.dev/problems/${code.replaceAll('_', '-')}`, title: code, status, code, detail, instance: 'mock', ...extra },
    { status, headers: { 'Content-Type': 'application/problem+json' } },
  )

const notFound = (what: string) => problem(404, 'not_found', `There is no such ${what}.`)
const unauthenticated = () => problem(401, 'unauthenticated', 'Please sign in: send Authorization: Bearer <access token>.')

/** The API's routes over a World, as the web app calls them. */
export function handlers(world: World): HttpHandler[] {
  const emailOf = (request: Request) => world.tokens.get((request.headers.get('Authorization') ?? '').replace('Bearer ', ''))
  const ownerOf = (request: Request) => emailOf(request) ?? (cookie(request, 'pulsehub_visitor') ? 'visitor' : undefined)
  const dialogueOf = (request: Request, id: unknown) => {
    const dialogue = world.dialogues.get(String(id))
    return dialogue?.owner === ownerOf(request) ? dialogue : undefined
  }
  const signedIn = (email: string, status: number) => {
    for (const dialogue of world.dialogues.values()) if (dialogue.owner === 'visitor') dialogue.owner = email
    const tokens = world.grant(email)
    return HttpResponse.json({ user: world.accounts.get(email)!.user, tokens }, { status, headers: { 'Set-Cookie': `pulsehub_refresh=${tokens.refreshToken}; Path=/; HttpOnly; SameSite=Strict` } })
  }

  return [
    http.post('*/api/auth/register', async ({ request }) => {
      const body = (await request.json()) as { email: string; password: string; firstName: string; lastName: string; companyName?: string }
      if (world.accounts.has(body.email)) return problem(409, 'email_taken', 'There is an account with this e-mail address. Log in instead.')
      if (body.password.length < 10) {
        return problem(422, 'invalid', 'body.password: a password has at least 10 characters', { errors: [{ field: 'body.password', message: 'a password has at least 10 characters' }] })
      }
      world.register(body)
      return signedIn(body.email, 201)
    }),
    http.post('*/api/auth/login', async ({ request }) => {
      const body = (await request.json()) as { email: string; password: string }
      if (world.accounts.get(body.email)?.password !== body.password) return problem(401, 'wrong_credentials', 'The e-mail address or the password is wrong.')
      return signedIn(body.email, 200)
    }),
    http.post('*/api/auth/refresh', ({ request }) => {
      const email = world.tokens.get(cookie(request, 'pulsehub_refresh') ?? '')
      return email ? signedIn(email, 200) : problem(401, 'refresh_token_missing', 'Please sign in.')
    }),
    http.post('*/api/auth/logout', () => new HttpResponse(null, { status: 204, headers: { 'Set-Cookie': 'pulsehub_refresh=; Path=/; Max-Age=0' } })),
    http.get('*/api/auth/sessions', ({ request }) => {
      if (!emailOf(request)) return unauthenticated()
      const at = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()
      return HttpResponse.json({
        items: [
          { id: 's1', device: 'Chrome on Linux', address: '203.0.113.7', createdAt: at(4000), lastUsedAt: at(0), current: true },
          { id: 's2', device: 'Safari on iPhone', address: '198.51.100.23', createdAt: at(9000), lastUsedAt: at(190), current: false },
        ],
      })
    }),
    http.delete('*/api/auth/sessions', () => new HttpResponse(null, { status: 204 })),
    http.delete('*/api/auth/sessions/:id', () => new HttpResponse(null, { status: 204 })),
    http.get('*/api/user/profile', ({ request }) => {
      const email = emailOf(request)
      return email ? HttpResponse.json(world.accounts.get(email)!.user) : unauthenticated()
    }),
    http.patch('*/api/user/profile', async ({ request }) => {
      const email = emailOf(request)
      if (!email) return unauthenticated()
      const account = world.accounts.get(email)!
      const { timeZone, currency, password: _password, ...names } = (await request.json()) as Record<string, string>
      account.user = { ...account.user, ...names, workspace: { ...account.user.workspace, ...(timeZone && { timeZone }), ...(currency && { currency }) } }
      return HttpResponse.json(account.user)
    }),
    http.post('*/api/user/password', async ({ request }) => {
      const email = emailOf(request)
      if (!email) return unauthenticated()
      const body = (await request.json()) as { currentPassword: string; newPassword: string }
      if (world.accounts.get(email)!.password !== body.currentPassword) return problem(403, 'wrong_password', 'The current password is wrong.')
      world.accounts.get(email)!.password = body.newPassword
      return signedIn(email, 200)
    }),

    http.post('*/api/conversations', ({ request }) => {
      const owner = ownerOf(request) ?? 'visitor'
      const { id, title, createdAt, updatedAt } = world.converse(owner)
      return HttpResponse.json({ id, title, createdAt, updatedAt }, { status: 201, headers: owner === 'visitor' ? { 'Set-Cookie': 'pulsehub_visitor=v1; Path=/; HttpOnly' } : {} })
    }),
    http.get('*/api/conversations', ({ request }) => {
      const q = new URL(request.url).searchParams.get('q')?.toLowerCase() ?? ''
      const owner = ownerOf(request)
      const items = [...world.dialogues.values()]
        .filter((d) => d.owner === owner && (d.title.toLowerCase().includes(q) || d.messages.some((m) => m.content.toLowerCase().includes(q))))
        .sort((a, b) => b.updatedAt.localeCompare(a.updatedAt))
        .map(({ id, title, createdAt, updatedAt }) => ({ id, title, createdAt, updatedAt }))
      return HttpResponse.json({ items })
    }),
    http.get('*/api/conversations/:id', ({ request, params }) => {
      const dialogue = dialogueOf(request, params.id)
      if (!dialogue) return ownerOf(request) ? notFound('conversation') : unauthenticated()
      const { id, title, createdAt, updatedAt, messages } = dialogue
      const turn = world.latest(dialogue)
      return HttpResponse.json({ id, title, createdAt, updatedAt, messages, turn: turn && { id: turn.id, status: turn.status, messageId: turn.messageId } })
    }),
    http.patch('*/api/conversations/:id', async ({ request, params }) => {
      const dialogue = dialogueOf(request, params.id)
      if (!dialogue) return notFound('conversation')
      dialogue.title = ((await request.json()) as { title: string }).title
      return HttpResponse.json({ id: dialogue.id, title: dialogue.title, createdAt: dialogue.createdAt, updatedAt: dialogue.updatedAt })
    }),
    http.delete('*/api/conversations/:id', ({ params }) => {
      world.dialogues.delete(String(params.id))
      return new HttpResponse(null, { status: 204 })
    }),
    http.post('*/api/conversations/:id/messages', async ({ request, params }) => {
      const dialogue = dialogueOf(request, params.id)
      if (!dialogue) return notFound('conversation')
      const { content, clientMessageId } = (await request.json()) as { content: string; clientMessageId?: string }
      const known = clientMessageId ? world.clientMessages.get(clientMessageId) : undefined
      const running = world.latest(dialogue)
      if (!known && running?.status === 'running') return problem(409, 'turn_running', 'The last question is still being answered. Wait for it, or stop it first.', { turn: { id: running.id, status: 'running' } })
      const asked = known ?? world.ask(dialogue, content, dialogue.owner === 'visitor')
      if (clientMessageId) world.clientMessages.set(clientMessageId, asked)
      return HttpResponse.json({ message: asked.message, turn: { id: asked.turn.id, status: asked.turn.status, messageId: asked.turn.messageId } }, { status: 202 })
    }),
    http.get('*/api/conversations/:id/stream', ({ request, params }) => {
      const dialogue = dialogueOf(request, params.id)
      if (!dialogue) return notFound('conversation')
      const turnId = new URL(request.url).searchParams.get('turnId')
      const turn = turnId ? dialogue.turns.get(turnId) : world.latest(dialogue)
      if (!turn) return notFound('turn')
      return new HttpResponse(follow(turn, Number((request.headers.get('Last-Event-ID') ?? '1-0').split('-')[1])), { headers: { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache, no-transform' } })
    }),
    http.post('*/api/conversations/:id/turns/:turnId/stop', ({ request, params }) => {
      const turn = dialogueOf(request, params.id)?.turns.get(String(params.turnId))
      if (!turn) return notFound('turn')
      turn.stop()
      return HttpResponse.json({ id: turn.id, status: turn.status, messageId: turn.messageId })
    }),
    http.post('*/api/conversations/:id/turns/:turnId/regenerate', ({ request, params }) => {
      const dialogue = dialogueOf(request, params.id)
      const before = dialogue?.turns.get(String(params.turnId))
      if (!dialogue || !before) return notFound('turn')
      dialogue.messages = dialogue.messages.filter((m) => m.role === 'user' || m.turnId !== before.id)
      const turn = world.begin(dialogue, before.question, dialogue.owner === 'visitor')
      return HttpResponse.json({ id: turn.id, status: turn.status, messageId: turn.messageId }, { status: 202 })
    }),
    http.post('*/api/messages/:id/feedback', async ({ request, params }) => {
      const { rating } = (await request.json()) as { rating: 'up' | 'down' }
      for (const dialogue of world.dialogues.values()) for (const message of dialogue.messages) if (message.id === params.id) message.rating = rating
      return new HttpResponse(null, { status: 204 })
    }),

    http.get('*/api/ai/providers', () =>
      HttpResponse.json([
        { name: 'openai', model: 'gpt-4o-mini', healthy: true, circuit: 'closed', latencyMs: 412, default: true },
        { name: 'analyst', model: 'built-in', healthy: true, circuit: 'closed', latencyMs: 3, default: false },
      ]),
    ),
    http.get('*/api/ai/learning', () => HttpResponse.json(learning(world.verdicts.size > 0))),
    http.get('*/api/ai/recommendations/history', () => HttpResponse.json({ items: [...world.verdicts].map(([id, feedback]) => ({ id, feedback: { feedback } })) })),
    http.post('*/api/ai/recommendations/:id/feedback', async ({ request, params }) => {
      const { feedback } = (await request.json()) as { feedback: string }
      world.verdicts.set(String(params.id), feedback)
      return HttpResponse.json({ id: params.id, feedback: { feedback } })
    }),
    http.get('*/api/analytics/overview', ({ request }) => {
      const email = emailOf(request)
      if (!email) return unauthenticated()
      return HttpResponse.json({ ...(world.loaded.get(email) ?? { events: 0, customers: 0 }), computedAt: new Date().toISOString(), segments: [{ key: 'cart_abandoners', size: 1284 }], period, timeZone: 'Europe/Berlin', demo: false })
    }),
    http.post('*/api/data-sources/dummy-data/seed-all', async ({ request }) => {
      const email = emailOf(request)
      if (!email) return unauthenticated()
      const job = world.load(email, (await request.json()) as { customers?: number; events?: number })
      return HttpResponse.json(world.job(job.id), { status: 202 })
    }),
    http.get('*/api/data-sources/dummy-data/:jobId', ({ params }) => {
      const job = world.job(String(params.jobId))
      return job ? HttpResponse.json(job) : notFound('job')
    }),
    http.delete('*/api/data-sources/dummy-data', ({ request }) => {
      const email = emailOf(request)
      if (!email) return unauthenticated()
      world.loaded.delete(email)
      world.jobs.clear()
      return new HttpResponse(null, { status: 204 })
    }),
    ...reports(),
    ...sources(world.sources),
    ...segmentHandlers((request) => emailOf(request) !== undefined),
  ]
}

function cookie(request: Request, name: string): string | undefined {
  const found = new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(request.headers.get('Cookie') ?? '')
  return found?.[1] || undefined
}

/** A turn's frames as server-sent events: those after a place at once, the rest as they come. */
function follow(turn: RunningTurn, after: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const wire = (frame: WireFrame) => encoder.encode(`id: ${frame.id}\nevent: ${frame.event}\ndata: ${JSON.stringify(frame.data)}\n\n`)
  let next = after
  let relay: (() => void) | undefined
  return new ReadableStream({
    start(controller) {
      relay = () => {
        while (next < turn.frames.length) {
          const frame = turn.frames[next++]!
          controller.enqueue(wire(frame))
          if (frame.event === 'complete') {
            turn.changed.removeEventListener('frame', relay!)
            controller.close()
          }
        }
      }
      turn.changed.addEventListener('frame', relay)
      relay()
    },
    cancel() {
      if (relay) turn.changed.removeEventListener('frame', relay)
    },
  })
}
