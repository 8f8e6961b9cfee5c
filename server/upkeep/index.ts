import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { healthRoutes, RUN_KINDS } from '../../contract/http/health.ts'
import { bind, type DangerousAct, type Feature, type Turn } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { ARCHIVE } from './backup/set.ts'
import type { UpkeepDeps } from './context.ts'
import { Pulse } from './facts.ts'
import { look } from './health.ts'
import { HEALTH_FILE } from './places.ts'
import { closeOpenRuns, lastBegun, listRuns } from './repository.ts'
import { retentionActs, retentionRoutesOf } from './retention/index.ts'
import { sweep } from './retention/sweep.ts'
import { retentionMigrations } from './retention/tables.ts'
import { isDue } from './rules.ts'
import { Runner } from './runner.ts'
import { upkeepMigrations } from './tables.ts'

export type { UpkeepDeps } from './context.ts'

const LOOK_MS = 60_000
const RUN_MS = 300_000
/** Of a run on another server: longer than that, its server has ended. */
const LONGEST_MS = 6 * 3_600_000

/** Keeping the house: nightly backup, drill and verification, and the health of our own parts. */
export function upkeepFeature(deps: UpkeepDeps): Feature {
  const { records, rules, dataDir } = deps
  const pulse = new Pulse()
  const retention = { ...deps, rules: rules.retention, archives: join(dataDir, ARCHIVE) }
  const acts = retentionActs(retention)
  const runner = new Runner(deps, () => sweep(retention))
  let startedAt = 0
  let [writing, resetAt] = [false, 0]

  /** For `doctor`: whole or not at all, for the owner alone. */
  const tellDoctor = async (now: number): Promise<void> => {
    if (writing) return
    writing = true
    try {
      const health = await look(deps, pulse, now)
      const file = join(dataDir, HEALTH_FILE)
      writeFileSync(`${file}.new`, `${JSON.stringify(health)}\n`, { mode: 0o600 })
      renameSync(`${file}.new`, file)
      if (now - resetAt > RUN_MS || now < resetAt) {
        pulse.reset()
        resetAt = now
      }
    } finally {
      writing = false
    }
  }
  /** At most one of the due ones at a look, in the order of the night. */
  const beginDue = async (turn: Turn): Promise<void> => {
    if (runner.running.length > 0) return
    for (const kind of RUN_KINDS) {
      const begun = (await lastBegun(turn.tx, kind)) ?? startedAt
      if (!isDue(turn.now, rules.nightly[kind].at, begun)) continue
      await runner.begin(turn, kind, 'schedule')
      return
    }
  }

  return {
    name: 'upkeep',
    migrations: [...upkeepMigrations, ...retentionMigrations],
    acts: Object.values(acts) as unknown as readonly DangerousAct<never>[],
    routes: [
      ...retentionRoutesOf(retention, acts),
      bind(healthRoutes.health, async ({ person, now }) => ({
        ...(await look(deps, pulse, now)),
        running: runner.running,
        mayRun: person.permissions.has(healthRoutes.run.permission),
      })),
      bind(healthRoutes.runs, async ({ query }) => {
        const offset = offsetOf(query.cursor)
        const items = await listRuns(records.read, { kind: query.kind, offset, limit: query.limit })
        return { items, cursor: items.length === query.limit ? String(offset + items.length) : null }
      }),
      bind(healthRoutes.run, ({ body, person }) =>
        records.write((turn) => runner.begin(turn, body.kind, person.username)),
      ),
    ],
    ticks: [
      {
        name: 'upkeep',
        everyMs: LOOK_MS,
        run: async (turn) => {
          await beginDue(turn)
          turn.afterCommit(() => tellDoctor(turn.now))
        },
      },
    ],
    async start() {
      startedAt = deps.now()
      pulse.start()
      runner.open()
      await records.write(({ tx, now }) => closeOpenRuns(tx, now, deps.alone ? now : now - LONGEST_MS))
      await tellDoctor(startedAt)
    },
    async stop() {
      pulse.stop()
      await runner.stop()
    },
  }
}
