import { z } from 'zod'
import type { Config } from '../../config/load.ts'
import { officeTime } from '../../config/zone.ts'
import { type MediationDetail, mediationRoutes } from '../../contract/http/mediations.ts'
import { type DeskAsk, deskAsk } from './desk-ask.ts'
import type { DeskCall, GuestCall } from './desk-http.ts'
import { officeDispute, officeSignature, storyOf } from './mediation-story.ts'
import type { Chance } from './random.ts'
import { Visits } from './visits.ts'

/** What a new office mediates in its first minutes. */
export const FIRST_MEDIATIONS = 12
const FIRST_PER_VISIT = 4
const FIRST_GAP_MS = 15_000
const FIRST_MINUTES_MS = 420_000
/** Of every stage that many stay where they are, so that a visitor sees each of them. */
const KEEP_PER_STAGE = 1
const REGISTER = 0.3
const UNSUITABLE = 0.05
const NO_AGREEMENT = 0.2
const BREACHED = 0.1
const HOUR_MS = 3_600_000
/** Who sees all of them; the hosts act at their own desks. */
const DESK = 'case-management'
/** One is registered at a visitor's own desk and left to the visitor. */
const VISITOR = 'prosecutor'
const DISPUTE = /调解|纠纷|冲突|欠薪/

type Rules = z.output<(typeof mediationRoutes)['rules']['answer']>
type Item = z.output<(typeof mediationRoutes)['list']['answer']>['items'][number]
const Matters = z.object({
  items: z.array(z.object({ id: z.string(), title: z.string(), open: z.boolean() })),
})
type Step = Exclude<keyof typeof mediationRoutes, 'rules' | 'list' | 'apply' | 'get' | 'messages' | 'file' | 'pack'>

export interface MediationPlayerOptions {
  call: DeskCall
  guest: GuestCall
  config: Pick<Config, 'site' | 'petitions'>
  chance: Chance
  first: boolean
  now: number
  speed: number
  stumbled(error: unknown): void
}

/**
 * Mediations of the simulated office: prosecutors register and host them at their desks, the parties come in by link
 * and code, consent, read their rights, sign or do not agree; duties are followed up. All by the product's own rules.
 */
export class MediationPlayer {
  readonly #options: MediationPlayerOptions
  readonly #ask: DeskAsk
  readonly #visits: Visits
  readonly #hosts: readonly string[]
  /** Mediation and party → the cookie of a party that came in. Lost with the process: then a new link is given out. */
  readonly #cookies = new Map<string, string>()
  #left: number
  #visitorsOwn: boolean

  constructor(options: MediationPlayerOptions) {
    this.#options = options
    this.#ask = deskAsk(options.call)
    this.#left = options.first ? FIRST_MEDIATIONS : 0
    this.#visitorsOwn = options.first
    const { site, petitions } = options.config
    this.#hosts = site.people
      .filter(({ department, quota, account }) => department === petitions.department && quota && !account)
      .map(({ id }) => id)
    this.#visits = new Visits({
      first: options.now + (options.first ? options.chance.int(75_000, 100_000) : this.#gap()),
      gap: (now) => (this.#early(now) ? FIRST_GAP_MS : this.#gap()),
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

  #early(now: number): boolean {
    return this.#options.first && now - this.#options.now < FIRST_MINUTES_MS
  }
  #gap(): number {
    const { chance, speed } = this.#options
    return Math.max(5000, chance.int(300_000, 900_000) / Math.max(0.01, speed))
  }

  async #work(now: number): Promise<void> {
    const rules: Rules = mediationRoutes.rules.answer.parse(await this.#ask.get(DESK, '/mediations/rules'))
    const before = await this.#list()
    const hands = this.#left > 0 ? Math.min(FIRST_PER_VISIT, this.#left) : Number(this.#options.chance.hit(REGISTER))
    await this.#register(hands, before)
    this.#left = Math.max(0, this.#left - hands)
    const moves = this.#early(now) ? FIRST_MEDIATIONS : 3
    for (const item of this.#movable(await this.#list()).slice(0, moves)) await this.#move(item, rules, now)
  }
  async #list(): Promise<Item[]> {
    return mediationRoutes.list.answer.parse(await this.#ask.get(DESK, '/mediations?limit=500')).items
  }

  /** Some come out of petitions that are about a dispute, each once. */
  async #register(hands: number, known: readonly Item[]): Promise<void> {
    if (hands === 0 || this.#hosts.length === 0) return
    const { chance } = this.#options
    const taken = new Set(known.map(({ matter }) => matter))
    const { items } = Matters.parse(await this.#ask.get(DESK, '/petitions?state=all&limit=500'))
    const disputes = items.filter(({ id, title, open }) => open && DISPUTE.test(title) && !taken.has(id))
    for (let n = 0; n < hands; n++) {
      const matter = n % 2 === 0 ? (disputes.shift() ?? null) : null
      const who = this.#visitorsOwn ? VISITOR : `office.${chance.pick(this.#hosts)}`
      this.#visitorsOwn = false
      await this.#ask.post(who, '/mediations', officeDispute(chance, matter))
    }
  }

  /** All but the newest of each stage, and nothing that a visitor hosts. */
  #movable(items: readonly Item[]): Item[] {
    const ours = items.filter(({ host }) => this.#hosts.includes(host))
    const stages = Map.groupBy(ours, ({ stage }) => stage)
    return [...stages.entries()].flatMap(([stage, some]) => {
      if (stage === 'archived') return []
      return stage === 'failed' || stage === 'closed' ? some : some.slice(KEEP_PER_STAGE)
    })
  }

  async #move(item: Item, rules: Rules, now: number): Promise<void> {
    const { chance } = this.#options
    const step = (act: Step, body: object) => this.#step(item, act, body)
    switch (item.stage) {
      case 'consent':
        return this.#letIn(item, rules)
      case 'suitability': {
        const checked = rules.exclusions.map(({ id }) => id)
        const found = chance.hit(UNSUITABLE) ? [chance.pick(checked)] : []
        return step('suitability', { checked, found, note: '逐项核对（演示）' })
      }
      case 'mediator': {
        const outside = rules.mediators.filter(({ kind }) => kind !== 'staff')
        if (outside.length === 0) return
        const { kind, id } = chance.pick(outside)
        return step('mediator', { kind, mediator: id, noConflict: true })
      }
      case 'schedule': {
        const at = now + (this.#early(now) ? 30_000 : chance.int(2, 48) * HOUR_MS)
        return step('schedule', { at, minutes: 60, place: '12309 检察服务大厅调解室' })
      }
      case 'rights':
        return this.#everyParty(item, 'rights', () => ({ read: true, recording: false }))
      case 'session':
        return this.#session(item, now)
      case 'signing': {
        const { agreement } = await this.#detail(item)
        if (!agreement) return
        const body = () => ({ hash: agreement.hash, read: true, strokes: officeSignature(chance) })
        return this.#everyParty(item, 'sign', body)
      }
      case 'agreed':
        return this.#follow(item, now)
      case 'failed':
      case 'closed':
        return step('archive', { note: '结束归档（演示）' })
      case 'archived':
        return
    }
  }

  async #detail({ id, host }: Item): Promise<MediationDetail> {
    return mediationRoutes.get.answer.parse(
      await this.#ask.get(`office.${host}`, `/mediations/${encodeURIComponent(id)}`),
    )
  }

  /** Papers seen, link and code handed over, the door opened, consent given. */
  async #letIn(item: Item, rules: Rules): Promise<void> {
    const [method] = rules.identity
    const { people } = await this.#detail(item)
    for (const party of people) {
      if (party.consent) continue
      if (!party.identity && method)
        await this.#step(item, 'identify', { party: party.id, method: method.id, document: '149999199001011234' })
      await this.#guest(item, party.id, 'consent', { agree: true })
    }
  }

  async #session(item: Item, now: number): Promise<void> {
    const { chance } = this.#options
    if (item.sessionAt === null || item.sessionAt > now) return
    if (chance.hit(NO_AGREEMENT))
      return this.#step(item, 'fail', { reason: 'no-agreement', note: '分歧过大，未达成一致（演示）' })
    const { terms, duty } = storyOf(item.title)
    await this.#step(item, 'propose', { text: terms.join('') })
    const due = officeTime(now)
      .toPlainDate()
      .add({ days: chance.int(3, 20) })
    await this.#step(item, 'draft', { terms, duties: [{ text: duty, due: due.toString() }] })
  }

  /** Confirmation first, then the duties on their day; in a new office some were kept at once. */
  async #follow(item: Item, now: number): Promise<void> {
    const { chance } = this.#options
    const { confirmation, performance } = await this.#detail(item)
    if (confirmation?.state === 'open')
      return this.#step(item, 'confirm', { state: 'applied', note: '已共同申请（演示）' })
    const today = officeTime(now).toPlainDate().toString()
    const duty = performance.find(({ state }) => state === 'open')
    if (!duty) return this.#step(item, 'archive', { note: '已履行，归档（演示）' })
    if (duty.due > today && !(this.#early(now) && chance.hit(0.5))) return
    const state = chance.hit(BREACHED) ? 'breached' : 'done'
    const note = state === 'done' ? '已履行完毕（演示）' : '逾期未履行，提示申请执行（演示）'
    await this.#step(item, 'duty', { duty: duty.id, state, note })
  }

  async #step({ id, host }: Item, act: Step, body: object): Promise<void> {
    const { path } = mediationRoutes[act]
    await this.#ask.post(`office.${host}`, path.replace('{id}', encodeURIComponent(id)), body)
  }

  async #everyParty(item: Item, act: string, body: () => object): Promise<void> {
    const { people } = await this.#detail(item)
    for (const { id } of people) await this.#guest(item, id, act, body())
  }
  /** As the party, with its cookie; who has none, or an old one, comes in by a new link first. */
  async #guest(item: Item, party: string, act: string, body: object): Promise<void> {
    const key = `${item.id}/${party}`
    const { guest } = this.#options
    for (let attempt = 0; attempt < 2; attempt++) {
      const cookie = this.#cookies.get(key) ?? (await this.#enter(item, party))
      if (cookie === null) return
      const { status } = await guest(`/public/mediations/${act}`, cookie, body)
      if (status !== 401) {
        this.#cookies.set(key, cookie)
        return
      }
      this.#cookies.delete(key)
    }
  }
  async #enter(item: Item, party: string): Promise<string | null> {
    const path = mediationRoutes.link.path.replace('{id}', encodeURIComponent(item.id))
    const answer = await this.#ask.post(`office.${item.host}`, path, { party })
    const door = mediationRoutes.link.answer.safeParse(answer)
    if (!door.success) return null
    const link = door.data.path.split('#')[1] ?? ''
    return (await this.#options.guest('/public/mediations/enter', null, { link, code: door.data.code })).cookie
  }
}
