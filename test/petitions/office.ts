import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { z } from 'zod'
import type { ChainEntry } from '../../contract/chain.ts'
import type { petitionRoutes } from '../../contract/http/petitions.ts'
import { approvalsFeature } from '../../server/approvals/index.ts'
import { auditFeature } from '../../server/audit/index.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import type { BoundRoute, DangerousAct, Feature, Principal, StreamAnswer } from '../../server/feature.ts'
import { petitionsFeature } from '../../server/petitions/index.ts'
import { tableReader } from '../../server/petitions/read-table.ts'
import { exportChain } from '../../server/records/chain.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, type TestRecords, taskLog, testRecords } from '../helpers/records.ts'

/** An office with a register of petitions and the real two-person rule, on a real database, called without HTTP. */
export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const HOUR = 3_600_000
export const DAY = 24 * HOUR
export const config = demoConfig()
export const who = (id: string, ...permissions: string[]): Principal => ({
  id,
  username: id,
  name: id,
  roles: [],
  department: null,
  post: '',
  permissions: new Set(permissions),
  via: 'session',
  sessionId: null,
})
const reader = ['petitions.read', 'petitions.read-own', 'petitions.handle']
export const clerk = who('p46', ...reader, 'petitions.write')
export const handler = who('p39', 'petitions.read-own', 'petitions.handle')
export const stranger = who('p07', 'petitions.read-own', 'petitions.handle')
export const head = who('p38', ...reader, 'petitions.approve-department')
export const otherHead = who('p06', ...reader, 'petitions.approve-department')
export const deputy = who('p02', ...reader, 'petitions.approve-department', 'petitions.approve')
export const chief = who(
  'p01',
  ...reader,
  'petitions.approve-department',
  'petitions.approve',
  'petitions.approve-chief',
)

/** Facts of a calm first letter. */
export const CALM = {
  visits: 1,
  people: 1,
  emotion: 'calm',
  escalated: 'none',
  publicity: 'none',
  adverse: 'none',
  hardship: 'none',
}
export const LETTER = {
  title: '不服不起诉决定的申诉',
  demand: '请求撤销不起诉决定，追究被申诉人的刑事责任',
  kind: 'non-prosecution',
  channel: 'letter',
  receivedOn: '2026-11-24',
  contact: { name: '赵某', phone: '199-0000-9001' },
  handler: 'p39',
  area: '城东街道',
}
type Routes = typeof petitionRoutes
type Answer<Name extends keyof Routes> = z.output<Routes[Name]['answer']>
export type Detail = Answer<'get'>

export async function office(options?: RecordsOptions) {
  const [alerts, tasks] = [alertLog(), taskLog()]
  const anchored: ChainEntry[] = []
  const newId = () => randomBytes(12).toString('hex')
  const build = (store: TestRecords['store'] | undefined) => {
    const records = store as TestRecords['store']
    const audit = auditFeature({ records, refusals: undefined as never, summaries: () => new Map(), anchor: () => {} })
    const approvals = approvalsFeature({
      records,
      audit: auditTrail,
      acts: () => (petitions.acts ?? []) as readonly DangerousAct<never>[],
      newId,
      settled: (turn, proposal) => petitions.settled(turn, proposal),
    })
    const petitions = petitionsFeature({
      config,
      calendar: demoCalendar(),
      records,
      approvals,
      alerts,
      tasks,
      newId,
      anchor: (_chain, entry) => anchored.push(entry),
      readTable: tableReader(join(import.meta.dirname, '../../collectors/cases/rows-worker.ts')),
    })
    return { audit, approvals, petitions }
  }
  const shapes = build(undefined)
  const records = await testRecords([shapes.audit, shapes.approvals, shapes.petitions], NOON, options)
  const { approvals, petitions } = build(records.store)
  const raw = async (
    feature: Feature,
    id: string,
    person: Principal,
    params: unknown,
    input: unknown,
    query?: unknown,
  ) => {
    const route: BoundRoute | undefined = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    if (spec.permission !== 'public' && !person.permissions.has(spec.permission) && feature === petitions)
      throw new Error(`no ${spec.permission}`)
    const answer = await route.handle({
      person,
      params,
      query: spec.query.safeParse(query ?? (spec.method === 'GET' ? (input ?? {}) : {})).data,
      body: spec.consumes === 'raw' ? input : spec.method === 'POST' ? spec.body.parse(input) : undefined,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return { spec, answer }
  }
  const call = async <Shape = { petition: { id: string; stage: string; colour: string | null } }>(
    id: string,
    person: Principal,
    params: unknown,
    input: unknown = undefined,
    query?: unknown,
  ): Promise<Shape> => {
    const { spec, answer } = await raw(petitions, id, person, params, input, query)
    return spec.answer.parse(answer) as Shape
  }
  const stream = async (id: string, person: Principal, params: unknown): Promise<Buffer> => {
    const { answer } = await raw(petitions, id, person, params, undefined)
    const pieces: Buffer[] = []
    for await (const piece of (answer as StreamAnswer).stream) pieces.push(piece as Buffer)
    return Buffer.concat(pieces)
  }
  const decide = async (what: 'approve' | 'reject' | 'withdraw', id: string, person: Principal): Promise<void> => {
    const route = approvals.routes?.find(({ spec }) => spec.path === `/approvals/{id}/${what}`)
    if (!route) throw new Error(what)
    await raw(approvals, route.spec.id, person, { id }, what === 'withdraw' ? undefined : { note: '同意这样办' })
  }
  const upload = async (text: string, name = '证据.txt'): Promise<string> =>
    (await call<{ hash: string }>('uploadPetitionFile', clerk, undefined, Buffer.from(text), { name })).hash
  const registered = async (over: object = {}): Promise<string> =>
    (await call('registerPetition', clerk, undefined, { ...LETTER, ...over })).petition.id
  const assess = (id: string, over: object = {}, facts: object = {}, person: Principal = handler) =>
    call<Answer<'assess'>>(
      'assessPetition',
      person,
      { id },
      {
        facts: { ...CALM, ...facts },
        reason: '按登记的事实研判',
        ...over,
      },
    )
  const detail = (id: string, person: Principal = clerk) => call<Detail>('getPetition', person, { id })
  /** Proposed with a piece of evidence; answers the approval's id. */
  const propose = async (id: string, what: 'downgradePetition' | 'closePetition', person: Principal = handler) =>
    (
      await call<{ approval: string }>(
        what,
        person,
        { id },
        { reason: '矛盾已缓和，附材料', files: [await upload(`材料 ${id} ${what}`)] },
      )
    ).approval
  /** From registration to the last step before 销号, at blue. */
  const workedOut = async (over: object = {}): Promise<string> => {
    const id = await registered(over)
    await assess(id, { signals: ['first-complaint'] })
    await call('warnPetition', handler, { id }, { text: '报部门负责人' })
    await call('assignPetition', head, { id }, { leader: 'p38', handler: 'p39', text: '由李晓安承办' })
    await call('resolvePetition', handler, { id }, { measure: '释法说理', text: '当面说明理由', done: true })
    await call('feedbackPetition', handler, { id }, { text: '已书面答复', settled: true })
    await assess(id)
    return id
  }
  const chain = async () =>
    (await Array.fromAsync(exportChain(records.store.read, 'petitions'))).map((line) => JSON.parse(line) as ChainEntry)
  return {
    records,
    petitions,
    alerts,
    tasks,
    anchored,
    call,
    stream,
    decide,
    upload,
    registered,
    assess,
    detail,
    propose,
    workedOut,
    chain,
  }
}
export type Office = Awaited<ReturnType<typeof office>>
