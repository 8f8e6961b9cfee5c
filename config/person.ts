import { createHmac } from 'node:crypto'

/**
 * How a person is named in events (protocols.md 5.4): HMAC-SHA256 under the site's key, so that numbers and names never
 * travel and both ends still mean the same person.
 */
export const personHash = (siteKey: string, employeeNo: string): string =>
  `h:${createHmac('sha256', siteKey).update(employeeNo).digest('hex').slice(0, 16)}`
