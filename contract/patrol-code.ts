/**
 * The rotating code of a check-in point (protocols.md 3.2): HMAC-SHA256 of point and time step under the point's own
 * key, cut to eight letters that can also be read aloud. Server and the display beside the point both reckon it.
 */
export const CODE_STEP_S = 30
/** No I, L, O, U: what is typed by hand is not mistaken (Crockford). */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 8

/** Which step a moment falls into. */
export const codeStep = (ms: number): number => Math.floor(ms / (CODE_STEP_S * 1000))

/**
 * @param key hex, 32 bytes, of that point only
 * @param step from `codeStep`; 0 is the code of a printed, never changing plate
 */
export async function patrolCode(key: string, point: string, step: number): Promise<string> {
  const bytes = Uint8Array.from(key.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
  const { subtle } = globalThis.crypto
  const secret = await subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  const mac = new Uint8Array(await subtle.sign('HMAC', secret, new TextEncoder().encode(`${point}|${step}`)))
  return Array.from({ length: LENGTH }, (_, at) => LETTERS[(mac[at] ?? 0) % 32]).join('')
}

/** As people type it: small letters, spaces, the letters that were left out. */
export const tidyCode = (text: string): string =>
  text
    .toUpperCase()
    .replaceAll(/[\s:-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1')
    .replaceAll('U', 'V')
