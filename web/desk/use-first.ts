import { watch } from 'vue'

/**
 * Writes the first of the list into the address when nothing is chosen yet. From then on a new entry at the head of the
 * list changes nothing under the hands of who is typing.
 */
export function useFirst(chosen: () => boolean, first: () => string | null, choose: (id: string) => unknown): void {
  watch(
    () => (chosen() ? null : first()),
    (id) => {
      if (id) choose(id)
    },
    { immediate: true },
  )
}
