import { ref } from 'vue'
import { applyTheme, type Theme } from './theme.ts'

const theme = ref<Theme>('dark')

/** Dark by default; the choice lives as long as the page (a projector is not remembered for tomorrow's wall). */
export function useTheme() {
  function set(next: Theme): void {
    applyTheme(next)
    theme.value = next
  }
  return { theme, set, toggle: () => set(theme.value === 'dark' ? 'light' : 'dark') }
}
