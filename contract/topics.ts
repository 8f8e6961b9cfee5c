import { DOMAINS, type Domain } from './domains.ts'

/** One level of a topic: no wildcard, no Chinese (Chinese names live in payloads only). */
export const TOPIC_LEVEL = /^[A-Za-z0-9_.:-]{1,64}$/
const ROOT = 'jc/v1'

export type TopicKind = 'evt' | 'met' | 'state' | 'status'

/** A collector's topic, taken apart. `name` is empty for `status`. */
export interface CollectorTopic {
  site: string
  domain: Domain
  collector: string
  kind: TopicKind
  name: string
}

export const eventTopic = (site: string, domain: Domain, collector: string, name: string): string =>
  `${ROOT}/${site}/${domain}/${collector}/evt/${name}`
export const metricTopic = (site: string, domain: Domain, collector: string, name: string): string =>
  `${ROOT}/${site}/${domain}/${collector}/met/${name}`
export const stateTopic = (site: string, domain: Domain, collector: string, object: string): string =>
  `${ROOT}/${site}/${domain}/${collector}/state/${object}`
export const statusTopic = (site: string, domain: Domain, collector: string): string =>
  `${ROOT}/${site}/${domain}/${collector}/status`
export const receiptTopic = (site: string, collector: string): string => `${ROOT}/${site}/_receipt/${collector}`
export const deadLetterTopic = (site: string, collector: string): string => `${ROOT}/${site}/_dlq/${collector}`

/** Retained: the newest head of a chain, outside the data folder (draw.md). */
export const anchorTopic = (site: string, chain: string): string => `${ROOT}/${site}/_anchor/${chain}`

/** What the server subscribes to. `_receipt` and `_dlq` have four levels and so do not match. */
export const serverFilters = (site: string): string[] => [
  `${ROOT}/${site}/+/+/evt/+`,
  `${ROOT}/${site}/+/+/met/+`,
  `${ROOT}/${site}/+/+/status`,
]

/** Takes a topic of a collector apart; undefined when it is not one. */
export function parseTopic(topic: string): CollectorTopic | undefined {
  const levels = topic.split('/')
  const [jc, v1, site, domain, collector, kind, name = ''] = levels
  if (jc !== 'jc' || v1 !== 'v1' || !site || !collector || !isDomain(domain)) return undefined
  if (!levels.every((level) => TOPIC_LEVEL.test(level))) return undefined
  if (kind === 'status') return levels.length === 6 ? { site, domain, collector, kind, name: '' } : undefined
  if (kind !== 'evt' && kind !== 'met' && kind !== 'state') return undefined
  return levels.length === 7 ? { site, domain, collector, kind, name } : undefined
}

const isDomain = (text: string | undefined): text is Domain => (DOMAINS as readonly string[]).includes(text ?? '')
