import { createHash } from 'node:crypto'

/** Numbered events from one side. */
export interface Load {
  name: string
  start(): Promise<void>
  /** Makes no more; goes on delivering what is made. */
  finish(): void
  /** Everything made is known to be delivered, as far as this side can know. */
  settled(): boolean
  /** What was made so far. */
  ids(): string[]
  /** How many of them raise the alert that counts (`COUNTED_TYPE`). */
  counted(): number
  stop(): Promise<void>
}

export const SITE = 'demo'
export const PLAIN_TYPE = 'terminal.scan'
/** Each raises or repeats the alert of its object, so the alert's count shows how often it was handled. */
export const COUNTED_TYPE = 'terminal.policy_change'
const COUNTED_EVERY = 7

export interface Numbered {
  id: string
  type: string
  text: string
}

/** Event number `n` of a source, as a collector makes it: the id follows from the number (protocols.md 5.4). */
export function numbered(source: string, n: number, base: number): Numbered {
  const ms = base + n
  const hash = createHash('sha256').update(`${source}|${n}`).digest('hex')
  const id = `${ms.toString(16).padStart(12, '0')}-${hash.slice(0, 20)}`
  const type = n % COUNTED_EVERY === 0 ? COUNTED_TYPE : PLAIN_TYPE
  const envelope = {
    v: 1,
    id,
    type,
    site: SITE,
    collector: 'probe',
    object: `terminal:fault-${source}`,
    observed_at: new Date(ms).toISOString(),
    seq: n,
    data: { n, source },
  }
  return { id, type, text: JSON.stringify(envelope) }
}
