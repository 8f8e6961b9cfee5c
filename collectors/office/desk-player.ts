import { z } from 'zod'
import type { AssignmentRules } from '../../config/schema.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** Cases that always stay undrawn, so that a visitor finds something to draw. */
export const KEEP_UNASSIGNED = 3
/** Draws of the first minutes after a first start. */
export const FIRST_DRAWS = 25
const PER_FIRST_VISIT = 5
const PER_VISIT = 2
const FIRST_GAP_MS = 15_000
const FIRST_MINUTES_MS = 600_000
const DESIGNATE = 0.12
/** In the first minutes every so many-th case is designated, so that a visitor finds some; below the limit of the rules. */
const DESIGNATE_EACH = 6
const REASONS = ['MAJOR_COMPLEX', 'SPECIALISED_GROUP', 'RELATED_CASE', 'SUPERIOR_ASSIGNED', 'RETURNED_CASE'] as const

const Unassigned = z.object({ items: z.array(z.object({ id: z.string(), caseNo: z.string(), kind: z.string() })) })
const Drawn = z.object({ drawId: z.string() })
const Completed = z.object({ entry: z.object({ body: z.object({ winner: z.string() }) }) })
const Proposed = z.object({ id: z.string() })
const Load = z.object({
  items: z.array(z.object({ id: z.string(), department: z.string(), onLeave: z.boolean() })),
})
type Case = z.infer<typeof Unassigned>['items'][number]

export interface DeskOptions {
  call: DeskCall
  rules: Pick<AssignmentRules, 'kinds'>
  chance: Chance
  /** 32 bytes hex from real chance: what goes into a draw may not be guessable, be the office simulated or not. */
  nonce(): string
  /** A new office: its first minutes are full. */
  first: boolean
  now: number
  speed: number
  /** A case has a handler now, by person id. */
  drew(caseNo: string, person: string, at: number): void
  /** The account could not do what it wanted; it tries again later. */
  stumbled(error: unknown): void
}

/**
 * The case-management desk of the simulated office: it draws cases without a handler through the product's own HTTP
 * interface, with all of its rules, and now and then proposes a designation which the chief approves. One visit at a
 * time; a server that is down is tried again at the next visit.
 */
export class DeskPlayer {
  readonly #options: DeskOptions
  /** Cases that the rules refused: nobody may be drawn for them. */
  readonly #refused = new Set<string>()
  readonly #ask: DeskAsk
  readonly #visits: Visits
  #left: number
  #done = 0
  #reasons = 0

  constructor(options: DeskOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_DRAWS : 0
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(60_000, 90_000) : this.#gap()),
      gap: () => (this.#left > 0 ? FIRST_GAP_MS : this.#gap()),
      work: (now) => this.#work(now),
      stumbled: options.stumbled,
    })
  }

  /** Begins a visit when it is time. Never throws and never waits. */
  tick(now: number): void {
    if (now - this.#options.now > FIRST_MINUTES_MS) this.#left = 0
    this.#visits.tick(now)
  }

  /** The visit under way, if any: to wait for its end. */
  settled(): Promise<void> {
    return this.#visits.settled()
  }

  #gap(): number {
    const { chance, speed } = this.#options
    return Math.max(5000, chance.int(180_000, 480_000) / Math.max(0.01, speed))
  }

  async #work(now: number): Promise<void> {
    const { chance } = this.#options
    const found = Unassigned.parse(await this.#ask.get('case-management', '/cases?state=unassigned&limit=200'))
    const wanted = this.#left > 0 ? Math.min(this.#left, PER_FIRST_VISIT) : chance.int(1, PER_VISIT)
    const spare = Math.max(0, found.items.length - KEEP_UNASSIGNED)
    const cases = found.items.filter(({ id }) => !this.#refused.has(id)).slice(0, Math.min(wanted, spare))
    const firstMinutes = this.#left > 0
    this.#left = Math.max(0, this.#left - cases.length)
    for (const one of cases) {
      const designated = firstMinutes ? ++this.#done % DESIGNATE_EACH === 3 : chance.hit(DESIGNATE)
      await (designated ? this.#designate(one, now) : this.#draw(one, now))
    }
  }

  async #draw({ id, caseNo }: Case, now: number): Promise<void> {
    const begun = await this.#ask.post('case-management', '/draws', { caseId: id })
    if (!begun) return void this.#refuse(id)
    const { drawId } = Drawn.parse(begun)
    const path = `/draws/${encodeURIComponent(drawId)}/contributions`
    const done = Completed.safeParse(await this.#ask.post('case-management', path, { nonce: this.#options.nonce() }))
    // Where two roles contribute, the draw now waits for the other one.
    if (done.success) this.#options.drew(caseNo, done.data.entry.body.winner, now)
    else this.#refuse(id)
  }

  async #designate(one: Case, now: number): Promise<void> {
    const { chance, rules } = this.#options
    const { items } = Load.parse(await this.#ask.get('case-management', '/assignments/load'))
    const able = items.filter(({ department, onLeave }) => {
      const kinds = rules.kinds[department] ?? []
      return !onLeave && department !== 'lead' && (kinds.includes(one.kind) || kinds.includes('*'))
    })
    if (able.length === 0) return this.#draw(one, now)
    const member = chance.pick(able).id
    const proposal = {
      caseId: one.id,
      member,
      reason: REASONS[this.#reasons++ % REASONS.length],
      note: '演示：按分案规则属于可以指定的情形',
      interference: '无',
    }
    const proposed = await this.#ask.post('case-management', '/assignments/designate', proposal)
    if (!proposed) return void this.#refuse(one.id)
    const { id } = Proposed.parse(proposed)
    const approved = await this.#ask.post('chief', `/assignments/${encodeURIComponent(id)}/approve`, {
      note: '同意（演示）',
    })
    if (approved) this.#options.drew(one.caseNo, member, now)
    else this.#refuse(one.id)
  }

  #refuse(id: string): void {
    if (this.#refused.size > 1000) this.#refused.clear()
    this.#refused.add(id)
  }
}
