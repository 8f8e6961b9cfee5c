import type { z } from 'zod'
import { officeTime } from '../../config/zone.ts'
import { type ActionId, disclosureRoutes } from '../../contract/http/disclosure.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import { officeDocument } from './disclosure-story.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** Of every step that many stay where they are, so that a visitor finds something to do. */
const KEEP_PER_STEP = 2
const FIRST_DOCUMENTS = 14
const FIRST_GAP_MS = 15_000
const FIRST_MINUTES_MS = 240_000
/** domain.md I: 4 % come back at the recheck, 0.3 % are withdrawn. */
const RETURNED = 0.04
const WITHDRAWN = 0.003
const NOT_PUBLISHED = 0.1

type Item = z.infer<(typeof disclosureRoutes)['list']['answer']>['items'][number]
const STEPS = ['review', 'export', 'recheck', 'publish'] as const

export interface DisclosurePlayerOptions {
  call: DeskCall
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/** Who has a hand in the publication of documents, each at the own desk through the product's own HTTP interface. */
export class DisclosurePlayer {
  readonly #options: DisclosurePlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  #left: number
  #withdrawn = false

  constructor(options: DisclosurePlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_DOCUMENTS : 0
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(80_000, 100_000) : this.#gap()),
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
    return Math.max(5000, chance.int(400_000, 900_000) / Math.max(0.01, speed))
  }

  async #work(now: number): Promise<void> {
    const hands = Math.min(3, this.#left) || 1
    for (let n = 0; n < hands; n++) await this.#submit(now)
    this.#left = Math.max(0, this.#left - hands)
    const { items } = disclosureRoutes.list.answer.parse(
      await this.#ask.get('case-management', '/disclosure/documents?limit=500'),
    )
    for (const step of STEPS) {
      const here = items.filter(({ state }) => state === step)
      const spare = here.slice(0, Math.max(0, Math.min(3, here.length - KEEP_PER_STEP)))
      for (const item of spare) await this.#move(step, item)
    }
    const published = items.find(({ state }) => state === 'published')
    const must = this.#options.first && !this.#withdrawn && this.#left === 0
    if (published && (must || this.#options.chance.hit(WITHDRAWN))) await this.#withdraw(published)
  }

  async #submit(now: number): Promise<void> {
    const { chance, call } = this.#options
    const made = officeDocument(chance, chance.int(100, 999))
    const name = encodeURIComponent(`${made.title}.txt`)
    const uploaded = await call('prosecutor', 'POST', `/disclosure/files?name=${name}`, Buffer.from(made.text))
    const file = (uploaded.body as { file?: string } | undefined)?.file
    if (!file) return
    const ready = officeTime(now)
      .toPlainDate()
      .subtract({ days: chance.int(1, 11) })
      .toString()
    const { title, type, caseNo, parties } = made
    const exclude = chance.hit(NOT_PUBLISHED)
      ? { ground: chance.pick(['privacy', 'family', 'minor-victim']), reason: '涉及个人隐私，不宜公开（演示）' }
      : undefined
    const body = { file, title, type, caseNo, parties, readyDay: ready, ...(exclude ? { exclude } : {}) }
    await this.#ask.post('prosecutor', '/disclosure/documents', body)
  }

  async #move(step: (typeof STEPS)[number], item: Item): Promise<void> {
    const { chance } = this.#options
    switch (step) {
      case 'review': {
        const found = disclosureRoutes.get.answer.safeParse(
          await this.#ask.get('department-head', `/disclosure/documents/${encodeURIComponent(item.id)}`),
        )
        const ground = found.success ? found.data.ground : null
        const publish = { decision: 'publish', reason: '符合公开范围（演示）' }
        const exclude = { decision: 'exclude', ground, reason: '同意不公开（演示）' }
        return this.#step('department-head', item, 'review', ground === null ? publish : exclude)
      }
      case 'export':
        return this.#step('case-management', item, 'export', { format: chance.pick(['docx', 'pdf']) })
      case 'recheck': {
        const passed = !chance.hit(RETURNED)
        const reason = passed ? '逐段对照，屏蔽完整（演示）' : '第三段称谓有误，退回（演示）'
        return this.#step('inspection', item, 'recheck', { passed, reason })
      }
      case 'publish':
        return this.#step('deputy-chief', item, 'publish', {})
    }
  }

  async #withdraw(item: Item): Promise<void> {
    this.#withdrawn = true
    await this.#step('case-management', item, 'withdraw', { reason: '当事人提出异议，先行撤回核实（演示）' })
  }

  async #step(who: string, item: Item, action: ActionId, body: unknown): Promise<void> {
    await this.#ask.post(who, `/disclosure/documents/${encodeURIComponent(item.id)}/${action}`, body)
  }
}
