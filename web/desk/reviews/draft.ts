import { type Ref, ref, watch } from 'vue'

/**
 * A form that keeps itself in this browser while it is filled in: a reload, a lost session or a conflict loses nothing.
 * The key holds who writes and what for, so that two people at one desk do not meet each other's words.
 */
export interface Draft<Form> {
  form: Ref<Form>
  /** Epoch ms of the copy that was found; null = begun anew. */
  restoredAt: Ref<number | null>
  savedAt: Ref<number | null>
  /** Sent, or thrown away: the copy goes, the form is empty again. */
  clear(): void
}

const PREFIX = 'sanling.draft.'

export function useDraft<Form extends object>(key: string, empty: () => Form, now: () => number): Draft<Form> {
  const kept = read<Form>(key)
  const form = ref({ ...empty(), ...kept?.form }) as Ref<Form>
  const restoredAt = ref(kept?.at ?? null)
  const savedAt = ref<number | null>(null)
  let clearing = false
  watch(
    form,
    (value) => {
      if (clearing) return
      const at = now()
      savedAt.value = write(key, { at, form: value }) ? at : null
    },
    { deep: true, flush: 'sync' },
  )
  return {
    form,
    restoredAt,
    savedAt,
    clear() {
      clearing = true
      form.value = empty()
      clearing = false
      restoredAt.value = null
      savedAt.value = null
      remove(key)
    },
  }
}

function read<Form>(key: string): { at: number; form: Partial<Form> } | undefined {
  try {
    const text = localStorage.getItem(PREFIX + key)
    const kept: unknown = text === null ? undefined : JSON.parse(text)
    if (typeof kept !== 'object' || kept === null || !('at' in kept) || !('form' in kept)) return undefined
    return kept as { at: number; form: Partial<Form> }
  } catch {
    return undefined
  }
}
/** False where storage is forbidden: the form then says that it is not kept. */
function write(key: string, value: unknown): boolean {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value))
    return true
  } catch {
    return false
  }
}
function remove(key: string): void {
  try {
    localStorage.removeItem(PREFIX + key)
  } catch {
    // Nothing was kept then.
  }
}
