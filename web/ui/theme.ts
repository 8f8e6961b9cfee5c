// Fonts ship with the build, split by unicode-range: nothing is fetched from outside.
import '@fontsource/noto-sans-sc/400.css'
import '@fontsource/noto-sans-sc/700.css'
import './base.css'

export type Theme = 'dark' | 'light'

export function applyTheme(theme: Theme, root: HTMLElement = document.documentElement): void {
  root.dataset.theme = theme
}
