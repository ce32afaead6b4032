import { Readable } from 'node:stream'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { getResponse } from 'msw'
import type { Connect, Plugin } from 'vite'
import { handlers } from './handlers.ts'
import { World } from './world.ts'

/** Answers /api from a World in memory, so that the app runs without anything else: npm run dev:mock. */
export function mockApi(): Plugin {
  const routes = handlers(new World())
  const answer: Connect.NextHandleFunction = (req, res, next) => {
    if (!req.url?.startsWith('/api/')) return next()
    void respond(req, res, routes)
  }
  return {
    name: 'mock-api',
    configureServer: (server) => void server.middlewares.use(answer),
    configurePreviewServer: (server) => void server.middlewares.use(answer),
  }
}

async function respond(req: IncomingMessage, res: ServerResponse, routes: ReturnType<typeof handlers>) {
  const body = req.method === 'GET' || req.method === 'HEAD' ? undefined : (Readable.toWeb(req) as ReadableStream)
  const request = new Request(`http://${req.headers.host}${req.url}`, { method: req.method, headers: req.headers as Record<string, string>, body, duplex: 'half' } as RequestInit)
  const response = await getResponse(routes, request)
  if (!response) {
    res.writeHead(501, { 'Content-Type': 'text/plain' }).end(`The mock API has no ${req.method} ${req.url}`)
    return
  }
  response.headers.forEach((value, name) => res.appendHeader(name, value))
  res.writeHead(response.status)
  if (!response.body) {
    res.end()
    return
  }
  const stream = Readable.fromWeb(response.body as never)
  res.on('close', () => stream.destroy())
  stream.on('error', () => res.destroy())
  stream.pipe(res)
}
