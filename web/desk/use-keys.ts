import { onBeforeUnmount, onMounted } from 'vue'

/**
 * Letter keys of a desk: off while a text field has the focus, a modifier is held or a dialog is open. Esc first leaves
 * the text field, then reaches the page.
 */
export function useKeys(keys: Readonly<Record<string, () => void>>): void {
  function pressed(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
    const field = textFieldOf(event.target)
    if (field) {
      if (event.key === 'Escape') field.blur()
      return
    }
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (!act) return
    event.preventDefault()
    act()
  }
  onMounted(() => window.addEventListener('keydown', pressed))
  onBeforeUnmount(() => window.removeEventListener('keydown', pressed))
}

/** A check box or a button takes no letters. */
function textFieldOf(target: EventTarget | null): HTMLElement | null {
  if (!(target instanceof HTMLElement)) return null
  return target.closest<HTMLElement>('input:not([type=checkbox]), textarea, select, [contenteditable]')
}
