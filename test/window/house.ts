import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import type { z } from 'zod'
import type { Figure } from '../../contract/figures.ts'
import type { AppointmentDetail, CodeItem, FilingDetail, Receipt, WindowProgress } from '../../contract/http/window.ts'
import { approvalsFeature } from '../../server/approvals/index.ts'
import { auditMigrations } from '../../server/audit/index.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import type { Feature, Principal, StreamAnswer } from '../../server/feature.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { type FiledMatter, type FileScanner, type KnownCase, windowFeature } from '../../server/window/index.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, type TestRecords, taskLog, testRecords } from '../helpers/records.ts'

export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const DAY = 86_400_000
export const config = demoConfig()

const who = (id: string, ...permissions: string[]): Principal => ({
  id,
  username: id,
  name: config.site.people.find((person) => person.id === id)?.name ?? id,
  roles: [],
  department: null,
  post: '',
  permissions: new Set(permissions),
  via: 'session',
  sessionId: null,
})
export const clerk = who('p46', 'window.read', 'window.write', 'window.codes', 'window.publish', 'approvals.use')
export const chief = who('p01', 'window.read', 'window.approve', 'approvals.use')

export const CASE: KnownCase = {
  id: 'c1',
  caseNo: '示检起诉受[2026]14990000012号',
  cause: '盗窃',
  accepted: '2026-11-03',
  due: '2026-12-03',
  node: '审查报告',
  state: 'open',
}
export const PARTY = {
  name: '张三',
  idNumber: '149999199003071234',
  relation: 'party' as const,
  caseNo: '示检起诉受〔2026〕14990000012号',
}
export const FILING = {
  kind: 'accusation',
  title: '反映派出所超期扣押车辆',
  demand: '今年九月派出所扣押我的货车，至今没有任何手续，请依法监督。',
  contact: { name: '李四', phone: '199-0000-2222' },
}
export const BOOKING = {
  kind: 'file-access',
  lawyer: '赵律',
  licence: '11499202010123456',
  firm: '示例律师事务所',
  phone: '199-0000-3333',
  caseNo: PARTY.caseNo,
  client: '张三',
  wanted: ['2026-11-26'],
}
export const JPEG = Buffer.concat([Buffer.from('ffd8ffe000104a464946', 'hex'), Buffer.alloc(200, 1)])

export interface HouseOptions {
  scanner?: FileScanner
  /** Given in the petition register, by matter. */
  replied?: Record<string, { on: string; what: string }[]>
  petitions?: boolean
  cases?: KnownCase[]
  figures?: Record<string, number>
  records?: RecordsOptions
}

/** The feature over a real store and a real folder, called as the HTTP side calls it. */
export async function house(options: HouseOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-window-'))
  const [alerts, tasks] = [alertLog(), taskLog()]
  const matters: FiledMatter[] = []
  const cases = new Map((options.cases ?? [CASE]).map((one) => [one.id, one]))
  let made = 0
  const newId = () => `id${++made}`
  // Predictable and different each time: the tests read no code out of them.
  const randomBytes = (size: number) => createHash('sha512').update(String(++made)).digest().subarray(0, size)
  const figureOf = (name: string, value: number): Figure => ({
    name,
    title: name,
    value,
    unit: '件',
    at: '2026-11-24T12:00:00+08:00',
    staleAfter: 3600,
    state: 'ok',
    source: '',
    formula: '',
    rows: [],
  })
  const build = (store: TestRecords['store'] | undefined) => {
    const records = store as TestRecords['store']
    let features: Feature[] = []
    const approvals = approvalsFeature({
      records,
      audit: auditTrail,
      acts: () => features.flatMap(({ acts }) => acts ?? []),
      newId,
    })
    const window = windowFeature({
      config,
      calendar: demoCalendar(),
      records,
      tasks,
      alerts,
      audit: auditTrail,
      approvals,
      cases: {
        find: async (_db, id) => cases.get(id),
        byNumber: async (_db, caseNo) =>
          [...cases.values()].find((one) => one.caseNo === caseNo.replace('〔', '[').replace('〕', ']')),
      },
      petitions: options.petitions
        ? {
            async register(_turn, matter) {
              matters.push(matter)
              return { id: `m${matters.length}`, no: `信访〔2026〕${matters.length} 号` }
            },
            repliesOf: async (_db, id) => options.replied?.[id] ?? [],
          }
        : undefined,
      scanner: options.scanner,
      figure: async (name) => {
        const value = options.figures?.[name]
        return value === undefined ? undefined : figureOf(name, value)
      },
      folder,
      siteKey: 'a key of the tests',
      newId,
      randomBytes,
    })
    const audit: Feature = { name: 'audit', migrations: auditMigrations }
    features = [audit, approvals, window]
    return { window, approvals, features }
  }
  const records = await testRecords(build(undefined).features, NOON, options.records)
  const { window, approvals } = build(records.store)
  const routes = [...(window.routes ?? []), ...(approvals.routes ?? [])]
  interface Input {
    params?: unknown
    query?: unknown
    body?: unknown
    person?: Principal
    ip?: string
  }
  const raw = async (id: string, input: Input = {}) => {
    const route = routes.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    const answer = await route.handle({
      person: input.person ?? clerk,
      params: input.params,
      query: 'query' in input ? spec.query.parse(input.query) : undefined,
      body: spec.consumes === 'json' ? spec.body.parse(input.body) : input.body,
      now: records.clock.ms,
      ip: input.ip ?? '198.51.100.1',
      headers: {},
      setCookie: () => undefined,
    })
    return { spec, answer }
  }
  const call = async <Answer>(id: string, input: Input = {}): Promise<Answer> => {
    const { spec, answer } = await raw(id, input)
    return spec.answer.parse(answer) as Answer
  }
  return {
    records,
    window,
    alerts,
    tasks,
    matters,
    cases,
    folder,
    call,
    upload: (bytes: Uint8Array, name = '照片.jpg', ip?: string) =>
      call<{ file: string; name: string; type: string }>('uploadWindowFile', {
        query: { name },
        body: bytes,
        ...(ip ? { ip } : {}),
      }),
    file: (over: object = {}, ip?: string) =>
      call<z.output<typeof Receipt>>('fileAtWindow', { body: { ...FILING, ...over }, ...(ip ? { ip } : {}) }),
    book: (over: object = {}) => call<Receipt>('bookAppointment', { body: { ...BOOKING, ...over } }),
    progress: (receipt: string, code: string, ip?: string) =>
      call<WindowProgress>('windowProgress', { body: { receipt, code }, ...(ip ? { ip } : {}) }),
    issue: (over: object = {}) =>
      call<{ code: string; item: CodeItem }>('issueQueryCode', { body: { ...PARTY, ...over } }),
    query: (body: object, ip?: string) => call<object>('queryCase', { body, ...(ip ? { ip } : {}) }),
    filings: async () => (await call<{ items: FilingDetail[] }>('listFilings', { query: {} })).items,
    filing: (id: string) => call<FilingDetail>('getFiling', { params: { id } }),
    appointments: async () => (await call<{ items: AppointmentDetail[] }>('listAppointments', { query: {} })).items,
    download: async (id: string, n: number) => {
      const { answer } = await raw('filingFile', { params: { id, n } })
      const { stream, contentType, filename } = answer as StreamAnswer
      return { bytes: await buffer(stream), contentType, filename }
    },
    trail: async () => {
      const rows = await (
        records.store.read as unknown as import('kysely').Kysely<Record<string, Record<string, unknown>>>
      )
        .selectFrom('chain_entry')
        .selectAll()
        .execute()
      return JSON.stringify(rows)
    },
    async close() {
      await records.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
export type House = Awaited<ReturnType<typeof house>>
