import { shallowRef } from 'vue'
import { maskData } from './mask-rules.ts'

/** Only a wall masks: a page that never asks for it shows what its person may see. */
export const masking = shallowRef(false)

const STORED = 'sanling.mask'
/** Data are replaced whole, so a masked copy holds as long as what it was made of. */
let copies = new WeakMap<object, unknown>()

/** What a wall may show of these data now. */
export function shownOf<Data>(data: Data): Data {
  if (!masking.value || data === null || typeof data !== 'object') return data
  const known = copies.get(data)
  if (known) return known as Data
  const copy = maskData(data)
  copies.set(data, copy)
  return copy
}

/** As this wall was left. @returns whether it is masked */
export function recallMask(): boolean {
  masking.value = localStorage.getItem(STORED) === '1'
  return masking.value
}
export function setMask(on: boolean): void {
  masking.value = on
  if (on) localStorage.setItem(STORED, '1')
  else localStorage.removeItem(STORED)
  copies = new WeakMap()
}
