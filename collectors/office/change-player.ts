import { z } from 'zod'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** What the first visits of a new office leave behind: a change that was made, one refused, one that waits. */
export const FIRST_CHANGES = ['made', 'refused', 'waiting'] as const
const FIRST_GAP_MS = 25_000
/** Only cases with that many days before them change hands. */
const TIME_LEFT_DAYS = 8

const Cases = z.object({
  items: z.array(
    z.object({ id: z.string(), caseNo: z.string(), custody: z.boolean(), daysLeft: z.number().nullable() }),
  ),
})
const Proposed = z.object({ id: z.string() })
const Approved = z.object({ drawId: z.string().nullable() })
const Completed = z.object({ entry: z.object({ body: z.object({ winner: z.string() }) }) })

export interface ChangeOptions {
  call: DeskCall
  chance: Chance
  nonce(): string
  first: boolean
  now: number
  speed: number
  drew(caseNo: string, person: string, at: number): void
  stumbled(error: unknown): void
}
const REASONS = [
  { reason: 'OVERLOAD', note: '演示：同期在办过多，申请变更' },
  { reason: 'RECUSAL', note: '演示：与当事人有利害关系，申请回避' },
  { reason: 'LONG_LEAVE', note: '演示：外出培训，不能按期办理' },
] as const

/** Changes of handler in the simulated office: proposed at one desk, decided at another, then drawn anew. */
export class ChangePlayer {
  readonly #options: ChangeOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  readonly #left: (typeof FIRST_CHANGES)[number][]
  readonly #seen = new Set<string>()
  #turn = 0

  constructor(options: ChangeOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? [...FIRST_CHANGES] : []
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(130_000, 170_000) : this.#gap()),
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
    return Math.max(30_000, this.#options.chance.int(5_400_000, 14_400_000) / Math.max(0.01, this.#options.speed))
  }

  async #work(now: number): Promise<void> {
    const { items } = Cases.parse(await this.#ask.get('case-management', '/cases?state=open&limit=500'))
    const one = items.find(
      ({ id, custody, daysLeft }) => !this.#seen.has(id) && !custody && (daysLeft ?? 0) > TIME_LEFT_DAYS,
    )
    if (!one) return
    this.#seen.add(one.id)
    const why = REASONS[this.#turn++ % REASONS.length] ?? REASONS[0]
    const body = { caseId: one.id, ...why, interference: '无' }
    const proposed = Proposed.safeParse(await this.#ask.post('case-management', '/assignments/change', body))
    if (!proposed.success) return
    const what = this.#left.shift() ?? (this.#options.chance.hit(0.8) ? 'made' : 'refused')
    if (what === 'waiting') return
    const path = `/assignments/${encodeURIComponent(proposed.data.id)}`
    if (what === 'refused') {
      await this.#ask.post('chief', `${path}/reject`, { note: '演示：不属应当变更的情形，继续办理' })
      return
    }
    const approved = Approved.safeParse(await this.#ask.post('chief', `${path}/approve`, { note: '同意（演示）' }))
    if (approved.success && approved.data.drawId) await this.#draw(one.caseNo, approved.data.drawId, now)
  }

  async #draw(caseNo: string, drawId: string, now: number): Promise<void> {
    const path = `/draws/${encodeURIComponent(drawId)}/contributions`
    const nonce = this.#options.nonce()
    const done = Completed.safeParse(await this.#ask.post('case-management', path, { nonce }))
    if (done.success) this.#options.drew(caseNo, done.data.entry.body.winner, now)
  }
}
