import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { handlers } from '@mocks/handlers'
import { World } from '@mocks/world'

/** An API in memory for the tests of a file: a fresh World each, where nothing takes time. */
export function mockedApi() {
  const server = setupServer()
  const api = { server, world: new World({ step: 0, chunk: 0 }) }
  beforeAll(() => {
    server.listen({ onUnhandledRequest: 'error' })
    const patched = globalThis.fetch
    globalThis.fetch = (input, init) => patched(typeof input === 'string' && input.startsWith('/') ? `http://localhost:3000${input}` : input, init)
  })
  beforeEach(() => {
    api.world = new World({ step: 0, chunk: 0 })
    server.use(...handlers(api.world))
  })
  afterEach(() => server.resetHandlers())
  afterAll(() => server.close())
  return api
}
