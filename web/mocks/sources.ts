import { http, HttpResponse, type HttpHandler } from 'msw'
import type { CreateDataSourceRequest, DataSource, ReceivedEvent, RejectedEvent, UpdateDataSourceRequest } from '@/api/generated'

/** The data sources of a workspace and what came from them, in memory. */
export class Sources {
  all: DataSource[] = []
  received = new Map<string, ReceivedEvent[]>() // newest first
  rejected = new Map<string, RejectedEvent[]>()
  private count = 0

  add(type: DataSource['type'], name: string): DataSource {
    const n = ++this.count
    const now = new Date().toISOString()
    const source: DataSource = { id: `source-${n}`, type, name, status: 'connected', writeKey: `wk_${n}`, demo: false, events: 0, rejected: 0, createdAt: now, updatedAt: now }
    this.all.unshift(source)
    return source
  }

  arrive(id: string, event: Partial<ReceivedEvent> & { id: string; type: string }) {
    const now = new Date().toISOString()
    this.received.set(id, [{ occurredAt: now, receivedAt: now, duplicate: false, ...event }, ...(this.received.get(id) ?? [])])
  }
}

const missing = () => HttpResponse.json({ status: 404, code: 'not_found', title: 'not_found', detail: 'There is no such data source.' }, { status: 404 })

export function sources(state: Sources): HttpHandler[] {
  const find = (id: unknown) => state.all.find((s) => s.id === id)
  const page = <T>(of: T[], request: Request) => {
    const params = new URL(request.url).searchParams
    const [limit, from] = [Number(params.get('limit') ?? 20), Number(params.get('cursor') ?? 0)]
    return HttpResponse.json({ items: of.slice(from, from + limit), ...(of.length > from + limit && { nextCursor: String(from + limit) }) })
  }
  return [
    http.get('*/api/data-sources', () => HttpResponse.json({ items: state.all })),
    http.post('*/api/data-sources', async ({ request }) => {
      const body = (await request.json()) as CreateDataSourceRequest
      return HttpResponse.json(state.add(body.type, body.name ?? ''), { status: 201 })
    }),
    http.get('*/api/data-sources/:id', ({ params }) => {
      const source = find(params.id)
      return source ? HttpResponse.json(source) : missing()
    }),
    http.patch('*/api/data-sources/:id', async ({ params, request }) => {
      const source = find(params.id)
      if (!source) return missing()
      const changed = { ...source, ...((await request.json()) as UpdateDataSourceRequest) }
      state.all = state.all.map((s) => (s.id === source.id ? changed : s))
      return HttpResponse.json(changed)
    }),
    http.delete('*/api/data-sources/:id', ({ params }) => {
      state.all = state.all.filter((s) => s.id !== params.id)
      return new HttpResponse(null, { status: 204 })
    }),
    http.post('*/api/data-sources/:id/write-key', ({ params }) => {
      const source = find(params.id)
      if (!source) return missing()
      const changed = { ...source, writeKey: `${source.writeKey}_new` }
      state.all = state.all.map((s) => (s.id === source.id ? changed : s))
      return HttpResponse.json(changed)
    }),
    http.get('*/api/data-sources/:id/events', ({ params, request }) => page(state.received.get(String(params.id)) ?? [], request)),
    http.get('*/api/data-sources/:id/rejected', ({ params, request }) => page(state.rejected.get(String(params.id)) ?? [], request)),
  ]
}
