import { Readable } from 'node:stream'
import { officeDate } from '../../config/zone.ts'
import { drawRoutes } from '../../contract/http/draws.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import { type BoundRoute, bind, type Feature, type Principal } from '../feature.ts'
import { chainMigrations, exportChain, readChain } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { type AssignmentDeps, CHAIN } from './context.ts'
import { decide, propose } from './designations.ts'
import { cancelDraw, commitDraw, contribute, windowStart } from './draws.ts'
import { DRAW_FIGURES, drawFigures, drawPanel, fairnessPanel, readDrawBoard } from './figures.ts'
import { absenceTick, addLeaveOf, addRecusalOf, changeMember, syncMembers, unfinishedTick } from './members.ts'
import { type DrawRecord, findDraw, listDesignations, listDraws, loadMembers, noncesOf } from './repository.ts'
import { type AssignmentTables, assignmentMigrations } from './tables.ts'

export type { AssignmentDeps, CasePort } from './context.ts'

/** 随机分案: the verifiable draw, designation and change of handler, the load ledger, the fairness of it all. */
export function assignmentFeature(deps: AssignmentDeps): Feature {
  return {
    name: 'assignment',
    migrations: [...chainMigrations, ...assignmentMigrations],
    routes: routes(deps),
    panels: [
      {
        name: 'draw',
        permission: 'wall.view',
        everyMs: 60_000,
        load: async (now) => drawPanel(await readDrawBoard(deps, now), await openDraws(deps)),
      },
      {
        name: 'fairness',
        permission: 'wall.view',
        everyMs: 300_000,
        load: async (now) => fairnessPanel(deps, await readDrawBoard(deps, now)),
      },
    ],
    figures: [{ permission: 'figures.read', names: DRAW_FIGURES, list: (now) => drawFigures(deps, now) }],
    ticks: [absenceTick(deps), unfinishedTick(deps)],
    start: () => syncMembers(deps, deps.records),
  }
}

const openDraws = async (deps: AssignmentDeps): Promise<number> =>
  (await listDraws(deps.records.read, '', 200)).filter(({ state }) => state === 'committed' || state === 'contributed')
    .length

function routes(deps: AssignmentDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(drawRoutes.fairness, async ({ now }) => (await readDrawBoard(deps, now)).fair),
    // A raw route hands over bytes; its schema only documents them.
    bind(drawRoutes.verify, async ({ body }) => verifyDraws(String((body as unknown) ?? ''))),
    bind(drawRoutes.create, ({ body, person }) =>
      records.write((turn) => commitDraw(deps, turn, body.caseId, person.username)),
    ),
    bind(drawRoutes.list, async ({ query, person }) => {
      const draws = await listDraws(records.read, query.cursor ?? '', query.limit)
      const last = draws.length === query.limit ? draws.at(-1) : undefined
      return {
        items: await Promise.all(draws.map((draw) => present(deps, draw, person))),
        cursor: last ? String(last.seq) : null,
      }
    }),
    bind(drawRoutes.get, async ({ params, person }) => {
      const draw = await findDraw(records.read, params.id)
      if (!draw) throw new Refusal('not-found', '没有这次抽签')
      const nonces = await noncesOf(records.read, draw.id)
      return {
        ...(await present(deps, draw, person)),
        body: draw.body,
        entries: await entriesOf(deps, draw),
        contributions: nonces.map(({ role, by, nonceHash, nonce }) => ({
          role,
          by,
          nonceHash,
          revealed: nonce !== null,
        })),
        waitingFor:
          draw.state === 'committed' || draw.state === 'contributed'
            ? draw.body.contributors.filter(
                (role) =>
                  !nonces.some((one) => one.role === role && (draw.state === 'committed' || one.nonce !== null)),
              )
            : [],
      }
    }),
    bind(drawRoutes.contribute, ({ params, body, person }) =>
      records.write((turn) => contribute(deps, turn, params.id, person, body)),
    ),
    bind(drawRoutes.cancel, ({ params, body, person }) =>
      records.write((turn) => cancelDraw(deps, turn, params.id, person, body.reason)),
    ),
    bind(drawRoutes.load, async ({ now }) => {
      const members = await loadMembers(records.read, windowStart(now, deps.config.assignment.windowDays))
      const today = officeDate(now)
      const items = members.map(({ id, department, cap, load, leave }) => ({
        id,
        name: personName(deps, id),
        department,
        cap,
        load,
        onLeave: leave.some(({ from, to }) => from <= today && today <= to),
      }))
      return { items, cursor: null }
    }),
    bind(drawRoutes.chain, async ({ params, query }) => ({
      stream: Readable.from(exportChain(records.read, params.name, query.from)),
      contentType: 'application/x-ndjson; charset=utf-8',
      filename: `${params.name}.ndjson`,
    })),
    bind(drawRoutes.designations, async ({ query }) => ({
      items: (await listDesignations(records.read, query.state)).map(presentDesignation),
      cursor: null,
    })),
    bind(drawRoutes.designate, async ({ body, person }) =>
      presentDesignation(await records.write((turn) => propose(deps, turn, person, { kind: 'designate', ...body }))),
    ),
    bind(drawRoutes.change, async ({ body, person }) =>
      presentDesignation(
        await records.write((turn) => propose(deps, turn, person, { kind: 'change', member: null, ...body })),
      ),
    ),
    bind(drawRoutes.approve, async ({ params, person }) => {
      const { row, entry, drawId } = await records.write((turn) => decide(deps, turn, params.id, person, 'approved'))
      if (!entry) throw new Refusal('internal')
      return { designation: presentDesignation(row), entry, drawId }
    }),
    bind(drawRoutes.reject, async ({ params, person }) =>
      presentDesignation((await records.write((turn) => decide(deps, turn, params.id, person, 'rejected'))).row),
    ),
    bind(drawRoutes.leave, async ({ params, body, person }) => ({
      entry: await records.write((turn) => addLeaveOf(deps, turn, params.id, person, body)),
    })),
    bind(drawRoutes.recuse, async ({ params, body, person }) => ({
      entry: await records.write((turn) => addRecusalOf(deps, turn, params.id, person, body)),
    })),
    bind(drawRoutes.member, async ({ params, body, person }) => ({
      entry: await records.write((turn) => changeMember(deps, turn, params.id, person, body)),
    })),
  ]
}

const personName = (deps: AssignmentDeps, id: string): string =>
  deps.config.site.people.find((person) => person.id === id)?.name ?? id

async function present(deps: AssignmentDeps, draw: DrawRecord, person: Principal) {
  const found = await deps.cases.find(deps.records.read, draw.caseId)
  const small = draw.body.pool.length <= deps.config.assignment.smallPool
  const named = person.permissions.has('cases.read')
  return {
    drawId: draw.id,
    caseId: draw.caseId,
    caseNo: found?.caseNo ?? draw.caseId,
    state: draw.state,
    commitment: draw.commitment,
    requestedBy: draw.requestedBy,
    createdAt: draw.createdMs,
    endedAt: draw.endedMs,
    winner: draw.winner,
    winnerName: draw.winner && named ? personName(deps, draw.winner) : null,
    poolSize: draw.body.pool.length,
    warning: small ? `候选仅 ${draw.body.pool.length} 人，随机意义有限，近似指定` : null,
  }
}

/** The entries of one draw: it begins at its own seq and ends soon after. */
async function entriesOf(deps: AssignmentDeps, draw: DrawRecord) {
  const found = []
  for (let from = draw.seq; ; ) {
    const entries = await readChain(deps.records.read, CHAIN, from, 500)
    found.push(...entries.filter(({ body }) => body.drawId === draw.id))
    const last = entries.at(-1)
    const ended = found.some(({ type }) => type === 'draw.completed' || type === 'draw.cancelled')
    if (!last || ended) return found
    from = last.seq + 1
  }
}

const designationState = (state: string): 'proposed' | 'approved' | 'rejected' =>
  state === 'approved' || state === 'rejected' ? state : 'proposed'

const presentDesignation = (row: AssignmentTables['designation']) => ({
  id: row.id,
  kind: row.kind === 'change' ? ('change' as const) : ('designate' as const),
  caseId: row.case_id,
  member: row.member,
  reason: row.reason,
  note: row.note,
  interference: row.interference,
  proposedBy: row.proposed_by,
  proposedAt: Number(row.proposed_ms),
  state: designationState(row.state),
  decidedBy: row.decided_by,
  decidedAt: row.decided_ms === null ? null : Number(row.decided_ms),
})
