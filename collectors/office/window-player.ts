import type { z } from 'zod'
import { officeTime } from '../../config/zone.ts'
import { FILING_KINDS, windowRoutes } from '../../contract/http/window.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** That many wait at the window, so that a visitor finds something to do. */
export const KEEP_WAITING = 2
const FIRST_VISITS = 6
const FIRST_GAP_MS = 20_000
const FIRST_MINUTES_MS = 300_000
const ANONYMOUS = 0.2
const BOOKS = 0.5
const DESK = 'case-management'
const STORIES = [
  ['反映派出所立案后长期不办', '今年三月报案，至今未收到任何结果，请求依法监督。'],
  ['对不起诉决定不服', '收到不起诉决定书后认为事实认定有误，请求复查。'],
  ['反映执行款长期未发还', '判决生效已逾一年，执行款仍未发还，请求监督。'],
  ['举报企业违规倾倒废料', '多次看到夜间有车辆向河道倾倒废料，附地点说明。'],
  ['要求返还扣押车辆', '货车被扣押后没有任何手续，影响生活，请求返还。'],
] as const
const ANSWERS = {
  accept: '您反映的事项已受理，由本院依法办理（演示）。',
  transfer: '您反映的事项不属于本院管辖，请向有管辖权的机关提出（演示）。',
  decline: '您反映的事项不符合受理条件，已说明理由（演示）。',
} as const

export interface WindowPlayerOptions {
  call: DeskCall
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/** People outside and the staff of the 12309 window, through the product's own HTTP interface. All of it made up. */
export class WindowPlayer {
  readonly #options: WindowPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  #left: number

  constructor(options: WindowPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_VISITS : 0
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(60_000, 90_000) : this.#gap()),
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
    return Math.max(30_000, chance.int(900_000, 1_800_000) / Math.max(0.01, speed))
  }

  async #work(now: number): Promise<void> {
    const comes = this.#left > 0 || now - this.#options.now > FIRST_MINUTES_MS
    if (comes) await this.#comeIn()
    this.#left = Math.max(0, this.#left - 1)
    await this.#answerFilings()
    await this.#answerLawyers(now)
  }

  /** Somebody from outside; nobody signs in for it. */
  async #comeIn(): Promise<void> {
    const { chance } = this.#options
    if (chance.hit(BOOKS)) await this.#ask.post(DESK, '/public/window/appointments', this.#booking())
    const [title, demand] = chance.pick(STORIES)
    const contact = { name: chance.pick(['赵六', '钱七', '孙八', '李九']), phone: `199-0000-${chance.int(2000, 2999)}` }
    const who = chance.hit(ANONYMOUS) ? { anonymous: true } : { contact }
    const body = { kind: chance.pick(FILING_KINDS), title, demand, ...who }
    await this.#ask.post(DESK, '/public/window/filings', body)
  }
  #booking(): z.input<(typeof windowRoutes)['book']['body']> {
    const { chance } = this.#options
    return {
      kind: chance.pick(['file-access', 'file-access', 'meeting'] as const),
      lawyer: chance.pick(['周律', '吴律', '郑律']),
      licence: `1149920${chance.int(1000000000, 1999999999)}`,
      firm: '示例律师事务所（演示）',
      phone: `199-0000-${chance.int(3000, 3999)}`,
      caseNo: `示检刑诉受〔2026〕1499990${chance.int(1000, 9999)}号`,
      client: chance.pick(['王五', '冯十']),
    }
  }

  async #answerFilings(): Promise<void> {
    const { chance } = this.#options
    const list = windowRoutes.filings.answer.parse(await this.#ask.get(DESK, '/window/filings?state=received&limit=50'))
    for (const { id } of spare(list.items)) {
      const decision = chance.hit(0.8) ? 'accept' : chance.pick(['transfer', 'decline'] as const)
      await this.#ask.post(DESK, `/window/filings/${id}/decide`, { decision, text: ANSWERS[decision] })
    }
  }
  async #answerLawyers(now: number): Promise<void> {
    const list = windowRoutes.appointments.answer.parse(
      await this.#ask.get(DESK, '/window/appointments?state=received&limit=50'),
    )
    const on = officeTime(now).toPlainDate().add({ days: 2 }).toString()
    for (const { id } of spare(list.items))
      await this.#ask.post(DESK, `/window/appointments/${id}/answer`, {
        decision: 'confirm',
        on,
        time: '09:30',
        place: '律师阅卷室（演示）',
      })
  }
}

/** The first of what waits is answered; the last stays for visitors. */
const spare = <Item>(items: readonly Item[]): readonly Item[] =>
  items.slice(0, Math.max(0, Math.min(2, items.length - KEEP_WAITING)))
