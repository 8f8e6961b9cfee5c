import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { ChainEntry } from '../../contract/chain.ts'
import type { MediateView } from '../../contract/http/mediate.ts'
import type { MediationDetail, Strokes } from '../../contract/http/mediations.ts'
import { writePdf } from '../../server/disclosure/files/pdf-write.ts'
import type { Principal, StreamAnswer } from '../../server/feature.ts'
import { mediationsFeature } from '../../server/mediations/index.ts'
import { newSigningKey, type SigningAlgorithm, signerOf } from '../../server/records/signing.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'
import { type TestRecords, taskLog, testRecords } from '../helpers/records.ts'

export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const HOUR = 3_600_000
export const config = demoConfig()

const who = (id: string, ...permissions: string[]): Principal => ({
  ...{ id, username: id, name: id, roles: [], department: null, post: '', via: 'session', sessionId: null },
  permissions: new Set(permissions.map((word) => `mediations.${word}`)),
})
/** p07 hosts and mediates; p46 reads all; p31 has nothing to do with it. */
export const host = who('p07', 'read-own', 'write')
export const manager = who('p46', 'read', 'read-own', 'write')
export const stranger = who('p31', 'read-own', 'write')
export const EXCLUSIONS = config.mediations.exclusions.map(({ id }) => id)

export const STROKES: Strokes = [
  [
    [40, 60],
    [200, 80],
    [180, 160],
  ],
  [
    [260, 50],
    [300, 190],
    [420, 120],
  ],
]

interface Guest {
  cookie: string
}
type Input = { params?: unknown; query?: unknown; body?: unknown; cookie?: string; ip?: string }

/** The feature over a real store, called as the HTTP side calls it. */
export async function house(algorithm: SigningAlgorithm = 'ed25519') {
  const anchored: ChainEntry[] = []
  const tasks = taskLog()
  const signer = signerOf(algorithm, newSigningKey(algorithm))
  const build = (store: TestRecords['store'] | undefined) =>
    mediationsFeature({
      ...{ config, calendar: demoCalendar(), records: store as TestRecords['store'], tasks, pdf: writePdf },
      newId: () => randomBytes(12).toString('hex'),
      randomToken: (bytes = 32) => randomBytes(bytes).toString('base64url'),
      randomBytes: (size) => randomBytes(size),
      signer: () => signer,
      anchor: (_chain, entry) => anchored.push(entry),
    })
  const records = await testRecords([build(undefined)], NOON)
  const feature = build(records.store)
  const cookies: string[] = []
  const raw = async (id: string, person: Principal | undefined, input: Input) => {
    const route = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    const answer = await route.handle({
      person: person as Principal,
      params: spec.params.safeParse(input.params).data,
      query: spec.query.safeParse(input.query ?? {}).data,
      body: spec.consumes === 'json' ? spec.body.parse(input.body ?? {}) : input.body,
      now: records.clock.ms,
      ip: input.ip ?? '192.0.2.1',
      headers: input.cookie ? { cookie: `other=1; sanling_mediate=${input.cookie}` } : {},
      setCookie: (_name, value) => cookies.push(value ?? ''),
    })
    return { spec, answer }
  }
  const call = async <Answer>(id: string, person: Principal | undefined, input: Input = {}): Promise<Answer> => {
    const { spec, answer } = await raw(id, person, input)
    return spec.answer.parse(answer) as Answer
  }
  const step = (id: string, mediation: string, body: unknown = {}, person = host) =>
    call<MediationDetail>(id, person, { params: { id: mediation }, body })
  const guest = <Answer = { ok: true }>(id: string, { cookie }: Guest, input: Input = {}) =>
    call<Answer>(id, undefined, { ...input, cookie })

  return {
    ...{ records, feature, anchored, tasks, raw, call, step, guest, cookies },
    get: (id: string, person = host) => call<MediationDetail>('getMediation', person, { params: { id } }),
    view: (visitor: Guest) => guest<MediateView>('mediationRoom', visitor),
    file: async (id: string, person: Principal | undefined, input: Input): Promise<Buffer> => {
      const { answer } = await raw(id, person, input)
      return buffer((answer as StreamAnswer).stream)
    },
    async apply(over: Record<string, unknown> = {}): Promise<MediationDetail> {
      const body = {
        ...{ title: '相邻排水赔偿争议', kind: 'compensation', facts: '甲家排水致乙家墙体渗水，双方对赔偿数额有争议。' },
        parties: [
          { name: '张甲', role: 'applicant', phone: '199-0000-1111' },
          { name: '李乙', role: 'respondent', phone: '199-0000-2222' },
        ],
        ...over,
      }
      return call('applyMediation', host, { body })
    },
    link: (mediation: string, party: string) =>
      call<{ path: string; code: string; expiresAt: number }>('issueMediationLink', host, {
        params: { id: mediation },
        body: { party },
      }),
    async enter(path: string, code: string, ip?: string): Promise<Guest> {
      const link = path.split('#')[1] ?? ''
      await call('enterMediation', undefined, { body: { link, code }, ...(ip ? { ip } : {}) })
      return { cookie: cookies.at(-1) ?? '' }
    },
    /** Seen by their papers, let in by their links. */
    async guests(one: MediationDetail): Promise<[Guest, Guest]> {
      const enter = async (party: string) => {
        await step('identifyMediationParty', one.id, { party, method: 'in-person', document: '149999199001011234' })
        const { path, code } = await this.link(one.id, party)
        return this.enter(path, code)
      }
      return [await enter('p1'), await enter('p2')]
    },
    /** Up to the session. */
    async session(over: Record<string, unknown> = {}) {
      const one = await this.apply(over)
      const visitors = await this.guests(one)
      for (const visitor of visitors) await guest('consentMediation', visitor, { body: { agree: true } })
      await step('judgeMediation', one.id, { checked: EXCLUSIONS, found: [], note: '逐项核对，适宜调解' })
      await step('chooseMediator', one.id, { kind: 'staff', mediator: 'p07', noConflict: true })
      await step('scheduleMediation', one.id, {
        ...{ at: records.clock.ms + HOUR, minutes: 60, video: 'https://meeting.example.org/room/1' },
      })
      for (const visitor of visitors)
        await guest('confirmMediationRights', visitor, { body: { read: true, recording: false } })
      return { id: one.id, visitors }
    },
    /** Up to the signed agreement. */
    async agreed() {
      const { id, visitors } = await this.session()
      const { agreement } = await step('draftMediationAgreement', id, {
        terms: ['李乙一次性赔偿张甲人民币三千元。'],
        duties: [{ text: '李乙支付三千元', due: '2026-12-10' }],
      })
      const body = { hash: agreement?.hash, read: true, strokes: STROKES }
      for (const visitor of visitors) await guest('signMediation', visitor, { body })
      return { id, visitors }
    },
  }
}
export type House = Awaited<ReturnType<typeof house>>
