import type { Config } from '../../config/load.ts'
import { officeDate, officeTime } from '../../config/zone.ts'
import type { EnvelopeInput } from '../../contract/envelope.ts'
import {
  DRILL_COLLECTOR,
  DRILL_EVENT,
  DRILL_STATES,
  type DrillEnd,
  DrillState,
  drillRoutes,
} from '../../contract/http/drill.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import { eventTopic } from '../../contract/topics.ts'
import {
  bind,
  type Feature,
  type Principal,
  type Records,
  type StoredEvent,
  type TaskDesk,
  type Turn,
} from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { presentDrill, progressOf } from './present.ts'
import { reminderTick } from './reminder.ts'
import {
  type DrillRow,
  drillsSince,
  findDrill,
  finishDrill,
  insertDrill,
  lastDone,
  listDrills,
  type Progress,
  runningDrills,
  saveProgress,
} from './repository.ts'
import { COUNTED, drillId, monthOf, verdict } from './rules.ts'
import { drillMigrations } from './tables.ts'
import { type Painted, type ShownWall, Underway } from './underway.ts'
import type { DrillWire } from './wire.ts'

export type { ShownWall } from './underway.ts'
export { drillWire } from './wire.ts'

export interface DrillDeps {
  config: Pick<Config, 'duty' | 'site'>
  records: Records
  tasks: TaskDesk
  wire: DrillWire
  now(): number
  newId(): string
  /** Walls that are connected now. */
  walls(): readonly ShownWall[]
  /** When the screens were told of this alert last; null = never. */
  announcedAt(alertId: string): number | null
  /** Its card on the wall: server/alerts. */
  cards: {
    card(turn: Turn, id: string): Promise<{ ackedAt: number | null; owner: string | null; closed: boolean } | undefined>
    end(turn: Turn, id: string, disposal: string): Promise<void>
  }
  /** Real alerts that are open. */
  openAlerts(): Promise<readonly AlertItem[]>
  /** One server alone: the course of a drill is followed in its memory. */
  alone: boolean
  failed(error: unknown): void
}

export interface DrillFeature extends Feature {
  /** What the alert path asks and tells. */
  watch: { isUnderWay(eventId: string): boolean; decided(event: StoredEvent, turn: Turn): void }
  /** A screen has drawn some alert. */
  painted(receipt: Painted): void
  /** Those that began after that moment, for the handover sheet. */
  since(at: number): Promise<{ id: string; title: string; result: string }[]>
}

/** 告警演练: one labelled incident at a time through the real path; it ends by itself and is counted nowhere. */
export function drillFeature(deps: DrillDeps): DrillFeature {
  const { config, records, now } = deps
  let underway: Underway | undefined

  async function start(scene: string, purpose: string, person: Principal): Promise<DrillRow> {
    if (!deps.alone) throw new Refusal('conflict', '多台服务器并行部署时尚不能演练：逐跳用时分散在各台，无法如实报告')
    const { drill } = config.duty
    const played = drill.scenes.find(({ id }) => id === scene)
    if (!played)
      throw new Refusal('bad-input', undefined, [
        { path: 'scene', message: `没有演练情景 “${scene}”，见 config/rules/duty.yaml` },
      ])
    const requested = now()
    const eventId = deps.newId()
    const row: DrillRow = {
      id: drillId(requested),
      event_id: eventId,
      scene,
      title: played.title,
      purpose,
      severity: played.severity,
      state: 'running',
      started_by: person.post || person.name,
      username: person.username,
      started_ms: requested,
      ends_ms: requested + drill.lastsS * 1000,
      ended_ms: null,
      end_reason: null,
      acked_ms: null,
      acked_by: null,
      course: '',
      walls: '[]',
      desks: 0,
    }
    const course = new Underway(row, deps.walls)
    row.course = JSON.stringify(course.progress().course)
    await records.write(async (turn) => {
      const [running] = await runningDrills(turn.tx)
      if (running) throw new Refusal('conflict', `演练 ${running.id} 正在进行，结束后再发起`)
      if (await findDrill(turn.tx, row.id)) throw new Refusal('conflict', '同一秒内已有演练，请稍后再发起')
      await insertDrill(turn.tx, row)
    })
    underway = course
    send(course, played.next)
    return row
  }

  /** A broker that is down is what a drill is to find: it is told in the record, not to the caller. */
  function send(course: Underway, next: string): void {
    const { row } = course
    const { site } = config.site
    const event: EnvelopeInput = {
      v: 1,
      id: row.event_id,
      type: DRILL_EVENT,
      site,
      collector: DRILL_COLLECTOR,
      object: `drill:${row.id}`,
      observed_at: officeTime(now()).toString({ timeZoneName: 'never' }),
      severity: course.severity,
      data: { drill: true, title: row.title, purpose: row.purpose, next },
    }
    const topic = eventTopic(site, 'infra', DRILL_COLLECTOR, DRILL_COLLECTOR)
    deps.wire
      .send(
        { site, collector: DRILL_COLLECTOR, topic, id: row.event_id, payload: JSON.stringify(event) },
        { published: () => course.mark('published', now()), receipt: () => course.mark('receipt', now()) },
      )
      .catch(deps.failed)
  }

  async function finish(turn: Turn, row: DrillRow, progress: Progress, end: DrillEnd): Promise<void> {
    const card = await deps.cards.card(turn, row.id)
    await deps.cards.end(turn, row.id, WORDS[end])
    const { course, walls } = progress
    await saveProgress(turn.tx, row.id, progress)
    const acked = card?.ackedAt ?? null
    await finishDrill(turn.tx, row.id, {
      state: end === 'restart' ? 'interrupted' : verdict(course, walls),
      ended_ms: turn.now,
      end_reason: end,
      acked_ms: acked,
      acked_by: acked === null ? null : (card?.owner ?? null),
    })
    turn.afterCommit(async () => {
      if (underway?.row.id === row.id) underway = undefined
      await deps.wire.stop()
    })
  }

  /** Each second while one is under way: what has come is saved, and what has to end ends. */
  async function look(turn: Turn): Promise<void> {
    for (const row of await runningDrills(turn.tx)) {
      const course = underway?.row.id === row.id ? underway : undefined
      if (!course) {
        // Left by a server that stopped; one that is just being started here is younger than any restart.
        if (turn.now - Number(row.started_ms) > 2000) await finish(turn, row, progressOf(row), 'restart')
        continue
      }
      course.lookRound()
      const end = await reasonToEnd(turn, row)
      if (end) await finish(turn, row, course.progress(), end)
      else if (course.takeChange()) await saveProgress(turn.tx, row.id, course.progress())
    }
  }
  async function reasonToEnd(turn: Turn, row: DrillRow): Promise<DrillEnd | undefined> {
    if (turn.now >= Number(row.ends_ms)) return 'time'
    const started = Number(row.started_ms)
    const real = (await deps.openAlerts()).some(
      ({ severity, state, firstAt }) => severity === 'critical' && state === 'unacknowledged' && firstAt > started,
    )
    return real ? 'real' : undefined
  }
  const show = (row: DrillRow) =>
    presentDrill(row, row.state === 'running' && underway?.row.id === row.id ? underway.progress() : undefined)
  async function found(id: string): Promise<DrillRow> {
    const row = await findDrill(records.read, id)
    if (!row) throw new Refusal('not-found', `没有演练 ${id}`)
    return row
  }

  return {
    name: 'drill',
    migrations: drillMigrations,
    watch: {
      isUnderWay: (eventId) => underway?.row.event_id === eventId,
      decided(event, turn) {
        const course = underway
        if (course?.row.event_id !== event.id) return
        course.inTurn({ arrived: event.receivedMs, taken: turn.now, decided: now() })
        turn.afterCommit(() => course.told(deps.announcedAt(course.row.id), now()))
      },
    },
    painted: (receipt) => underway?.painted(receipt),
    since: async (at) =>
      (await drillsSince(records.read, at)).map(({ id, title, state }) => ({
        id,
        title,
        result: DRILL_STATES[DrillState.parse(state)],
      })),
    routes: [
      bind(drillRoutes.list, async ({ query }) => {
        const rows = await listDrills(records.read, query.cursor, query.limit)
        return { items: rows.map(show), cursor: rows.length === query.limit ? (rows.at(-1)?.id ?? null) : null }
      }),
      bind(drillRoutes.office, async ({ person, now: at }) => {
        const [last, running, open] = await Promise.all([
          lastDone(records.read, COUNTED),
          runningDrills(records.read),
          deps.openAlerts(),
        ])
        const critical = open.filter(({ severity, state }) => severity === 'critical' && state === 'unacknowledged')
        return {
          scenes: config.duty.drill.scenes,
          lastsS: config.duty.drill.lastsS,
          lastDay: last === null ? null : officeDate(last),
          doneThisMonth: last !== null && monthOf(last) === monthOf(at),
          walls: deps.walls().map(({ wall, screen, account }) => ({ wall, screen, account })),
          criticalOpen: critical.length,
          running: running[0]?.id ?? null,
          mayRun: person.permissions.has('drills.run'),
        }
      }),
      bind(drillRoutes.one, async ({ params }) => show(await found(params.id))),
      bind(drillRoutes.start, async ({ body, person }) => show(await start(body.scene, body.purpose, person))),
      bind(drillRoutes.end, async ({ params }) => {
        await records.write(async (turn) => {
          const row = await findDrill(turn.tx, params.id)
          if (!row) throw new Refusal('not-found', `没有演练 ${params.id}`)
          if (row.state !== 'running') throw new Refusal('conflict', '这次演练已经结束')
          const course = underway?.row.id === row.id ? underway.progress() : progressOf(row)
          await finish(turn, row, course, 'person')
        })
        return show(await found(params.id))
      }),
    ],
    ticks: [
      { name: 'drill-course', everyMs: 1000, run: look },
      reminderTick(deps, async (db) => lastDone(db, COUNTED)),
    ],
    stop: () => deps.wire.stop(),
  }
}

const WORDS: Record<DrillEnd, string> = {
  time: '演练结束，自动撤销',
  person: '演练提前撤销',
  real: '出现真实的紧急告警，演练自动撤销',
  restart: '服务重启，演练中断并撤销',
}
