import type { ChainEntry } from '../../contract/chain.ts'
import { type AuditItem, auditRoutes } from '../../contract/http/audit.ts'
import { bind, type Feature, type Records } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { chainHead, chainMigrations, entriesAt, readChain } from '../records/chain.ts'
import { journalMigrations } from './journal.ts'
import type { RefusalTrail } from './refused.ts'
import { AUDIT_CHAIN, countKinds, findAudit, trailMigrations } from './trail.ts'
import { kindName } from './words.ts'

export interface AuditDeps {
  records: Records
  refusals: RefusalTrail
  /** Route id → what it does, in Chinese. */
  summaries(): ReadonlyMap<string, string>
  /** Keeps a head outside the data folder. */
  anchor(chain: string, head: ChainEntry): void
}

const SWEEP_MS = 30_000
/** A cut tail is found back to the last head that was kept outside. */
const ANCHOR_MS = 60_000

export const auditMigrations = [...chainMigrations, ...journalMigrations, ...trailMigrations]

/** Who did what: the chain `audit`, its index for the search page, its heads kept outside. */
export function auditFeature(deps: AuditDeps): Feature {
  const { records, refusals, summaries } = deps
  let anchored: ChainEntry | undefined
  const anchor = async (): Promise<void> => {
    const { seq } = await chainHead(records.read, AUDIT_CHAIN)
    if (seq === 0 || seq === anchored?.seq) return
    const [head] = await readChain(records.read, AUDIT_CHAIN, seq, 1)
    if (!head) return
    deps.anchor(AUDIT_CHAIN, head)
    anchored = head
  }
  return {
    name: 'audit',
    migrations: auditMigrations,
    routes: [
      bind(auditRoutes.list, async ({ query }) => {
        const { cursor, limit, ...filter } = query
        const before = offsetOf(cursor) || undefined
        const places = await findAudit(records.read, { ...filter, before, limit })
        const entries = await entriesAt(records.read, AUDIT_CHAIN, places)
        const names = summaries()
        return {
          items: entries.sort((a, b) => b.seq - a.seq).map((entry) => present(entry, names)),
          cursor: places.length === limit ? String(places.at(-1)) : null,
        }
      }),
      bind(auditRoutes.state, async () => {
        const head = await chainHead(records.read, AUDIT_CHAIN)
        const [first] = await readChain(records.read, AUDIT_CHAIN, 0, 1)
        const [last] = await readChain(records.read, AUDIT_CHAIN, head.seq, 1)
        const names = summaries()
        return {
          entries: head.seq,
          head: head.hash,
          firstAt: first ? Date.parse(first.at) : null,
          lastAt: last ? Date.parse(last.at) : null,
          anchoredSeq: anchored?.seq ?? null,
          anchoredAt: anchored ? Date.parse(anchored.at) : null,
          kinds: (await countKinds(records.read)).map(({ kind, count }) => ({
            kind,
            name: kindName(kind, names),
            count,
          })),
        }
      }),
    ],
    ticks: [
      { name: 'audit.refusals', everywhere: true, everyMs: SWEEP_MS, run: async () => refusals.sweep() },
      {
        name: 'audit.anchor',
        everywhere: true,
        everyMs: ANCHOR_MS,
        run: async ({ afterCommit }) => afterCommit(anchor),
      },
    ],
    start: anchor,
    stop: anchor,
  }
}

/** Names each field that may leave. */
function present({ seq, at, type, body, hash }: ChainEntry, names: ReadonlyMap<string, string>): AuditItem {
  return {
    seq,
    at: Date.parse(at),
    kind: type,
    kindName: kindName(type, names),
    actor: String(body.actor ?? ''),
    ip: String(body.ip ?? ''),
    object: typeof body.object === 'string' ? body.object : null,
    detail: (body.detail ?? {}) as AuditItem['detail'],
    hash,
  }
}
