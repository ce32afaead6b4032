// Times as people write them in a time zone, for inputs of type datetime-local, and as moments again.

/** 2026-11-25T00:00:00Z in Europe/Berlin → "2026-11-25T01:00". Empty for what is no time. */
export function localOf(iso: string, timeZone: string): string {
  const at = Date.parse(iso)
  return Number.isNaN(at) ? '' : new Date(at + offset(at, timeZone)).toISOString().slice(0, 16)
}

/** "2026-11-25T01:00" in Europe/Berlin → 2026-11-25T00:00:00Z. Of a time that the clock shows twice it is the first; one that it skips lies as far behind the gap. */
export function momentOf(local: string, timeZone: string): string {
  const wall = Date.parse(`${local}Z`)
  if (Number.isNaN(wall)) return ''
  const day = 86_400_000
  const [before, after] = [wall - offset(wall - day, timeZone), wall - offset(wall + day, timeZone)]
  const right = [before, after].sort((a, b) => a - b).find((at) => at + offset(at, timeZone) === wall)
  return new Date(right ?? before).toISOString().replace('.000Z', 'Z')
}

/** How far the zone's clocks are ahead of UTC at a moment, in milliseconds. */
function offset(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' }).formatToParts(at)
  const of = (type: string) => Number(parts.find((p) => p.type === type)?.value)
  return Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) - Math.floor(at / 1000) * 1000
}
