import { officeDate } from '../../config/zone.ts'
import { securityRoutes } from '../../contract/http/security.ts'
import { type BoundRoute, bind, type Feature, type Panel, type Tick } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { DAY_MS, SCREEN_REFRESH_MS, type SecurityDeps } from './context.ts'
import { correlation } from './correlation/index.ts'
import { doorHandler, heldTick } from './doors/events.ts'
import { accessPanel, mapPanel, presencePanel, readDoorBoard } from './doors/figures.ts'
import { doorMigrations } from './doors/repository.ts'
import { dutyPanel } from './duty.ts'
import { securityFigures } from './figures.ts'
import { patrolDeskRoutes } from './patrol/desk.ts'
import { patrolHandler, roundsTick } from './patrol/events.ts'
import { patrolPanel, readPatrolBoard } from './patrol/figures.ts'
import { phoneRoutes } from './patrol/phone.ts'
import { patrolMigrations } from './patrol/repository.ts'
import { silenceTick, terminalHandler } from './terminals/events.ts'
import { onlineHosts, readTerminalBoard, terminalPanel } from './terminals/figures.ts'
import { terminalMigrations } from './terminals/repository.ts'
import { readZeroBoard, zerosPanel } from './zeros/figures.ts'
import { addFact, zeroMigrations } from './zeros/repository.ts'

export type { SecurityDeps } from './context.ts'

/** 一屏观安全: terminals, doors, patrol, the three zeros. `newId` makes the ids of registered facts. */
export function securityFeature(deps: SecurityDeps & { newId(): string }): Feature {
  const cross = correlation(deps)
  return {
    name: 'security',
    migrations: [...doorMigrations, ...terminalMigrations, ...patrolMigrations, ...zeroMigrations, ...cross.migrations],
    handlers: [terminalHandler(deps), doorHandler(deps), patrolHandler(), ...cross.handlers],
    panels: [...panels(deps), ...cross.panels],
    figures: [...securityFigures(deps), ...cross.figures],
    routes: [...routes(deps), ...patrolDeskRoutes(deps), ...(deps.phone ? phoneRoutes(deps, deps.phone) : [])],
    ticks: [silenceTick(deps), heldTick(deps), roundsTick(deps), gaugeTick(deps), ...cross.ticks],
  }
}

function panels(deps: SecurityDeps): Panel[] {
  const panel = (name: string, load: Panel['load']): Panel => ({
    name,
    permission: 'wall.view',
    everyMs: SCREEN_REFRESH_MS,
    load,
  })
  return [
    panel('terminal', async (now) => terminalPanel(deps, now, await readTerminalBoard(deps, now))),
    panel('access', async (now) => accessPanel(deps, now, await readDoorBoard(deps, now))),
    panel('map', async (now) => mapPanel(deps, await readDoorBoard(deps, now))),
    panel('presence', async (now) => presencePanel(deps, now, await readDoorBoard(deps, now))),
    panel('patrol', async (now) => patrolPanel(deps, now, await readPatrolBoard(deps, now))),
    panel('zeros', async (now) => zerosPanel(await readZeroBoard(deps, now), now)),
    panel('duty', (now) => dutyPanel(deps, now)),
  ]
}

function routes(deps: SecurityDeps & { newId(): string }): BoundRoute[] {
  return [
    bind(securityRoutes.doors, async ({ now }) => ({ items: (await readDoorBoard(deps, now)).marks, cursor: null })),
    bind(securityRoutes.zeroFacts, async ({ now }) => {
      const { facts } = await readZeroBoard(deps, now)
      const items = facts.map(({ kind, date, what, veto, department }) => ({
        kind,
        date,
        what,
        veto: veto?.id,
        department: department?.id,
      }))
      return { items, cursor: null }
    }),
    bind(securityRoutes.zeroBoard, async ({ now }) => (await readZeroBoard(deps, now)).board),
    bind(securityRoutes.addZeroFact, async ({ body, person, now }) => {
      const { veto = null, department = null } = body
      const { site, petitions } = deps.config
      if (body.date > officeDate(now)) throw new Refusal('unprocessable', '日期不能晚于今日')
      if (veto !== null && !petitions.zeros.vetoes.some(({ id, kind }) => id === veto && kind === body.kind))
        throw new Refusal('unprocessable', '没有这一否决项')
      if (department !== null && !site.departments.some(({ id }) => id === department))
        throw new Refusal('unprocessable', '没有这个部门')
      const { kind, date, what } = body
      await deps.records.write(async (turn) => {
        const fact = { id: deps.newId(), kind, date, what, veto, department }
        await addFact(turn.tx, { ...fact, registered_ms: now, registered_by: person.username })
        turn.touch('zeros')
      })
      return body
    }),
  ]
}

/** The gauge that own-past comparisons are made of, once a minute while the source is alive. */
function gaugeTick(deps: SecurityDeps): Tick {
  return {
    name: 'terminal-gauge',
    everyMs: 60_000,
    async run(turn) {
      const board = await readTerminalBoard(deps, turn.now)
      const online = onlineHosts(board)?.length
      const { at } = board.freshness
      if (online === undefined || at === null || turn.now - at > DAY_MS) return
      const total = board.assets.length
      const fields = { total, online, offline: total - online, online_rate: total === 0 ? 0 : (100 * online) / total }
      turn.afterCommit(() =>
        deps.metrics([
          {
            measurement: 'terminal_gauge',
            tags: { site: deps.config.site.site, dept: 'all', os_family: 'all' },
            fields,
            at: turn.now,
          },
        ]),
      )
    },
  }
}
