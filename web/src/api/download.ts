import { accessToken, refresh } from '@/session/token'

/**
 * Fetches a file from the API as the signed-in user and hands it to the browser to save, under the name that the API gives
 * it. Rejects with the error as problemOf reads it.
 */
export async function download(path: string, params: Record<string, string | number | undefined>, otherwise: string): Promise<void> {
  const asked = new URLSearchParams()
  for (const [name, value] of Object.entries(params)) if (value !== undefined) asked.set(name, String(value))
  const get = async () => {
    const token = await accessToken()
    return fetch(`/api${path}?${asked.toString()}`, { headers: token ? { Authorization: `Bearer ${token}` } : {} })
  }
  let file: { blob: Blob; name: string }
  try {
    let response = await get()
    if (response.status === 401 && (await refresh()) === 'ok') response = await get()
    if (!response.ok) throw { status: response.status, data: (await response.json().catch(() => undefined)) as unknown } as unknown
    file = { blob: await response.blob(), name: fileName(response.headers.get('Content-Disposition')) ?? otherwise }
  } catch (error) {
    // What fetch itself throws says nothing that one could act on.
    throw error instanceof Error ? ({ status: 'FETCH_ERROR' } as unknown) : error
  }
  const address = URL.createObjectURL(file.blob)
  const link = document.createElement('a')
  link.href = address
  link.download = file.name
  link.click()
  // The browser reads it after the click.
  setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** The name in a Content-Disposition header, if it has one. */
export const fileName = (header: string | null) => /filename="([^"]+)"/.exec(header ?? '')?.[1]
