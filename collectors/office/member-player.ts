import { z } from 'zod'
import { officeTime } from '../../config/zone.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** People on leave in a new office, and at most at any time later. */
export const FIRST_LEAVES = 3
const MOST_ON_LEAVE = 4
const DESK = 'case-management'
const Load = z.object({ items: z.array(z.object({ id: z.string(), onLeave: z.boolean() })) })
const REASONS = ['年休假（演示）', '外出培训（演示）', '病假（演示）', '公务出差（演示）']

export interface MemberPlayerOptions {
  call: DeskCall
  chance: Chance
  first: boolean
  now: number
  speed: number
  /** Person id: nobody at a visitor's own desk goes on leave. */
  mayLeave(person: string): boolean
  stumbled(error: unknown): void
}

/** People of the simulated office go on leave: they are not drawn meanwhile, and come back with their absence credited. */
export class MemberPlayer {
  readonly #options: MemberPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  #fresh: boolean

  constructor(options: MemberPlayerOptions) {
    const { chance, speed } = options
    const gap = () => Math.max(60_000, chance.int(3, 9) * (3_600_000 / Math.max(0.01, speed)))
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#fresh = options.first
    this.#visits = new Visits({
      first: options.now + (options.first ? 40_000 : gap()),
      gap,
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

  async #work(now: number): Promise<void> {
    const { chance, mayLeave } = this.#options
    const { items } = Load.parse(await this.#ask.get(DESK, '/assignments/load'))
    const away = items.filter(({ onLeave }) => onLeave).length
    const wanted = Math.min(this.#fresh ? FIRST_LEAVES : 1, MOST_ON_LEAVE - away)
    this.#fresh = false
    const present = items.filter(({ id, onLeave }) => !onLeave && mayLeave(id))
    for (let n = 0; n < wanted && present.length > 0; n += 1) {
      const [who] = present.splice(chance.int(0, present.length - 1), 1)
      const from = officeTime(now).toPlainDate()
      const leave = {
        from: from.toString(),
        to: from.add({ days: chance.int(1, 9) }).toString(),
        reason: chance.pick(REASONS),
      }
      await this.#ask.post(DESK, `/assignments/members/${encodeURIComponent(who?.id ?? '')}/leave`, leave)
    }
  }
}
