import { z } from 'zod'
import type { Site } from '../../config/schema.ts'
import { monitoringRoutes } from '../../contract/http/monitoring.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** Of every stage that many stay where they are, so that a visitor finds something to do. */
export const KEEP_PER_STAGE = 2
const FIRST_MOVES = 16
/** What the data cannot show: that many a new office registers by hand at once, later one now and then. */
export const FIRST_REGISTERED = 10
const REGISTER = 0.25
const FIRST_GAP_MS = 20_000
const FIRST_MINUTES_MS = 600_000
const DESK = 'case-management'
/** What is addressed to a desk that visitors use mostly waits for them. */
const VISITORS = 0.1
const DEMAND = '请核实原因，立即纠正，并在期限内书面答复（演示）'
const REPLIES = [
  '已核实，系工作衔接不及时，已于当日补办',
  '已补录系统信息，今后当日填录',
  '已报批延长期限，补充上传审批手续',
]
const REFUSED = '未说明原因和整改措施，请补充（演示）'

const Cases = z.object({
  items: z.array(z.object({ id: z.string(), kind: z.string(), handler: z.string().nullable() })),
})

type Item = z.infer<(typeof monitoringRoutes)['notices']['answer']>['items'][number]

export interface MonitoringPlayerOptions {
  call: DeskCall
  site: Site
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/**
 * Flow monitoring of the simulated office: case management warns and writes notices, handlers answer at their own desks,
 * case management accepts or sends back. All through the product's own HTTP interface, with all of its rules.
 */
export class MonitoringPlayer {
  readonly #options: MonitoringPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  readonly #accounts: ReadonlyMap<string, string>
  #toRegister: number

  constructor(options: MonitoringPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#toRegister = options.first ? FIRST_REGISTERED : 0
    // The user name by which a person of site.yaml works: see `colleagues` of the demo.
    this.#accounts = new Map(options.site.people.map(({ id, name, account }) => [name, account ?? `office.${id}`]))
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(90_000, 120_000) : this.#gap()),
      gap: (now) => (options.first && now - options.now < FIRST_MINUTES_MS ? FIRST_GAP_MS : this.#gap()),
      work: (now) => this.#work(now),
      stumbled: options.stumbled,
    })
  }

  /** Begins a visit when it is time. Never throws and never waits. */
  tick(now: number): void {
    this.#visits.tick(now)
  }

  settled(): Promise<void> {
    return this.#visits.settled()
  }

  #gap(): number {
    const { chance, speed } = this.#options
    return Math.max(5000, chance.int(300_000, 900_000) / Math.max(0.01, speed))
  }

  async #work(now: number): Promise<void> {
    const { chance, first } = this.#options
    if (this.#toRegister > 0 || chance.hit(REGISTER)) await this.#register(Math.max(1, this.#toRegister))
    const body = await this.#ask.get(DESK, '/monitoring/findings?stage=open&limit=500')
    const { items } = monitoringRoutes.list.answer.parse(body)
    const early = first && now - this.#options.now < FIRST_MINUTES_MS
    for (const item of movable(items, chance).slice(0, early ? FIRST_MOVES : chance.int(1, 3))) await this.#move(item)
  }

  /** Findings by hand, in cases that somebody handles. */
  async #register(count: number): Promise<void> {
    const { chance } = this.#options
    this.#toRegister = 0
    const checks = monitoringRoutes.checks.answer.parse(await this.#ask.get(DESK, '/monitoring/checks'))
    const manual = checks.items.filter(({ automatic, enabled }) => !automatic && enabled)
    const found = Cases.parse(await this.#ask.get(DESK, '/cases?state=open&limit=300'))
    const cases = found.items.filter(({ handler }) => handler !== null)
    if (manual.length === 0 || cases.length === 0) return
    for (let n = 0; n < count; n += 1) {
      const { id, title, kinds } = chance.pick(manual)
      const fitting = cases.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind))
      if (fitting.length === 0) continue
      const text = `案管核对案卷发现：${title}（演示）`
      await this.#ask.post(DESK, '/monitoring/findings', { caseId: chance.pick(fitting).id, check: id, text })
    }
  }

  async #move(item: Item): Promise<void> {
    const { chance } = this.#options
    const { version } = item
    const post = (who: string, path: string, said: object) =>
      this.#ask.post(who, `/monitoring/findings/${encodeURIComponent(item.id)}/${path}`, { version, ...said })
    const handler = this.#accounts.get(item.addressee)
    const reply = () =>
      handler &&
      (handler.startsWith('office.') || chance.hit(VISITORS)) &&
      post(handler, 'reply', { text: `${chance.pick(REPLIES)}（演示）`, measures: '已逐项核对同类案件（演示）' })
    switch (item.stage) {
      case 'found':
        if (chance.hit(0.6)) await post(DESK, 'notice', { facts: item.words, demand: DEMAND })
        else await post(DESK, 'verbal', { text: '已当面向承办人口头提示（演示）' })
        return
      case 'reminded':
        // Most reminders are answered by what is done in the case, not by words.
        switch (chance.int(0, 9)) {
          case 0:
            await post(DESK, 'notice', { facts: item.words, demand: DEMAND })
            break
          case 1:
          case 2:
            await post(DESK, 'verbal', { text: '提示后未见改正，已电话口头提示（演示）' })
            break
          case 3:
          case 4:
          case 5:
            await reply()
        }
        return
      case 'verbal':
      case 'noticed':
      case 'head':
        await reply()
        return
      case 'answered': {
        const accepted = chance.hit(0.85)
        await post(DESK, 'decision', { accepted, text: accepted ? '情况属实，已纠正（演示）' : REFUSED })
        return
      }
      case 'deputy':
        await post('deputy-chief', 'instruct', { outcome: 'urge', text: '限期书面答复，部门负责人督办（演示）' })
    }
  }
}

/** All but the last few of each stage, in no order. */
function movable(items: readonly Item[], chance: Chance): Item[] {
  const byStage = Map.groupBy(items, ({ stage }) => stage)
  const free = [...byStage.values()].flatMap((some) => some.slice(KEEP_PER_STAGE))
  for (let at = free.length - 1; at > 0; at--) {
    const other = chance.int(0, at)
    const [a, b] = [free[at], free[other]]
    if (a && b) [free[at], free[other]] = [b, a]
  }
  return free
}
