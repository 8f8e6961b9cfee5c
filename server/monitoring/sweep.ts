import { officeDate, officeTime } from '../../config/zone.ts'
import { isFindingOpen } from '../../contract/monitoring.ts'
import type { Tick, Turn } from '../feature.ts'
import { type CheckBook, type Hit, runChecks } from './checks.ts'
import { addresseeOf, checkOf, type MonitoringDeps, nameOf, SYSTEM } from './context.ts'
import { factsOf, type MonitoredCase } from './facts.ts'
import { moveOn, note } from './moves.ts'
import { addSteps, type FindingStep, findingsOfCases, insertFindings, type StoredFinding } from './repository.ts'
import { mayFrom } from './rules.ts'
import { handOver, taskOf } from './tell.ts'

/** Cases of one turn: a whole office is looked at in slices, so that nobody else waits. */
const SLICE = 500

export interface Sweep {
  /** These cases have changed. */
  mark(caseIds: Iterable<string>): void
  tick: Tick
}

/**
 * Looks at every case once a day and after each start, because time alone makes findings, and at changed ones at once.
 * What is still to do is kept in memory: a restart begins the day's round anew, and a finding is made only once anyway.
 */
export function openSweep(deps: MonitoringDeps): Sweep {
  const changed = new Set<string>()
  let day = ''
  let after: string | null = null
  return {
    mark(caseIds) {
      for (const id of caseIds) changed.add(id)
    },
    tick: {
      name: 'monitoring-checks',
      everywhere: true,
      everyMs: 3000,
      async run(turn) {
        const today = officeDate(turn.now)
        const ids = [...changed].slice(0, SLICE)
        if (ids.length > 0) {
          const cases = await deps.cases.byIds(turn.tx, ids)
          await look(deps, turn, cases, ids)
          turn.afterCommit(() => {
            for (const id of ids) changed.delete(id)
          })
        }
        const from = day === today ? after : ''
        if (from === null) return
        const since = Temporal.PlainDate.from(today).subtract({ days: deps.config.monitoring.closedDays }).toString()
        const page = await deps.cases.page(turn.tx, since, from, SLICE)
        await look(
          deps,
          turn,
          page,
          page.map(({ id }) => id),
        )
        turn.afterCommit(() => {
          day = today
          after = page.length === SLICE ? (page.at(-1)?.id ?? null) : null
        })
      },
    },
  }
}

/** Runs all checks over these cases; `ids` may name cases that are gone, whose findings then have lost their ground. */
export async function look(
  deps: MonitoringDeps,
  turn: Turn,
  cases: readonly MonitoredCase[],
  ids: readonly string[],
): Promise<void> {
  const today = officeTime(turn.now).toPlainDate()
  const book: CheckBook = deps.config.monitoring
  const [handedOut, forms, known] = [
    await deps.handedOut.of(turn.tx, ids),
    await deps.forms.overdueDays(turn.tx, ids, today.toString()),
    Map.groupBy(await findingsOfCases(turn.tx, ids), ({ caseId }) => caseId),
  ]
  const fresh: StoredFinding[] = []
  const hitKeys = new Set<string>()
  for (const one of cases) {
    const facts = factsOf(one, {
      today,
      isWorkday: (day) => deps.calendar.isWorkday(day),
      dayOf: officeDate,
      handedOut: handedOut.get(one.id),
      formOverdueDays: forms.get(one.id),
    })
    const own = new Set((known.get(one.id) ?? []).map(keyOf))
    for (const hit of runChecks(book, one, facts, today.toString())) {
      const key = `${hit.check} ${hit.run}`
      hitKeys.add(`${one.id} ${key}`)
      if (!own.has(key)) fresh.push(findingOf(deps, turn, one, hit, today))
    }
  }
  await keep(deps, turn, fresh)
  const followed = await follow(deps, turn, cases, known)
  await settle(deps, turn, followed, hitKeys)
  if (fresh.length > 0) turn.touch('flow')
}

const keyOf = ({ check, run }: StoredFinding): string => `${check} ${run}`

function findingOf(
  deps: MonitoringDeps,
  turn: Turn,
  one: MonitoredCase,
  hit: Hit,
  today: Temporal.PlainDate,
): StoredFinding {
  const rules = deps.config.monitoring
  const check = checkOf(deps, hit.check)
  const old = today.subtract({ days: rules.recordOnlyDays }).toString()
  const past = one.closed !== null && one.closed < old
  const auto = check?.auto ?? false
  return {
    ...newFinding(deps, turn, one),
    check: hit.check,
    run: hit.run,
    group: check?.group ?? 'DATA_ENTRY',
    day: hit.day,
    stage: past ? 'recorded' : auto ? 'reminded' : 'found',
    version: !past && auto ? 2 : 1,
    words: hit.words,
    evidence: {
      grounds: hit.grounds,
      events: one.history.slice(-10).map(({ eventId }) => eventId),
      facts: caseFacts(one),
    },
  }
}

/** What every finding begins with, found by the checks or by hand. */
export function newFinding(
  deps: MonitoringDeps,
  turn: Turn,
  one: MonitoredCase,
): Omit<StoredFinding, 'check' | 'group' | 'stage' | 'words' | 'evidence'> {
  return {
    id: deps.newId(),
    caseId: one.id,
    caseNo: one.caseNo,
    run: '',
    day: officeDate(turn.now),
    ...addresseeOf(deps, one),
    due: null,
    back: null,
    issuedBy: null,
    answeredBy: null,
    refusals: 0,
    rulesVersion: deps.config.monitoring.version,
    restricted: one.restricted,
    custody: one.custody,
    gone: false,
    version: 1,
    foundMs: turn.now,
    movedMs: turn.now,
    told: null,
  }
}

export const caseFacts = (one: MonitoredCase): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      案件类别: one.typeName,
      承办部门: one.department,
      当前节点: one.node,
      强制措施: one.coercion,
      受理日期: one.accepted,
      分案日期: one.assigned,
      到期日: one.due,
      办结日期: one.closed,
      审结情况: one.outcome,
    }).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  )

async function keep(deps: MonitoringDeps, turn: Turn, fresh: readonly StoredFinding[]): Promise<void> {
  if (fresh.length === 0) return
  await insertFindings(turn.tx, fresh)
  await addSteps(
    turn.tx,
    fresh.flatMap((finding) => firstSteps(deps, turn, finding).map((step) => ({ finding: finding.id, step }))),
  )
  await deps.tasks?.open(
    turn,
    fresh.flatMap((finding) => taskOf(deps, finding) ?? []),
  )
}

function firstSteps(deps: MonitoringDeps, turn: Turn, finding: StoredFinding): FindingStep[] {
  const stage = finding.stage === 'reminded' ? 'found' : finding.stage
  const found: FindingStep = {
    seq: 1,
    kind: 'found',
    by: SYSTEM,
    at: turn.now,
    from: stage,
    to: stage,
    body: { words: finding.words, rules: deps.config.monitoring.version },
  }
  if (finding.stage !== 'reminded') return [found]
  const text = '按检查规则自动发出到期提示'
  return [found, { ...found, seq: 2, kind: 'remind', from: 'found', to: 'reminded', body: { text } }]
}

/** Open findings go with the case: who has it now has to answer. An answer that is being judged stays whose it is. */
async function follow(
  deps: MonitoringDeps,
  turn: Turn,
  cases: readonly MonitoredCase[],
  known: ReadonlyMap<string, readonly StoredFinding[]>,
): Promise<StoredFinding[]> {
  const owners = new Map(cases.map((one) => [one.id, addresseeOf(deps, one)]))
  const now: StoredFinding[] = []
  for (const finding of [...known.values()].flat()) {
    const to = owners.get(finding.caseId)
    if (!to || to.addressee === finding.addressee || finding.stage === 'answered' || !isFindingOpen(finding.stage)) {
      now.push(finding)
      continue
    }
    const text = `由${nameOf(deps, finding.addressee)}改为${nameOf(deps, to.addressee)}办理`
    now.push(await note(turn, finding, 'readdress', { by: SYSTEM, body: { text }, change: to }))
    await handOver(deps, turn, { ...finding, ...to })
  }
  return now
}

/** What the checks no longer find is put right by itself while it is light; a written notice still wants its answer. */
async function settle(
  deps: MonitoringDeps,
  turn: Turn,
  known: readonly StoredFinding[],
  hits: ReadonlySet<string>,
): Promise<void> {
  for (const finding of known) {
    const automatic = (checkOf(deps, finding.check)?.when.length ?? 0) > 0
    if (!automatic || finding.gone || hits.has(`${finding.caseId} ${keyOf(finding)}`)) continue
    const how = { by: SYSTEM, body: { text: '最近一次检查已不再发现此问题' }, change: { gone: true } }
    if (mayFrom(finding.stage, 'gone')) await moveOn(deps, turn, finding, { do: 'gone' }, how)
    else if (['noticed', 'answered', 'head', 'deputy'].includes(finding.stage)) await note(turn, finding, 'gone', how)
  }
}
