import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { AlertDesk, Feature, Turn } from '../feature.ts'
import { type AlertsDeps, makeContext } from './context.ts'
import { makeDesk, type TurnEvents } from './desk.ts'
import { type DrillCard, drillCard, endDrill } from './drill-end.ts'
import { alertHandler } from './events.ts'
import { alertExporter } from './export.ts'
import { evaluateFigures } from './figure-rules.ts'
import { alertFigures, alertPanels, type Pulse } from './figures.ts'
import { alertMigrations } from './migrations.ts'
import { compareAlerts } from './order.ts'
import { PaintReceipts, recordPainted } from './painted.ts'
import { present } from './present.ts'
import { readOpen } from './queries.ts'
import { alertRoutes } from './routes.ts'
import { silenceRoutes } from './silence-routes.ts'
import { escalationTick, timeTick } from './ticks.ts'

export type { AlertsDeps, DrillWatch, ObjectWords } from './context.ts'
export type { DrillCard } from './drill-end.ts'
export { shiftStartOf } from './ticks.ts'

export interface AlertsFeature extends Feature {
  /** What other features raise and clear alerts with. */
  desk: AlertDesk
  /** Every alert that is not closed, in the order of the wall. */
  open(): Promise<readonly AlertItem[]>
  /**
   * The hub tells that a screen has drawn an alert; `at` epoch ms in server time. Later receipts change nothing.
   * Written with the next second's turn: no commit of its own.
   */
  notePainted(alertId: string, screen: string, at: number): void
  /** The same at once, in the caller's turn. */
  recordPainted(turn: Turn, alertId: string, screen: string, at: number): Promise<void>
  /** Of the fire drill's own card. */
  drills: DrillDesk
  /** One look at all figure rules; runs by itself every five seconds between start and stop. */
  evaluateFigures(): Promise<void>
}

/** What the fire drill asks of its card. */
export interface DrillDesk {
  card(turn: Turn, id: string): Promise<DrillCard | undefined>
  end(turn: Turn, id: string, disposal: string): Promise<void>
}

const FIGURES_EVERY_MS = 5000

/** Alerts: one card per cause, with its life, its history and its ladder. List it before the features that raise. */
export function alertsFeature(deps: AlertsDeps): AlertsFeature {
  const context = makeContext(deps)
  const turnEvents: TurnEvents = new WeakMap()
  const pulse: Pulse = { at: null }
  let timer: ReturnType<typeof setInterval> | undefined
  let running: Promise<void> | undefined
  const figures = () => evaluateFigures(context)
  const escalation = escalationTick(context)
  const receipts = new PaintReceipts()
  return {
    name: 'alerts',
    migrations: alertMigrations,
    handlers: [alertHandler(context, turnEvents)],
    routes: [...alertRoutes(context), ...silenceRoutes(context)],
    panels: alertPanels(context, pulse),
    figures: [alertFigures(context, pulse)],
    exports: [alertExporter(context)],
    ticks: [
      {
        ...escalation,
        async run(turn) {
          await escalation.run(turn)
          await receipts.flush(turn)
          // Until the clock's first round nobody vouches for the list, and a wall that is already there shows none.
          if (pulse.at === null) turn.touch('alerts', 'alert-load')
          turn.afterCommit(() => {
            pulse.at = turn.now
          })
        },
      },
      timeTick(context),
    ],
    desk: makeDesk(context, turnEvents),
    open: async () => (await readOpen(context.records.read)).sort(compareAlerts).map(present),
    recordPainted,
    notePainted: (alertId, screen, at) => receipts.note(alertId, screen, at, context.now()),
    drills: { card: drillCard, end: (turn, id, disposal) => endDrill(context, turn, id, disposal) },
    evaluateFigures: figures,
    async refresh() {
      await context.records.write(async (turn) => {
        await receipts.flush(turn)
        // The clock's round is made on another server, whose lease stands.
        if (pulse.at === null) turn.touch('alerts', 'alert-load')
        turn.afterCommit(() => {
          pulse.at = turn.now
        })
      })
    },
    async start() {
      timer = setInterval(() => {
        if (deps.leads?.() === false) return
        running ??= figures()
          .catch((error: unknown) => context.log.error({ err: error }, '指标类告警规则本次未能判断'))
          .finally(() => {
            running = undefined
          })
      }, FIGURES_EVERY_MS)
    },
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
