import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadConfig } from '../../config/load.ts'
import { workCalendar } from '../../config/workdays.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import { commitDraw, contribute } from '../../server/assignment/draws.ts'
import { type AssignmentDeps, assignmentFeature } from '../../server/assignment/index.ts'
import type { Principal } from '../../server/feature.ts'
import { exportChain } from '../../server/records/chain.ts'
import { RecordStore } from '../../server/records/store.ts'
import { type Benchmark, median, row } from './row.ts'

const DRAWS = 2000
const hex = () => randomBytes(32).toString('hex')

/** Whole draws on a real store, and what it costs to repeat them; beside it the same hashing without store and checks. */
async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-draws-'))
  const records = new RecordStore(
    { kind: 'sqlite', file: join(folder, 'records.sqlite') },
    { now: Date.now, committed: () => undefined, failed: (error) => console.error(error) },
  )
  const config = loadConfig('config')
  const deps: AssignmentDeps = {
    config,
    calendar: workCalendar(config.calendar),
    records,
    alerts: { raise: async () => undefined, clear: async () => undefined },
    cases: {
      find: async (_db, id) => ({ id, caseNo: id, kind: 'prosecution-review', state: 'unassigned', handler: null }),
      assign: async () => undefined,
    },
    newId: () => randomBytes(16).toString('hex'),
    secret: hex,
    anchor: () => undefined,
  }
  const feature = assignmentFeature(deps)
  await records.migrate(feature.migrations ?? [])
  await feature.start?.()
  const person: Principal = {
    id: 'bench',
    username: 'case-management',
    name: '',
    roles: ['case-management'],
    department: null,
    post: '',
    permissions: new Set(),
    via: 'token',
    sessionId: null,
  }
  const took: number[] = []
  for (let n = 0; n < DRAWS; n++) {
    const before = performance.now()
    const { drawId } = await records.write((turn) => commitDraw(deps, turn, `c${n}`, 'bench'))
    await records.write((turn) => contribute(deps, turn, drawId, person, { nonce: hex() }))
    took.push(performance.now() - before)
  }
  const text = (await Array.fromAsync(exportChain(records.read, 'assignment'))).join('')
  let before = performance.now()
  const verdict = await verifyDraws(text)
  const verified = DRAWS / ((performance.now() - before) / 1000)
  before = performance.now()
  for (const line of text.split('\n'))
    createHash('sha256')
      .update(JSON.stringify(JSON.parse(line || 'null')))
      .digest('hex')
  const hashed = DRAWS / ((performance.now() - before) / 1000)
  await records.close()
  rmSync(folder, { recursive: true, force: true })
  const p95 = took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.95)] ?? 0
  const details = { draws: DRAWS, ok: String(verdict.ok), p50: Number(median(took).toFixed(2)) }
  return [
    row({
      case: 'draw without the contributor’s wait, p95',
      unit: 'ms',
      product: p95,
      baseline: null,
      target: '<= 50',
      details,
    }),
    row({ case: 'verification', unit: 'draws/s', product: verified, baseline: null, target: '>= 2000', details }),
    row({
      case: 'verification beside bare parse and SHA-256 of the same lines',
      unit: 'draws/s',
      product: verified,
      baseline: hashed,
      target: '>= 0.02',
      details,
    }),
  ]
}

export const benchmark: Benchmark = { name: 'draws', run }
