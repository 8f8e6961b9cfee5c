import type { Domain } from '../../contract/domains.ts'
import { CollectorHealth, CollectorStatus } from '../../contract/envelope.ts'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { CollectorTopic } from '../../contract/topics.ts'

export interface SignsOfLife {
  onStatus(collector: string, domain: Domain, status: CollectorStatus, receivedMs: number): void | Promise<void>
  onHealth(collector: string, domain: Domain, health: CollectorHealth, receivedMs: number): void | Promise<void>
}

const HEALTH = 'collector_health'

/**
 * Status and health of a collector: checked and handed on, never in the inbox. A measurement of another name is
 * nobody's yet and is left alone.
 * @returns why it was refused
 */
export async function takeSignOfLife(
  topic: CollectorTopic,
  payload: Uint8Array,
  receivedMs: number,
  to: SignsOfLife,
): Promise<QuarantineReason | undefined> {
  // An empty retained message deletes the one before it (MQTT 3.1.1, 3.3.1.3).
  if (payload.length === 0 || topic.kind === 'state') return undefined
  const health = topic.kind === 'met' && topic.name === HEALTH
  if (topic.kind !== 'status' && !health) return undefined
  const raw = parse(payload)
  if (raw === undefined) return 'bad_json'
  const { collector, domain } = topic
  if (health) {
    const parsed = CollectorHealth.safeParse(raw)
    if (!parsed.success) return 'type_mismatch'
    await to.onHealth(collector, domain, parsed.data, receivedMs)
    return undefined
  }
  const parsed = CollectorStatus.safeParse(raw)
  if (!parsed.success) return 'type_mismatch'
  await to.onStatus(collector, domain, parsed.data, receivedMs)
  return undefined
}

function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString('utf8'))
  } catch {
    return undefined
  }
}
