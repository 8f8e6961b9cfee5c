import { z } from 'zod'
import type { Config } from '../../config/load.ts'
import { officeTime } from '../../config/zone.ts'
import { type PetitionAct, PetitionColour, PetitionStage, petitionRoutes } from '../../contract/http/petitions.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall } from './desk-http.ts'
import { CALM, factsOf, officeMatter, paperOf, signalsOf, weightOf } from './petition-story.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** Of every step that many stay where they are, so that a visitor finds something to do. */
export const KEEP_PER_STEP = 2
/** What a new office has had before: registered at once, with days of the last weeks. */
export const FIRST_MATTERS = 24
const FIRST_PER_VISIT = 6
const FIRST_GRAVE = 2
const FIRST_MOVES = 12
const FIRST_GAP_MS = 15_000
const FIRST_MINUTES_MS = 480_000
const REGISTER = 0.4
const LATE = 0.08
const DESK = 'case-management'
/** What a handler's own desk has that visitors use mostly waits for them. */
const VISITORS = 0.1
/** That share goes to a desk that visitors use. */
const FOR_VISITORS = 0.15
/** Proposals that wait for a visitor. */
const KEEP_PROPOSALS = 1

/** As much of an answer as the player looks at. */
const Item = z.object({
  id: z.string(),
  no: z.string(),
  title: z.string(),
  people: z.int(),
  stage: PetitionStage,
  colour: PetitionColour.nullable(),
  pending: z.string().nullable(),
  handler: z.object({ id: z.string() }).nullable(),
  next: z.object({ id: z.string(), daysLeft: z.int() }).nullable(),
})
type Item = z.infer<typeof Item>
const Items = z.object({ items: z.array(Item) })
const Uploaded = z.object({ hash: z.string() })
const Proposals = z.object({
  items: z.array(z.object({ id: z.string(), kind: z.string(), state: z.string(), mayDecide: z.boolean() })),
})
const Letters = z.object({ items: z.array(z.object({ id: z.string(), receipt: z.unknown() })) })
type Rules = z.output<(typeof petitionRoutes)['rules']['answer']>

export interface PetitionPlayerOptions {
  call: DeskCall
  config: Pick<Config, 'site' | 'petitions'>
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/**
 * Petitions of the simulated office: registered by case management, judged, told, handed to a leader and a handler,
 * settled, lowered step by step with another's approval, closed. All through the product's own HTTP interface.
 */
export class PetitionPlayer {
  readonly #options: PetitionPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  /** One level above: the head of the department, then the leaders. */
  readonly #approvers: readonly string[]
  #left: number
  #grave = 0

  constructor(options: PetitionPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_MATTERS : 0
    const { site, petitions } = options.config
    const head = site.people.find(
      ({ department, title }) => department === petitions.department && petitions.headTitles.includes(title),
    )
    this.#approvers = [...(head ? [head.account ?? `office.${head.id}`] : []), 'deputy-chief', 'chief']
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(70_000, 95_000) : this.#gap()),
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
    const { chance } = this.#options
    const rules: Rules = petitionRoutes.rules.answer.parse(await this.#ask.get(DESK, '/petition-rules'))
    const hands = this.#left > 0 ? Math.min(FIRST_PER_VISIT, this.#left) : Number(chance.hit(REGISTER))
    const early = this.#left > 0
    for (let n = 0; n < hands; n++) await this.#register(now, early)
    this.#left = Math.max(0, this.#left - hands)
    const { items } = Items.parse(await this.#ask.get(DESK, '/petitions?state=all&limit=500'))
    const moves = this.#options.first && now - this.#options.now < FIRST_MINUTES_MS ? FIRST_MOVES : chance.int(1, 4)
    for (const item of movable(items).slice(0, moves)) await this.#move(item, rules, now)
    await this.#receive()
    for (const who of this.#approvers) await this.#approve(who)
  }

  /** Within the seven days of the first reply, save a few that came late to the desk. */
  #daysAgo(): number {
    const { chance } = this.#options
    return chance.hit(LATE) ? chance.int(8, 12) : chance.int(0, 5)
  }

  async #register(now: number, past: boolean): Promise<void> {
    const { chance } = this.#options
    const day = officeTime(now)
      .toPlainDate()
      .subtract({ days: past ? this.#daysAgo() : 0 })
    await this.#ask.post(DESK, '/petitions', { ...officeMatter(chance), receivedOn: day.toString(), files: [] })
  }

  async #move(item: Item, rules: Rules, now: number): Promise<void> {
    const { chance } = this.#options
    const today = officeTime(now).toPlainDate().toString()
    const { next } = item
    if (next && next.daysLeft <= 3 && (next.id === 'procedural' || next.id === 'substantive' || next.id === 'monthly'))
      await this.#post(item, 'reply', { kind: next.id, on: today, text: '已书面答复信访人（演示）' })
    switch (item.stage) {
      case 'assess':
        return this.#assess(item, rules, this.#weight(now), '初次研判（演示）')
      case 'warn': {
        const grave = item.colour === 'red' || item.colour === 'orange'
        const units = grave ? rules.units.slice(0, 2).map(({ id }) => id) : []
        return this.#post(item, 'warn', { text: '已按级别报告，请做好应对准备（演示）', units })
      }
      case 'assign':
        return this.#assign(item)
      case 'resolve': {
        const of = rules.colours.find(({ colour }) => colour === item.colour)?.measures ?? rules.measures
        const done = chance.hit(0.6)
        const text = done ? '措施落实，双方认可（演示）' : '已开展工作，继续化解（演示）'
        const measure = of.length > 0 ? chance.pick(of) : '释法说理'
        return this.#handle(item, 'resolve', { measure, text, done })
      }
      case 'feedback': {
        const settled = chance.hit(0.85)
        const text = settled ? '已当面答复，表示理解（演示）' : '仍有意见，继续化解（演示）'
        return this.#handle(item, 'feedback', { settled, text })
      }
      case 'close':
        return this.#close(item, rules, today)
      case 'revisit':
        return this.#revisit(item, rules)
      case 'archive':
        return this.#post(item, 'archive', { text: '材料齐全，归档（演示）' })
      case 'archived':
        return
    }
  }

  /** Orange and red raise alerts: a new office does not greet its visitor with a wall full of them. */
  #weight(now: number): typeof CALM {
    const weight = weightOf(this.#options.chance)
    if (weight.colour !== 'orange' && weight.colour !== 'red') return weight
    const early = this.#options.first && now - this.#options.now < FIRST_MINUTES_MS
    if (!early) return weight
    if (weight.colour === 'red' || this.#grave >= FIRST_GRAVE) return CALM
    this.#grave += 1
    return weight
  }

  async #assess(item: Item, rules: Rules, weight: typeof CALM, reason: string): Promise<void> {
    const facts = factsOf(rules, weight, weight === CALM ? 1 : item.people, this.#options.chance)
    await this.#post(item, 'assess', { facts, signals: signalsOf(rules, weight), reason })
  }

  /** Somebody whose title the colour allows leads; somebody of the department handles. */
  async #assign(item: Item): Promise<void> {
    const { config, chance } = this.#options
    const titles = config.petitions.colours.find(({ colour }) => colour === item.colour)?.leaderTitles ?? []
    const ranked = config.site.people.filter(({ title }) => titles.includes(title))
    const leaders = ranked.filter(({ title }) => title !== '检察官' && !title.includes('助理') && title !== '书记员')
    const visitors = config.site.people.filter(({ account, roles }) => account && roles.includes('prosecutor'))
    const own = config.site.people.filter(
      ({ department, quota, account }) => department === config.petitions.department && quota && !account,
    )
    const handlers = visitors.length > 0 && chance.hit(FOR_VISITORS) ? visitors : own
    if (ranked.length === 0 || handlers.length === 0) return
    const leader = chance.pick(leaders.length > 0 ? leaders : ranked).id
    const text = '限期拿出化解方案，首办负责到底（演示）'
    await this.#post(item, 'assign', { leader, handler: chance.pick(handlers).id, text })
  }

  /** Not green yet: judged anew, then proposed one step lower; green: proposed to be closed. Both with a paper. */
  async #close(item: Item, rules: Rules, today: string): Promise<void> {
    if (item.pending) return
    if (item.colour === 'green') {
      const files = await this.#paper('息诉罢访承诺书', item, today)
      return this.#post(item, 'close', { reason: '信访人已签息诉罢访承诺书（演示）', files })
    }
    await this.#assess(item, rules, CALM, '矛盾缓和，重新研判（演示）')
    const files = await this.#paper('化解情况报告', item, today)
    await this.#post(item, 'downgrade', { reason: '措施落实，提请降一级（演示）', files })
  }

  async #revisit(item: Item, rules: Rules): Promise<void> {
    const stable = !this.#options.chance.hit(0.05)
    for (const days of rules.revisitDays)
      await this.#post(item, 'revisit', {
        days,
        stable,
        text: stable ? '电话回访，情况稳定（演示）' : '又有新诉求（演示）',
      })
  }

  async #paper(title: string, item: Item, today: string): Promise<string[]> {
    const name = encodeURIComponent(`${title}.txt`)
    const answer = await this.#options.call(
      DESK,
      'POST',
      `/petition-files?name=${name}`,
      paperOf(title, item.no, today),
    )
    const sent = Uploaded.safeParse(answer.body)
    return sent.success ? [sent.data.hash] : []
  }

  async #receive(): Promise<void> {
    const { items } = Letters.parse(await this.#ask.get(DESK, '/petition-outbox?waiting=true&limit=50'))
    for (const { id } of items.slice(KEEP_PER_STEP)) {
      if (!this.#options.chance.hit(0.5)) continue
      const body = { who: '对方经办人', text: '已收悉，安排专人配合（演示）' }
      await this.#ask.post(DESK, `/petition-outbox/${encodeURIComponent(id)}/receipt`, body)
    }
  }

  async #approve(who: string): Promise<void> {
    const { items } = Proposals.parse(await this.#ask.get(who, '/approvals?state=proposed&limit=200'))
    const mine = items.filter(({ kind, mayDecide }) => mayDecide && kind.startsWith('petition'))
    for (const { id } of mine.slice(KEEP_PROPOSALS))
      await this.#ask.post(who, `/approvals/${encodeURIComponent(id)}/approve`, { note: '同意（演示）' })
  }

  /** At the desk of whoever handles it; what a visitor handles mostly waits for the visitor. */
  async #handle(item: Item, act: PetitionAct, body: object): Promise<void> {
    const person = this.#options.config.site.people.find(({ id }) => id === item.handler?.id)
    if (person?.account && !this.#options.chance.hit(VISITORS)) return
    await this.#post(item, act, body, person ? (person.account ?? `office.${person.id}`) : DESK)
  }

  async #post(item: Item, act: PetitionAct, body: object, who = DESK): Promise<void> {
    const { path } = petitionRoutes[act]
    await this.#ask.post(who, path.replace('{id}', encodeURIComponent(item.id)), body)
  }
}

/** All but the least urgent of each step: what runs out is not left lying. */
function movable(items: readonly Item[]): Item[] {
  const byStage = Map.groupBy(items, ({ stage }) => stage)
  return [...byStage.entries()].flatMap(([stage, some]) => (stage === 'archived' ? [] : some.slice(0, -KEEP_PER_STEP)))
}
