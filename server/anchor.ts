import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ChainEntry } from '../contract/chain.ts'
import { anchorTopic } from '../contract/topics.ts'

export interface AnchorDeps {
  /** Outside the data folder, so that a rewritten tail contradicts it. */
  folder: string
  site: string
  publish(topic: string, payload: string, options: { qos: 0 | 1; retain: boolean }): void
  failed(error: unknown, where: string): void
}

/** Beside the data folder, never in it; SANLING_ANCHORS names another place (another disk, a share that only takes). */
export const anchorFolder = (dataDir: string): string => process.env.SANLING_ANCHORS ?? `${dataDir}-anchors`

/** Keeps the heads of chains outside (draw.md): one line a head in a file on another path, and a retained topic. */
export function anchorage({ folder, site, publish, failed }: AnchorDeps): (chain: string, head: ChainEntry) => void {
  let ready = false
  return (chain, { seq, at, hash }) => {
    const line = JSON.stringify({ chain, seq, at, hash })
    try {
      if (!ready) mkdirSync(folder, { recursive: true, mode: 0o700 })
      ready = true
      appendFileSync(join(folder, `${chain}.ndjson`), `${line}\n`, { mode: 0o600 })
      publish(anchorTopic(site, chain), line, { qos: 1, retain: true })
    } catch (error) {
      failed(error, `anchor ${chain}`)
    }
  }
}
