import type { Source } from './parts'

export interface Piece {
  text: string
  sources?: Source[]
}

const patterns = new WeakMap<Source[], RegExp | null>()

/** Cuts text at the numbers that have a source. A value counts only as a whole: 12 is not in 12.5, nor in 1,012. */
export function linkSources(text: string, sources: Source[]): Piece[] {
  const pattern = patternOf(sources)
  if (!pattern) return [{ text }]
  const pieces: Piece[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) pieces.push({ text: text.slice(end, match.index) })
    pieces.push({ text: match[0], sources: sources.filter((s) => s.value === match[0]) })
    end = match.index + match[0].length
  }
  if (end < text.length || pieces.length === 0) pieces.push({ text: text.slice(end) })
  return pieces
}

function patternOf(sources: Source[]): RegExp | null {
  let pattern = patterns.get(sources)
  if (pattern === undefined) {
    // A lone digit stands for too many things ("top 3", "7 days") to claim each of them.
    const values = [...new Set(sources.map((s) => s.value))].filter((v) => /\d/.test(v) && !/^\d$/.test(v)).sort((a, b) => b.length - a.length)
    const escaped = values.map((v) => v.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    pattern = escaped.length > 0 ? new RegExp(`(?<![\\p{L}\\d]|\\d[.,])(?:${escaped.join('|')})(?![\\p{L}\\d%]|[.,]\\d)`, 'gu') : null
    patterns.set(sources, pattern)
  }
  return pattern
}
