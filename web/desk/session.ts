import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { login, logout, type Me, me } from '../../contract/http/people.ts'
import { ApiError, call, setCsrf } from './api.ts'

/** Who sits at this desk. */
export const useSession = defineStore('session', () => {
  const person = shallowRef<Me | null>(null)
  const checked = shallowRef(false)
  const may = computed(() => new Set(person.value?.permissions ?? []))

  function take(known: Me | null): void {
    person.value = known
    checked.value = true
    setCsrf(known?.csrf ?? null)
  }
  /** Asks the server once; later calls answer from memory. */
  async function check(): Promise<Me | null> {
    if (checked.value) return person.value
    try {
      take(await call(me))
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401) throw error
      take(null)
    }
    return person.value
  }
  async function signIn(username: string, password: string, code?: string): Promise<void> {
    take(await call(login, { body: { username, password, ...(code ? { code } : {}) } }))
  }
  /** Rights may have changed: a second factor was set up, a password changed. */
  async function again(): Promise<void> {
    take(await call(me))
  }
  async function signOut(): Promise<void> {
    await call(logout).catch(() => undefined)
    take(null)
  }
  function passwordChanged(): void {
    if (person.value) person.value = { ...person.value, mustChangePassword: false }
  }
  return { again, passwordChanged, person, may, checked, check, signIn, signOut, forget: () => take(null) }
})
