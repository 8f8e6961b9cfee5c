import { createHmac, timingSafeEqual } from 'node:crypto'

/** Pure: query codes, receipts and how they are compared. Only hashes under the site's key are kept. */

/** Crockford's base 32: no I, L, O, U to be taken for something else on a phone. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
/** 16 letters of 5 bits: 80 bits, behind a lock after few wrong ones. */
const CODE_LETTERS = 16
export const CODE_BYTES = CODE_LETTERS
const lettersOf = (octets: Uint8Array): string => [...octets].map((octet) => LETTERS[octet & 31]).join('')

/** `XXXX-XXXX-XXXX-XXXX` out of CODE_BYTES random octets. */
export const codeOf = (octets: Uint8Array): string =>
  (lettersOf(octets.subarray(0, CODE_LETTERS)).match(/.{4}/g) ?? []).join('-')

export const RECEIPT_BYTES = 8
/** `20261125-XXXXXXXX`: the day for people, the rest random, so that nobody counts what others hand in. */
export const receiptOf = (day: string, octets: Uint8Array): string =>
  `${day.replaceAll('-', '')}-${lettersOf(octets.subarray(0, RECEIPT_BYTES))}`

/** What a person types: case, blanks, dashes, full width and look-alike letters do not matter. */
export const tidy = (typed: string): string =>
  typed
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s\-‐-―]/g, '')
    .replaceAll(/[IL]/g, '1')
    .replaceAll('O', '0')

/** As the collectors write case numbers (protocols.md 4.1): all kinds of brackets → `[ ]`, no spaces or quotes. */
export const caseKey = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replace(/[〔【［[(（﹝]/g, '[')
    .replace(/[〕】］\])）﹞]/g, ']')
    .replace(/[\s\u200b-\u200f\u2060\ufeff'’‘`"]/g, '')
export const nameKey = (typed: string): string =>
  typed
    .normalize('NFKC')
    .replaceAll(/[\s·•・]/g, '')
    .toUpperCase()

/** HMAC-SHA256 under the site's key; `use` keeps hashes of different things apart. */
export const keyed = (siteKey: string, use: string, text: string): string =>
  createHmac('sha256', siteKey).update(`window/${use}\n${text}`).digest('hex')

/** Hashes of equal length, compared in constant time; all pairs are compared whatever the first says. */
export function sameHashes(pairs: readonly (readonly [string, string])[]): boolean {
  let same = true
  for (const [one, other] of pairs) {
    const [a, b] = [Buffer.from(one), Buffer.from(other)]
    const equal = a.length === b.length ? timingSafeEqual(a, b) : !timingSafeEqual(a, a)
    same = equal && same
  }
  return same
}

/** `张**` */
export const maskedName = (name: string): string => {
  const [first = '', ...rest] = [...name]
  return first + '*'.repeat(Math.min(3, Math.max(1, rest.length)))
}
