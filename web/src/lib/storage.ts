// Storage can be switched off or full; what it holds here is convenience, so its failures are nobody's business.

export function readStored(area: 'local' | 'session', key: string): string | undefined {
  try {
    return (area === 'local' ? localStorage : sessionStorage).getItem(key) ?? undefined
  } catch {
    return undefined
  }
}

/** Stores a value; undefined removes it. */
export function store(area: 'local' | 'session', key: string, value: string | undefined) {
  try {
    const storage = area === 'local' ? localStorage : sessionStorage
    if (value === undefined) storage.removeItem(key)
    else storage.setItem(key, value)
  } catch {
    // See above.
  }
}
