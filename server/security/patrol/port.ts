import { createHmac } from 'node:crypto'
import { personHash } from '../../../config/person.ts'
import type { Site } from '../../../config/schema.ts'
import type { Principal } from '../../feature.ts'

/** What check-in by phone needs of the house. */
export interface PhonePort {
  /** Hex key of a point's codes; from the site's key, so that nothing has to be kept. */
  keyOf(point: string): string
  /** Hash by which events name this person. */
  hashOf(person: Principal): string
}

/** Keys and names of check-in by phone, out of the site's own key: a wand's export and a phone name the same person. */
export function phonePort(siteKey: string, people: Site['people']): PhonePort {
  const accounts = new Map(people.flatMap((one) => (one.account ? [[one.account, one] as const] : [])))
  return {
    keyOf: (point) => createHmac('sha256', siteKey).update(`patrol-code|${point}`).digest('hex'),
    hashOf({ username }) {
      const known = accounts.get(username)
      return personHash(siteKey, known?.employeeNo ?? known?.name ?? username)
    },
  }
}
