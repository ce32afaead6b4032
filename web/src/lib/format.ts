const locale = () => (typeof navigator === 'undefined' ? 'en' : navigator.language)

const cache = new Map<string, Intl.NumberFormat | Intl.DateTimeFormat>()

function numberFormat(options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = `n${locale()}${JSON.stringify(options)}`
  let format = cache.get(key) as Intl.NumberFormat | undefined
  if (!format) cache.set(key, (format = new Intl.NumberFormat(locale(), options)))
  return format
}

function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `d${locale()}${JSON.stringify(options)}`
  let format = cache.get(key) as Intl.DateTimeFormat | undefined
  if (!format) cache.set(key, (format = new Intl.DateTimeFormat(locale(), options)))
  return format
}

/** 182340 → "182,340" in the reader's locale; at most one decimal. */
export const formatCount = (n: number) => numberFormat({ maximumFractionDigits: Math.abs(n) < 10 ? 1 : 0 }).format(n)

/** 1284321 → "1.3M". */
export const formatCompact = (n: number) => numberFormat({ notation: 'compact', maximumFractionDigits: 1 }).format(n)

/** A share of 0..1 → "42.7%". */
export const formatPercent = (share: number) => numberFormat({ style: 'percent', maximumFractionDigits: 1 }).format(share)

export function formatMoney(amount: number | string, currency: string): string {
  const n = Number(amount)
  return numberFormat({ style: 'currency', currency, maximumFractionDigits: Math.abs(n) >= 1000 ? 0 : 2 }).format(n)
}

/** 1284 EUR → "€1.3K". */
export const formatMoneyCompact = (amount: number, currency: string) =>
  numberFormat({ style: 'currency', currency, notation: 'compact', minimumFractionDigits: 0, maximumFractionDigits: 1 }).format(amount)

/** "24 Nov 2026, 14:05" in the given zone, else the reader's. */
export const formatDateTime = (iso: string | number, timeZone?: string) =>
  dateFormat({ dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(iso))

export const formatTime = (iso: string | number, timeZone?: string) =>
  dateFormat({ timeStyle: 'short', timeZone }).format(new Date(iso))

export const formatDay = (iso: string, timeZone?: string) =>
  dateFormat({ day: 'numeric', month: 'short', timeZone }).format(new Date(iso))

const relative = () => new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: 'long' })

/** "3 minutes ago", "yesterday"; under a minute it is "just now". */
export function formatAgo(iso: string, now = Date.now()): string {
  const seconds = (new Date(iso).getTime() - now) / 1000
  const abs = Math.abs(seconds)
  if (abs < 60) return 'just now'
  if (abs < 3600) return relative().format(Math.round(seconds / 60), 'minute')
  if (abs < 86_400) return relative().format(Math.round(seconds / 3600), 'hour')
  return relative().format(Math.round(seconds / 86_400), 'day')
}

/** Seconds in words for a wait: "about 40 seconds", "about 3 minutes". */
export function formatWait(seconds: number): string {
  if (seconds < 5) return 'a few seconds'
  if (seconds < 90) return `about ${Math.max(5, Math.round(seconds / 5) * 5)} seconds`
  return `about ${Math.round(seconds / 60)} minutes`
}

/** The days a list is grouped by, newest first: Today, Yesterday, Previous 7 days, then months. */
export function dayGroup(iso: string, timeZone?: string, now = new Date()): string {
  const days = dayNumber(now, timeZone) - dayNumber(new Date(iso), timeZone)
  if (days <= 0) return 'Today'
  if (days === 1) return 'Yesterday'
  if (days <= 7) return 'Previous 7 days'
  if (days <= 30) return 'Previous 30 days'
  return dateFormat({ month: 'long', year: 'numeric', timeZone }).format(new Date(iso))
}

function dayNumber(date: Date, timeZone?: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(date)
  return Math.round(Date.parse(`${parts}T00:00:00Z`) / 86_400_000)
}
