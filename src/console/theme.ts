import { signal } from '@preact/signals'

export type Theme = 'system' | 'light' | 'dark'

const KEY = 'sidelight.theme'

const readTheme = (): Theme => {
  const chosen = document.documentElement.dataset.theme
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

/** index.html has already applied what was kept, before the first paint. */
export const theme = signal<Theme>(readTheme())

const systemIsDark = (): boolean => matchMedia('(prefers-color-scheme: dark)').matches

/** What the page looks like now. */
export const isDark = (): boolean =>
  theme.value === 'dark' || (theme.value === 'system' && systemIsDark())

/** Flips light and dark; a choice equal to the system's is forgotten, so the page follows it again. */
export function toggleTheme(): void {
  const wanted: Theme = isDark() ? 'light' : 'dark'
  theme.value = (wanted === 'dark') === systemIsDark() ? 'system' : wanted
  if (theme.value === 'system') delete document.documentElement.dataset.theme
  else document.documentElement.dataset.theme = theme.value
  try {
    if (theme.value === 'system') localStorage.removeItem(KEY)
    else localStorage.setItem(KEY, theme.value)
  } catch {
    // Storage may be forbidden; the choice then lasts as long as the page.
  }
}
