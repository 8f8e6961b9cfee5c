import { BlockList, isIPv4, isIPv6 } from 'node:net'

const MAX_SENDERS = 1024

export type Verdict = 'welcome' | 'stranger' | 'too_fast'

/** Who may send, and how fast. A datagram's address can be forged: the list keeps honest mistakes out, no more. */
export interface Senders {
  isAllowed(address: string): boolean
  /** Takes one message's worth of that sender's allowance. */
  admit(address: string, now: number): Verdict
  /** Seconds until that sender has allowance again. */
  waitS(address: string, now: number): number
}

/**
 * @param allow addresses or `address/prefix`; empty = this machine only
 * @param perSecond messages a second and sender, with a burst of one second's worth
 * @throws Error naming an entry that is no address
 */
export function createSenders(allow: readonly string[], perSecond: number): Senders {
  const list = new BlockList()
  for (const entry of allow.length > 0 ? allow : ['127.0.0.0/8', '::1']) addEntry(list, entry)
  const buckets = new Map<string, { tokens: number; at: number }>()

  const opened = (address: string, now: number) => {
    if (buckets.size >= MAX_SENDERS) buckets.delete(buckets.keys().next().value ?? '')
    const bucket = { tokens: perSecond, at: now }
    buckets.set(address, bucket)
    return bucket
  }
  const refilled = (address: string, now: number) => {
    const bucket = buckets.get(address) ?? opened(address, now)
    bucket.tokens = Math.min(perSecond, bucket.tokens + (Math.max(0, now - bucket.at) * perSecond) / 1000)
    bucket.at = now
    return bucket
  }
  const isAllowed = (address: string): boolean => {
    const plain = address.replace(/^::ffff:/, '')
    return list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
  }
  return {
    isAllowed,
    admit(address, now) {
      // Who has a bucket was asked for before.
      if (!buckets.has(address) && !isAllowed(address)) return 'stranger'
      const bucket = refilled(address, now)
      if (bucket.tokens < 1) return 'too_fast'
      bucket.tokens--
      return 'welcome'
    },
    waitS: (address, now) => Math.max(0, 1 - refilled(address, now).tokens) / perSecond,
  }
}

function addEntry(list: BlockList, entry: string): void {
  const [address = '', prefix] = entry.split('/')
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined
  if (!family) throw new Error(`allow 中的 “${entry}” 不是地址，写成 10.8.0.5 或 10.8.0.0/16`)
  if (prefix === undefined) list.addAddress(address, family)
  else list.addSubnet(address, Number(prefix), family)
}
