import { Readable } from 'node:stream'
import { drawRoutes } from '../../contract/http/draws.ts'
import { verifyDraws } from '../../contract/verify-draws.ts'
import { type BoundRoute, bind, type Feature } from '../feature.ts'
import { chainMigrations, exportChain } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import type { AssignmentDeps } from './context.ts'
import { decide, propose } from './designations.ts'
import { cancelDraw, commitDraw, contribute } from './draws.ts'
import { assignmentExporters } from './export.ts'
import { fairnessPage } from './fairness-page.ts'
import { DRAW_FIGURES, drawFigures, drawPanel, fairnessPanel, readDrawBoard } from './figures.ts'
import { memberRoutes } from './member-routes.ts'
import { absenceTick, syncMembers, unfinishedTick } from './members.ts'
import { designationPage, drawPage } from './pages.ts'
import { presentDesignation, presentDetail } from './present.ts'
import { findDraw, listDraws } from './repository.ts'
import { shareTick } from './share-tick.ts'
import { assignmentMigrations } from './tables.ts'

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
    exports: assignmentExporters(deps),
    ticks: [absenceTick(deps), unfinishedTick(deps), shareTick(deps)],
    start: () => syncMembers(deps, deps.records),
  }
}

const openDraws = async (deps: AssignmentDeps): Promise<number> =>
  (await listDraws(deps.records.read, { limit: 200 })).filter(
    ({ state }) => state === 'committed' || state === 'contributed',
  ).length

function routes(deps: AssignmentDeps): BoundRoute[] {
  return [...drawingRoutes(deps), ...designationRoutes(deps), ...memberRoutes(deps)]
}

function drawingRoutes(deps: AssignmentDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(drawRoutes.fairness, ({ now }) => fairnessPage(deps, now)),
    // A raw route hands over bytes; its schema only documents them.
    bind(drawRoutes.verify, async ({ body }) => verifyDraws(String((body as unknown) ?? ''))),
    bind(drawRoutes.create, ({ body, person }) =>
      records.write((turn) => commitDraw(deps, turn, body.caseId, person.username)),
    ),
    bind(drawRoutes.list, ({ query, person }) => drawPage(deps, person, query)),
    bind(drawRoutes.get, async ({ params, person }) => {
      const draw = await findDraw(records.read, params.id)
      if (!draw) throw new Refusal('not-found', '没有这次抽签')
      return presentDetail(deps, draw, person)
    }),
    bind(drawRoutes.contribute, ({ params, body, person }) =>
      records.write((turn) => contribute(deps, turn, params.id, person, body)),
    ),
    bind(drawRoutes.cancel, ({ params, body, person }) =>
      records.write((turn) => cancelDraw(deps, turn, params.id, person, body.reason)),
    ),
    bind(drawRoutes.chain, async ({ params, query }) => ({
      stream: Readable.from(exportChain(records.read, params.name, query.from)),
      contentType: 'application/x-ndjson; charset=utf-8',
      filename: `${params.name}.ndjson`,
    })),
  ]
}

function designationRoutes(deps: AssignmentDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(drawRoutes.designations, ({ query }) => designationPage(deps, query)),
    bind(drawRoutes.designate, async ({ body, person }) =>
      presentDesignation(
        deps,
        await records.write((turn) => propose(deps, turn, person, { kind: 'designate', ...body })),
      ),
    ),
    bind(drawRoutes.change, async ({ body, person }) =>
      presentDesignation(
        deps,
        await records.write((turn) => propose(deps, turn, person, { kind: 'change', member: null, ...body })),
      ),
    ),
    bind(drawRoutes.approve, async ({ params, body, person }) => {
      const decision = { state: 'approved' as const, note: body.note }
      const { row, entry, drawId } = await records.write((turn) => decide(deps, turn, params.id, person, decision))
      return { designation: await presentDesignation(deps, row), entry, drawId }
    }),
    bind(drawRoutes.reject, async ({ params, body, person }) => {
      const decision = { state: 'rejected' as const, note: body.note }
      return presentDesignation(
        deps,
        (await records.write((turn) => decide(deps, turn, params.id, person, decision))).row,
      )
    }),
  ]
}
