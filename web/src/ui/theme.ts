import { useSyncExternalStore } from 'react'

export type ThemeChoice = 'system' | 'light' | 'dark'
export type Theme = 'light' | 'dark'

const key = 'pulsehub.theme'
const listeners = new Set<() => void>()
const system = matchMedia('(prefers-color-scheme: dark)')

let choice: ThemeChoice = read()

function read(): ThemeChoice {
  try {
    const stored = localStorage.getItem(key)
    return stored === 'light' || stored === 'dark' ? stored : 'system'
  } catch {
    return 'system'
  }
}

function resolved(): Theme {
  return choice === 'dark' || (choice === 'system' && system.matches) ? 'dark' : 'light'
}

function apply() {
  const theme = resolved()
  document.documentElement.dataset.theme = theme
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', theme === 'dark' ? '#0f1412' : '#f7f6f2')
  listeners.forEach((listener) => listener())
}

system.addEventListener('change', apply)
window.addEventListener('storage', (event) => {
  if (event.key !== key) return
  choice = read()
  apply()
})
apply()

/** Sets the theme on this device, in every tab. */
export function chooseTheme(next: ThemeChoice) {
  choice = next
  try {
    localStorage.setItem(key, next)
  } catch {
    // Without storage the choice lasts until the page is left.
  }
  apply()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function useThemeChoice(): ThemeChoice {
  return useSyncExternalStore(subscribe, () => choice)
}
