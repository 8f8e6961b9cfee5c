import { checkLinks, parseChain } from '../../contract/chain.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import type { AlertTables } from '../../server/alerts/tables.ts'
import type { IngestTables } from '../../server/ingest/tables.ts'
import { CHAINS, exportChain } from '../../server/records/chain.ts'
import { RecordStore } from '../../server/records/store.ts'
import type { Effect } from './history.ts'
import type { World } from './world.ts'

/** What the records themselves say once the product has ended: each line is something that must be 0 or equal. */
export async function ledgerEffects(world: World): Promise<Effect[]> {
  const records = new RecordStore(world.records, {
    now: () => Date.now(),
    committed: () => undefined,
    failed: () => undefined,
  })
  try {
    return [
      { what: '响两次的时限', expected: 0, found: await firedTwice(records, world) },
      { what: '链上的错处', expected: 0, found: await brokenLinks(records) },
      { what: '处理失败的事件', expected: 0, found: await failedEvents(records) },
      { what: '误入隔离区', expected: 0, found: await wrongly(records) },
    ]
  } finally {
    await records.close()
  }
}

/** A person drawn for each case, as the chain has it, repetitions and all. */
export async function drawnCases(ndjson: string): Promise<string[]> {
  const { entries } = parseChain(ndjson)
  const cases = new Map<unknown, string>()
  for (const { type, body } of entries)
    if (type === 'draw.committed') cases.set(body.drawId, (body.case as { id: string }).id)
  return entries.filter(({ type }) => type === 'draw.completed').map(({ body }) => cases.get(body.drawId) ?? '?')
}

async function brokenLinks(records: RecordStore): Promise<number> {
  let failures = 0
  for (const chain of CHAINS) {
    const text = (await Array.fromAsync(exportChain(records.read, chain))).join('')
    const parsed = parseChain(text)
    failures += parsed.failures.length + (await checkLinks(parsed.entries)).length
    if (chain === 'assignment') failures += (await verifyDraws(text)).failures.length
  }
  return failures
}

/** A new life of an alert climbs its ladder from the bottom. */
const ANEW = new Set(['retriggered', 'worsened'])

/** Rungs climbed more often than the ladder has, or to one and the same post again. */
async function firedTwice(records: RecordStore, { config }: World): Promise<number> {
  const rows = await records.read
    .withTables<AlertTables>()
    .selectFrom('alert_history')
    .select(['alert_id', 'reason', 'text', 'severity'])
    .orderBy('alert_id')
    .orderBy('version')
    .execute()
  const climbed = new Map<string, string[]>()
  let twice = 0
  for (const { alert_id, reason, text, severity } of rows) {
    if (ANEW.has(reason)) climbed.delete(alert_id)
    if (reason !== 'escalated') continue
    const before = climbed.get(alert_id) ?? []
    const ladder = config.alerts.escalation[severity as keyof typeof config.alerts.escalation] ?? []
    if (before.includes(text) || before.length >= ladder.length) twice += 1
    climbed.set(alert_id, [...before, text])
  }
  return twice
}

const countOf = (rows: readonly unknown[]): number => rows.length

const failedEvents = async (records: RecordStore): Promise<number> =>
  countOf(
    await records.read
      .withTables<IngestTables>()
      .selectFrom('inbox')
      .select('id')
      .where('state', '=', 'failed')
      .limit(1000)
      .execute(),
  )

const wrongly = async (records: RecordStore): Promise<number> =>
  countOf(await records.read.withTables<IngestTables>().selectFrom('quarantine').select('seq').limit(1000).execute())
