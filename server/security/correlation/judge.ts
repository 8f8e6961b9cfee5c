import { officeDate, startOfDay } from '../../../config/zone.ts'
import type { Tick, Turn } from '../../feature.ts'
import { DAY_MS, type SecurityDeps, sourcesOf } from '../context.ts'
import { loadDoors } from '../doors/repository.ts'
import { loadTerminals } from '../terminals/repository.ts'
import type { Ground } from './place.ts'
import { causeOf, factsOf, raiseFinding } from './raise.ts'
import {
  addStanding,
  entriesOf,
  type Finding,
  type FindingState,
  findingsIn,
  forget,
  gapDays,
  onlineSince,
  saveFindings,
  standingOn,
} from './repository.ts'
import { type CrossReason, judgeAbsence, type Verdict } from './rules.ts'

const STATE_OF: Readonly<Record<Verdict['what'], FindingState>> = {
  alarm: 'raised',
  fine: 'fine',
  wait: 'waiting',
  unknown: 'unknown',
}

/** Looks at what waits: absence is concluded only after time has passed and the doors are known to be alive. */
export function judgeTick(deps: SecurityDeps, ground: Ground): Tick {
  const noted = new Set<string>()
  return {
    name: 'correlation',
    everyMs: 5000,
    async run(turn) {
      await noteStanding(turn)
      const open = (await findingsIn(turn.tx, ['waiting', 'raised'])).filter(({ atMs }) => atMs > turn.now - 2 * DAY_MS)
      const absences = open.filter(({ rule }) => rule === 'terminalWithoutEntry')
      const changed = [
        ...(absences.length > 0 ? await judgeAll(deps, ground, turn, absences) : []),
        ...(await protectedAgain(
          turn,
          open.filter(({ rule }) => rule === 'unprotectedRoom'),
        )),
      ]
      if (changed.length === 0) return
      await saveFindings(turn.tx, changed)
      for (const one of changed) {
        if (one.state === 'raised') await raiseFinding(deps, ground, turn, one)
        if (one.state === 'cleared') await deps.alerts.clear(turn, causeOf(one), turn.now)
      }
      turn.touch('cross')
    },
  }

  /** Doors that stand open now stood open today: whoever passed them left no trace. */
  async function noteStanding(turn: Turn): Promise<void> {
    const doors = await loadDoors(turn.tx)
    const day = officeDate(turn.now)
    const standing = [...doors.values()].filter(({ id, mode }) => mode === 'always-open' && !noted.has(`${day} ${id}`))
    await addStanding(
      turn.tx,
      standing.map(({ id }) => ({ day, door: id })),
    )
    turn.afterCommit(() => {
      for (const key of noted) if (!key.startsWith(day)) noted.delete(key)
      for (const { id } of standing) noted.add(`${day} ${id}`)
    })
  }

  async function protectedAgain(turn: Turn, raised: readonly Finding[]): Promise<Finding[]> {
    if (raised.length === 0) return []
    const hosts = raised.flatMap(({ place }) => ground.hostsIn(place).map(({ host }) => host))
    const reported = await loadTerminals(turn.tx, hosts)
    return raised
      .filter(({ place }) => ground.hostsIn(place).every(({ host }) => reported.has(host)))
      .map((one) => ({ ...one, state: 'cleared' as const, reason: 'protected' as const, decidedMs: turn.now }))
  }
}

async function judgeAll(
  deps: SecurityDeps,
  ground: Ground,
  turn: Turn,
  findings: readonly Finding[],
): Promise<Finding[]> {
  const rule = deps.config.correlation.rules.terminalWithoutEntry
  const days = [...new Set(findings.flatMap(({ atMs }) => [officeDate(atMs), officeDate(atMs - DAY_MS)]))]
  const persons = [...new Set(findings.flatMap(({ person }) => (person ? [person] : [])))]
  const oldest = Math.min(...findings.map(({ atMs }) => atMs))
  const massMs = rule.massReturn.withinS * 1000
  const entries = await entriesOf(turn.tx, days, persons)
  const [gaps, standing, doors] = [
    await gapDays(turn.tx, days),
    await standingOn(turn.tx, days),
    await loadDoors(turn.tx),
  ]
  const online = await onlineSince(turn.tx, oldest - massMs)
  const freshness = await deps.freshness(sourcesOf(deps.config, 'access'))
  return findings.flatMap((one) => {
    const day = officeDate(one.atMs)
    const verdict = judgeAbsence({
      at: one.atMs,
      now: turn.now,
      dayEndMs: startOfDay(one.atMs) + DAY_MS,
      today: entries.get(`${day} ${one.person}`),
      yesterday: entries.get(`${officeDate(one.atMs - DAY_MS)} ${one.person}`),
      companions: one.kind === 'terminal.online' ? online.filter((at) => Math.abs(at - one.atMs) <= massMs).length : 0,
      way: ground.wayTo(one.place).map(({ id }) => ({
        offline: doors.get(id)?.offlineMs != null,
        standing: standing.has(`${day} ${id}`),
      })),
      doorsHeardMs: freshness.at,
      doorsBroken: freshness.state === 'broken',
      gap: gaps.has(day),
      rule: {
        settleMs: rule.settleS * 1000,
        lookbackMs: rule.lookbackH * 3_600_000,
        toleranceMs: rule.toleranceS * 1000,
        massHosts: rule.massReturn.hosts,
      },
    })
    return after(ground, one, verdict, turn.now)
  })
}

/** What a verdict makes of a case: an alarm once given ends only with the entry that was missing. */
function after(ground: Ground, one: Finding, { what, reason }: Verdict, now: number): Finding[] {
  if (one.state === 'raised') {
    const explained = what === 'fine' && reason !== 'mass-return'
    return explained ? [{ ...one, state: 'cleared', reason: 'late-entry', decidedMs: now }] : []
  }
  if (what === 'wait' && reason === one.reason) return []
  const next = { ...one, state: STATE_OF[what], reason: reason as CrossReason, decidedMs: what === 'wait' ? null : now }
  return [{ ...next, facts: factsOf(ground, next) }]
}

/** Once an hour: what may not be kept is not kept. */
export function forgetTick(deps: SecurityDeps): Tick {
  return {
    name: 'correlation-forget',
    everyMs: 3_600_000,
    async run(turn) {
      const ms = turn.now - deps.config.correlation.keepDays * DAY_MS
      await forget(turn.tx, { day: officeDate(ms), ms, traceMs: turn.now - DAY_MS / 4 })
    },
  }
}
