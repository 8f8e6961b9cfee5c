import { z } from 'zod'
import { officeDate } from '../../config/zone.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** What the first visits of a new office register, so that a ledger has more than its two plain rows. */
export const FIRST_ACTS = ['appraised', 'suspended', 'appraising'] as const
type Story = (typeof FIRST_ACTS)[number]
const FIRST_GAP_MS = 20_000
/** A case is that old, and has that long, before its clock is stopped. */
const OLD_DAYS = 9
const TIME_LEFT_DAYS = 6
const DAY = 86_400_000

const Cases = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      type: z.string(),
      custody: z.boolean(),
      accepted: z.string().nullable(),
      daysLeft: z.number().nullable(),
    }),
  ),
})

export interface ClockOptions {
  call: DeskCall
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/** Appraisals and suspensions of the simulated office, registered at the case-management desk with their grounds. */
export class ClockPlayer {
  readonly #options: ClockOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  readonly #left: Story[]
  readonly #seen = new Set<string>()

  constructor(options: ClockOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? [...FIRST_ACTS] : []
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(100_000, 130_000) : this.#gap()),
      gap: () => (this.#left.length > 0 ? FIRST_GAP_MS : this.#gap()),
      work: (now) => this.#work(now),
      stumbled: options.stumbled,
    })
  }
  tick(now: number): void {
    this.#visits.tick(now)
  }
  settled(): Promise<void> {
    return this.#visits.settled()
  }

  #gap(): number {
    return Math.max(30_000, this.#options.chance.int(7_200_000, 21_600_000) / Math.max(0.01, this.#options.speed))
  }

  async #work(now: number): Promise<void> {
    const { items } = Cases.parse(await this.#ask.get('case-management', '/cases?state=open&limit=500'))
    const old = officeDate(now - OLD_DAYS * DAY)
    const one = items.find(
      ({ id, type, custody, accepted, daysLeft }) =>
        !this.#seen.has(id) &&
        !custody &&
        type === '审查起诉' &&
        accepted !== null &&
        accepted <= old &&
        (daysLeft ?? 0) >= TIME_LEFT_DAYS,
    )
    if (!one) return
    this.#seen.add(one.id)
    await this.#register(one.id, this.#left.shift() ?? this.#options.chance.pick(FIRST_ACTS), now)
  }

  async #register(id: string, story: Story, now: number): Promise<void> {
    const day = (back: number) => officeDate(now - back * DAY)
    const say = (type: string, on: string, note: string) =>
      this.#ask.post('case-management', `/cases/${encodeURIComponent(id)}/acts`, { type, on, note })
    if (story === 'suspended') return void (await say('suspend', day(2), '演示：嫌疑人患严重疾病，经批准中止审查'))
    const begun = await say('pause', day(7), '演示：精神病鉴定委托书，鉴定期间不计入办案期限')
    if (begun && story === 'appraised') await say('resume', day(2), '演示：收到精神病鉴定意见，恢复计算')
  }
}
