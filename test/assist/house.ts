import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { assistFeature } from '../../server/assist/index.ts'
import { assistMigrations } from '../../server/assist/migrations.ts'
import { type Ocr, tesseractOcr } from '../../server/assist/ocr.ts'
import { assistPort } from '../../server/cases/assist-port.ts'
import { caseMigrations, saveCases } from '../../server/cases/repository.ts'
import { freshCase } from '../../server/cases/rules.ts'
import { documentPort } from '../../server/disclosure/pages-port.ts'
import type { Principal, StreamAnswer } from '../../server/feature.ts'
import { tableReader } from '../../server/petitions/read-table.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { demoConfig } from '../helpers/office.ts'
import { type TestRecords, testRecords } from '../helpers/records.ts'

export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const config = demoConfig()

const who = (id: string, name: string, ...permissions: string[]): Principal => ({
  id,
  username: id,
  name,
  roles: [],
  department: null,
  post: '',
  permissions: new Set(permissions),
  via: 'session',
  sessionId: null,
})
/** Persons of the demo office: p07 handles the first case, p08 the second, p06 heads their department. */
export const handler = who('p07', '蒋大天', 'cases.read-own', 'assist.case')
export const stranger = who('p31', '蒋远', 'cases.read-own', 'assist.case')
export const head = who('p06', '孔晓知', 'cases.read-own', 'cases.read-department', 'assist.case')
export const manager = who('p46', '韩然柏', 'cases.read-own', 'cases.read', 'assist.corpus')

const CASES = [
  { caseNo: '示检刑诉受[2026]101号', cause: '盗窃罪', handlerNo: '10007' },
  { caseNo: '示检刑诉受[2026]102号', cause: '故意伤害罪', handlerNo: '10008' },
  { caseNo: '示检刑诉受[2026]103号', cause: '盗窃罪', handlerNo: '10007', restricted: true },
] as const

/** The feature over a real store with real cases, called as the HTTP side calls it. */
export async function house(over: { ocr?: Ocr; records?: RecordsOptions } = {}) {
  const failures: unknown[] = []
  const build = (store: TestRecords['store']) =>
    assistFeature({
      config,
      records: store,
      cases: assistPort(config),
      documents: documentPort,
      ocr: over.ocr ?? tesseractOcr(),
      readTable: tableReader(join(import.meta.dirname, '../../collectors/cases/rows-worker.ts')),
      now: () => NOON,
      newId: () => randomBytes(12).toString('hex'),
      failed: (error) => failures.push(error),
    })
  const records = await testRecords(
    [
      { name: 'cases', migrations: caseMigrations },
      { name: 'assist', migrations: assistMigrations },
    ],
    NOON,
    over.records,
  )
  const cases = CASES.map(({ caseNo, ...rest }) => ({
    ...freshCase(caseNo),
    typeName: '审查起诉',
    department: '第一检察部',
    accepted: '2026-11-02',
    assigned: '2026-11-03',
    due: '2026-12-02',
    ...rest,
  }))
  await records.store.write((turn) => saveCases(turn.tx, cases, null))
  const feature = build(records.store)
  const raw = async (
    id: string,
    person: Principal,
    input: { params?: unknown; query?: unknown; body?: unknown } = {},
  ) => {
    const route = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    const answer = await route.handle({
      person,
      params: input.params,
      query: spec.query.parse(
        'query' in input ? input.query : spec.query.safeParse(undefined).success ? undefined : {},
      ),
      body: spec.consumes === 'json' ? spec.body.parse(input.body) : input.body,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return { spec, answer }
  }
  const call = async <Answer>(
    id: string,
    person: Principal,
    input: Parameters<typeof raw>[2] = {},
  ): Promise<Answer> => {
    const { spec, answer } = await raw(id, person, input)
    return spec.answer.parse(answer) as Answer
  }
  const file = async (id: string, person: Principal, input: Parameters<typeof raw>[2]): Promise<Buffer> =>
    buffer(((await raw(id, person, input)).answer as StreamAnswer).stream)
  const [own = '', other = '', sealed = ''] = cases.map(({ id }) => id)
  return { records, feature, failures, call, file, own, other, sealed, jobs: feature.jobs }
}
export type House = Awaited<ReturnType<typeof house>>
