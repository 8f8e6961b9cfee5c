import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { parseTopic } from '../../contract/topics.ts'
import { Refusal } from '../refusal.ts'
import type { Ground } from './check.ts'
import type { QuarantineRow } from './tables.ts'

/** Where a quarantined message came from, so that its second try is judged like its first. */
export function groundOf(row: Pick<QuarantineRow, 'topic'>, site: string): Ground {
  const topic = row.topic === null ? undefined : parseTopic(row.topic)
  return topic ? { site, domain: topic.domain, collector: topic.collector } : { site, domain: null, collector: null }
}

/**
 * What is sent on a second try.
 * @param corrected text or object in place of the excerpt
 * @throws Refusal `unprocessable` when only part of the message was kept
 */
export function payloadOf(row: QuarantineRow, corrected: string | Record<string, unknown> | undefined): Buffer {
  if (corrected === undefined && row.truncated)
    throw new Refusal('unprocessable', '只保留了报文的前 4 KiB，请附上完整的更正报文')
  const text =
    corrected === undefined ? row.excerpt : typeof corrected === 'string' ? corrected : JSON.stringify(corrected)
  return Buffer.from(row.reason === 'unknown_topic' ? refile(text) : text)
}

/**
 * An unknown type was already stored under `.other`, so its id is taken. When its type is known by now, or has been
 * corrected, it goes in once more under an id of its own.
 */
function refile(text: string): string {
  try {
    const raw: unknown = JSON.parse(text)
    if (typeof raw !== 'object' || raw === null || !('id' in raw) || !('type' in raw)) return text
    const { id, type } = raw
    if (typeof id !== 'string' || typeof type !== 'string' || !Object.hasOwn(EVENT_TYPES, type)) return text
    return JSON.stringify({ ...raw, id: `${id.slice(0, 62)}-r` })
  } catch {
    return text
  }
}
