import { defineStore } from 'pinia'
import { onBeforeUnmount, ref, shallowRef } from 'vue'

export type KeyHint = readonly [keys: readonly string[], what: string]

/** What page and frame share: the filter text, the keys of the page, the help sheet. */
export const useShell = defineStore('shell', () => {
  const query = ref('')
  const keys = shallowRef<readonly KeyHint[]>([])
  const help = ref(false)
  return { query, keys, help }
})

/** Shows the page's keys in the key bar while the page is open. */
export function useHints(hints: readonly KeyHint[]): void {
  const shell = useShell()
  shell.keys = hints
  shell.query = ''
  onBeforeUnmount(() => {
    if (shell.keys === hints) shell.keys = []
  })
}
