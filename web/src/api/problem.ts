/** An error as the API sends it (RFC 9457), or as this app words it when the API could not be asked. */
export interface Problem {
  status: number
  code: string
  title: string
  detail: string
  instance?: string
  errors?: { field: string; message: string }[]
  retryAfter?: number
  turn?: { id: string; status: string }
}

const offline: Problem = {
  status: 0,
  code: 'unreachable',
  title: 'PulseHub cannot be reached',
  detail: 'Check your connection and try again. Nothing was lost.',
}

const unwell: Problem = {
  status: 503,
  code: 'unavailable',
  title: 'PulseHub is not answering',
  detail: 'The server did not answer as it should. Try again in a moment.',
}

/** Any error of a call as a problem whose detail can be shown. */
export function problemOf(error: unknown): Problem {
  if (typeof error !== 'object' || error === null) return unwell
  const { status, data, originalStatus } = error as { status?: unknown; data?: unknown; originalStatus?: number }
  if (status === 'FETCH_ERROR' || status === 'TIMEOUT_ERROR') return offline
  if (status === 'PARSING_ERROR') return { ...unwell, status: originalStatus ?? 503 }
  if (isProblem(data)) return data
  if (isProblem(error)) return error
  return typeof status === 'number' ? { ...unwell, status } : unwell
}

export function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' && value !== null && typeof (value as Problem).code === 'string' && typeof (value as Problem).detail === 'string'
  )
}

/** What the problem says about one field of the body, if anything. */
export function fieldFault(problem: Problem | undefined, field: string): string | undefined {
  const fault = problem?.errors?.find((e) => e.field === `body.${field}` || e.field === field)
  if (!fault) return undefined
  return fault.message.charAt(0).toUpperCase() + fault.message.slice(1)
}

/** Whether the same call may succeed when it is simply made again. */
export const mayPass = (problem: Problem) => problem.status === 0 || problem.status === 429 || problem.status >= 500
