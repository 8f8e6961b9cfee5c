import { FACTS } from '../../config/monitoring.ts'
import { officeDate } from '../../config/zone.ts'
import { type FindingFilters, monitoringRoutes } from '../../contract/http/monitoring.ts'
import { FINDING_STAGE_IDS, isFindingOpen, MONITORING_GROUPS } from '../../contract/monitoring.ts'
import { type BoundRoute, bind, type Principal } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import { conditionWords } from './checks.ts'
import { type MonitoringDeps, personIdOf } from './context.ts'
import { inScope, presentDetail, presentFinding, scopeOf } from './present.ts'
import { countStages, findFinding, listFindings, noticeOf, noticesOf, stepsOf } from './repository.ts'

const OPEN = FINDING_STAGE_IDS.filter(isFindingOpen)
const stagesOf = (given: readonly string[]): string[] => given.flatMap((one) => (one === 'open' ? OPEN : [one]))

/** One finding with everything that belongs to it, for who may see it. */
export async function readDetail(deps: MonitoringDeps, id: string, who: Principal, now: number) {
  const db = deps.records.read
  const finding = await findFinding(db, id)
  // A stranger's finding answers like one that does not exist.
  if (!finding || !inScope(scopeOf(deps, who), finding)) throw new Refusal('not-found', '没有这项发现，或无权查看')
  const [notice, steps] = await Promise.all([noticeOf(db, id), stepsOf(db, id)])
  return presentDetail(deps, { finding, notice, steps }, who, now)
}

/** A page of the list: what the route answers and what the file is made of. `written`: with a written notice only. */
export async function findingPage(
  deps: MonitoringDeps,
  query: FindingFilters & { cursor?: string | undefined; limit: number },
  person: Principal,
  now: number,
  written: boolean,
) {
  const { read } = deps.records
  const offset = offsetOf(query.cursor)
  const findings = await listFindings(read, {
    ...scopeOf(deps, person),
    stages: stagesOf(query.stage),
    groups: query.group,
    check: query.check,
    departmentIs: query.department,
    caseId: query.caseId,
    addressee: query.mine ? (personIdOf(deps, person) ?? '') : undefined,
    dueBefore: query.overdue ? officeDate(now) : undefined,
    written,
    offset,
    limit: query.limit,
  })
  const notices = await noticesOf(
    read,
    findings.map(({ id }) => id),
  )
  return {
    items: findings.map((finding) => presentFinding(deps, finding, notices.get(finding.id), now)),
    cursor: findings.length === query.limit ? String(offset + findings.length) : null,
  }
}

export function readingRoutes(deps: MonitoringDeps): BoundRoute[] {
  const { records, config } = deps
  return [
    bind(monitoringRoutes.checks, async () => ({
      version: config.monitoring.version,
      legalBasis: config.monitoring.legal_basis,
      items: config.monitoring.checks.map((check) => ({
        id: check.id,
        group: check.group,
        groupName: MONITORING_GROUPS[check.group],
        title: check.title,
        automatic: check.when.length > 0,
        kinds: check.kinds,
        enabled: check.enabled,
        conditions: check.when.map((condition) => `${FACTS[condition.fact]} ${conditionWords(condition)}`),
        basis: check.basis,
        measure: check.measure,
        unverified: check.unverified,
      })),
    })),
    bind(monitoringRoutes.list, async ({ query, person, now }) => ({
      ...(await findingPage(deps, query, person, now, false)),
      stages: await countStages(records.read, scopeOf(deps, person)),
    })),
    bind(monitoringRoutes.notices, ({ query, person, now }) => findingPage(deps, query, person, now, true)),
    bind(monitoringRoutes.get, ({ params, person, now }) => readDetail(deps, params.id, person, now)),
  ]
}
