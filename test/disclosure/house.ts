import { randomBytes } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import type { ChainEntry } from '../../contract/chain.ts'
import type { DisclosureDetail, DisclosureItem, Party } from '../../contract/http/disclosure.ts'
import { disclosureFeature } from '../../server/disclosure/index.ts'
import type { Principal, StreamAnswer } from '../../server/feature.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, type TestRecords, testRecords } from '../helpers/records.ts'

export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const config = demoConfig()

const who = (id: string, ...permissions: string[]): Principal => ({
  id,
  username: id,
  name: id,
  roles: [],
  department: null,
  post: '',
  permissions: new Set(permissions.map((word) => `disclosure.${word}`)),
  via: 'session',
  sessionId: null,
})
/** Persons of the demo office; p07 and p06 are of one department. */
export const submitter = who('p07', 'read-own', 'submit')
export const head = who('p06', 'read-own', 'read-department', 'review', 'withdraw')
export const manager = who('p46', 'read-own', 'read', 'export', 'mask', 'withdraw')
export const checker = who('p47', 'read-own', 'read', 'recheck', 'mask', 'withdraw')
export const chief = who('p01', 'read-own', 'read', 'publish', 'withdraw')
export const stranger = who('p31', 'read-own')

export const PARTIES: Party[] = [
  { name: '王五', role: 'defendant' },
  { name: '张三', role: 'victim' },
  { name: '欧阳修文', role: 'witness' },
]
export const TEXT = [
  '示例区人民检察院',
  '起诉书',
  '示检刑诉〔2026〕12号',
  '被告人王五，1990年3月5日出生，公民身份号码149999199003051234，住示例省示例市示例区幸福路12号3单元501室。',
  '被害人张三，电话199-0000-1234，邮箱zhang@example.com。证人欧阳 修文的证言。',
  '检察员　赵　六',
].join('\n')

type Moved = { document: DisclosureItem; entry: ChainEntry }

/** The feature over a real store, called as the HTTP side calls it. */
export async function house() {
  const anchored: ChainEntry[] = []
  const alerts = alertLog()
  const build = (store: TestRecords['store'] | undefined) =>
    disclosureFeature({
      config,
      calendar: demoCalendar(),
      records: store as TestRecords['store'],
      alerts,
      newId: () => randomBytes(12).toString('hex'),
      anchor: (_chain, entry) => anchored.push(entry),
    })
  const records = await testRecords([build(undefined)], NOON)
  const feature = build(records.store)
  const raw = async (id: string, person: Principal, input: { params?: unknown; query?: unknown; body?: unknown }) => {
    const route = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const { spec } = route
    const answer = await route.handle({
      person,
      params: input.params,
      query: 'query' in input ? spec.query.parse(input.query) : undefined,
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
  const step = (id: string, person: Principal, document: string, body: unknown = {}) =>
    call<Moved>(id, person, { params: { id: document }, body })
  return {
    records,
    feature,
    anchored,
    alerts,
    call,
    step,
    file: async (id: string, person: Principal, document: string): Promise<Buffer> => {
      const { answer } = await raw(id, person, { params: { id: document } })
      return buffer((answer as StreamAnswer).stream)
    },
    upload: (bytes: Buffer, name: string) =>
      call<{ file: string; format: string; warnings: string[] }>('uploadDisclosureFile', submitter, {
        query: { name },
        body: bytes,
      }),
    async submit(over: Record<string, unknown> = {}, bytes = Buffer.from(TEXT), name = '起诉书.txt') {
      const { file } = await this.upload(bytes, name)
      const body = {
        file,
        title: '王五伤害张三案起诉书',
        type: 'indictment',
        parties: PARTIES,
        readyDay: '2026-11-20',
        ...over,
      }
      return call<Moved>('submitDisclosure', submitter, { body })
    },
    get: (id: string, person: Principal = manager) =>
      call<DisclosureDetail>('getDisclosure', person, { params: { id } }),
    /** All four steps by four people. */
    async published(format: 'docx' | 'pdf' = 'docx') {
      const { document } = await this.submit()
      await step('reviewDisclosure', head, document.id, { decision: 'publish', reason: '符合公开范围' })
      await step('exportDisclosure', manager, document.id, { format })
      await step('recheckDisclosure', checker, document.id, { passed: true, reason: '对照无误' })
      await step('publishDisclosure', chief, document.id)
      return document.id
    },
  }
}
export type House = Awaited<ReturnType<typeof house>>
