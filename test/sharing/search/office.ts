import { sql } from 'kysely'
import { alertMigrations } from '../../../server/alerts/migrations.ts'
import { toAlertRow } from '../../../server/alerts/rows.ts'
import { alertSearch } from '../../../server/alerts/search-port.ts'
import type { AlertTables } from '../../../server/alerts/tables.ts'
import type { Alert } from '../../../server/alerts/types.ts'
import { pinyinPort } from '../../../server/cases/pinyin-port.ts'
import { caseMigrations, saveCases } from '../../../server/cases/repository.ts'
import { type CaseRecord, freshCase } from '../../../server/cases/rules.ts'
import { caseSearch } from '../../../server/cases/search-port.ts'
import { documentSearch } from '../../../server/disclosure/search-port.ts'
import { type DisclosureTables, disclosureMigrations } from '../../../server/disclosure/tables.ts'
import type { Feature, Principal } from '../../../server/feature.ts'
import { peopleSearch } from '../../../server/people/search-port.ts'
import { insertMatters, type Matter, NEVER_MS } from '../../../server/petitions/repository.ts'
import { petitionSearch } from '../../../server/petitions/search-port.ts'
import { petitionMigrations } from '../../../server/petitions/tables.ts'
import type { RecordStore, RecordsOptions } from '../../../server/records/store.ts'
import { doorSearch, terminalSearch } from '../../../server/security/search-port.ts'
import { searchFeature } from '../../../server/sharing/search/index.ts'
import { demoConfig } from '../../helpers/office.ts'
import { testRecords, tick } from '../../helpers/records.ts'
import { type Answer, NOON } from './box.ts'

/** The office's own records behind the search box, wired as main.ts does. */
export const config = demoConfig()

export interface Held {
  cases: readonly CaseRecord[]
  matters: readonly Matter[]
  documents: readonly DisclosureTables['disclosure_document'][]
  alerts: readonly Alert[]
}

/** Whoever holds this role in the demo office, or a colleague of it. */
export function principalOf(role: string, id: string, account?: string): Principal {
  const grants = config.permissions.roles[role]?.grants ?? []
  return {
    id,
    username: account ?? id,
    name: id,
    roles: [role],
    department: null,
    post: '',
    permissions: new Set(grants),
    via: 'session',
    sessionId: null,
  }
}

export async function searchOffice(options?: RecordsOptions) {
  const none: Feature = {
    name: 'tables',
    migrations: [...caseMigrations, ...petitionMigrations, ...disclosureMigrations, ...alertMigrations],
  }
  const build = (records: RecordStore | undefined) =>
    searchFeature({
      records: records as RecordStore,
      store: options?.kind ?? 'sqlite',
      sources: [
        caseSearch(config),
        petitionSearch(config),
        documentSearch({ config } as Parameters<typeof documentSearch>[0]),
        alertSearch(() => undefined),
        peopleSearch(config),
        terminalSearch(config),
        doorSearch(config),
      ],
      pinyin: pinyinPort,
      failed: (error) => {
        throw error
      },
    })
  const records = await testRecords([none, build(undefined)], NOON, options)
  const feature = build(records.store)
  await feature.start?.()
  await feature.rebuilt()

  async function caughtUp(): Promise<void> {
    for (;;) {
      await tick(records, feature)
      const { rows } = await sql`select 1 from search_mark limit 1`.execute(records.store.read)
      if (rows.length === 0) return
    }
  }
  /** These records and no others. */
  async function hold({ cases, matters, documents, alerts }: Held): Promise<void> {
    await records.store.write(async ({ tx }) => {
      for (const table of [
        'case_file',
        'petition',
        'petition_reply',
        'disclosure_document',
        'disclosure_file',
        'alert',
      ])
        await sql`delete from ${sql.table(table)}`.execute(tx)
      await sql`delete from search_word`.execute(tx)
      await saveCases(tx, cases, null)
      await insertMatters(
        tx,
        matters.map((matter) => ({ matter, nextDueMs: NEVER_MS })),
      )
      const disclosure = tx.withTables<DisclosureTables>()
      for (const row of documents) {
        await disclosure.insertInto('disclosure_document').values(row).execute()
        await disclosure.insertInto('disclosure_file').values(fileOf(row)).execute()
      }
      for (const alert of alerts)
        await tx.withTables<AlertTables>().insertInto('alert').values(toAlertRow(alert)).execute()
    })
    await caughtUp()
    // What letters stand for is kept for half a minute.
    records.clock.ms += 60_000
  }
  async function search(person: Principal, query: object): Promise<Answer> {
    const route = feature.routes?.find(({ spec }) => spec.id === 'search')
    if (!route) throw new Error('no route')
    const answer = await route.handle({
      person,
      params: undefined,
      query: route.spec.query.parse(query),
      body: undefined,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return route.spec.answer.parse(answer) as Answer
  }
  /** Every page of an answer, as the bytes that leave. */
  async function whole(person: Principal, query: object): Promise<{ text: string; pages: Answer[] }> {
    const pages: Answer[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const page: Answer = await search(person, { limit: 3, ...query, cursor })
      pages.push(page)
      cursor = page.cursor
    }
    return { text: JSON.stringify(pages), pages }
  }
  return {
    records,
    feature,
    caughtUp,
    hold,
    search,
    whole,
    async close() {
      await feature.stop?.()
      await records.close()
    },
  }
}
export type SearchOffice = Awaited<ReturnType<typeof searchOffice>>

const fileOf = ({ file, title }: DisclosureTables['disclosure_document']): DisclosureTables['disclosure_file'] => ({
  hash: file,
  name: 'x.txt',
  format: 'txt',
  size: 1,
  body: '',
  extract: JSON.stringify({
    blocks: [{ style: 'body', align: 'left', text: `${title}。经依法审查查明：被不起诉人盗窃财物，情节轻微。` }],
    warnings: [],
  }),
  by: 'p07',
  at_ms: NOON,
})

export const caseOf = (n: number, over: Partial<CaseRecord>): CaseRecord => ({
  ...freshCase(`示检刑诉受[2026]${String(n).padStart(4, '0')}号`),
  typeName: '审查起诉',
  kind: 'prosecution-review',
  accepted: '2026-11-01',
  appliedMs: NOON,
  ...over,
})
export const matterOf = (n: number, over: Partial<Matter>): Matter => ({
  id: `m${n}`,
  no: `信访〔2026〕${n} 号`,
  title: '不服不起诉决定的申诉',
  demand: '请求撤销不起诉决定',
  kind: 'non-prosecution',
  channel: 'letter',
  receivedOn: '2026-11-24',
  people: 1,
  anonymous: false,
  contact: { name: '赵某某', phone: '199-0000-9001' },
  object: null,
  area: null,
  caseNo: null,
  externalNo: null,
  department: 'd4',
  handler: null,
  leader: null,
  colour: null,
  colourMs: null,
  stage: 'assess',
  open: true,
  pending: null,
  pendingId: null,
  pendingUntilMs: null,
  assessment: null,
  exempt: null,
  answered: false,
  attempts: 0,
  firstActionDue: null,
  reviewDue: null,
  closedOn: null,
  revisits: [],
  registeredMs: NOON - n * 1000,
  movedMs: NOON,
  rev: 0,
  replies: [],
  ...over,
})
export const documentOf = (
  n: number,
  over: Partial<DisclosureTables['disclosure_document']>,
): DisclosureTables['disclosure_document'] => ({
  id: `d${n}`,
  title: '不起诉决定书',
  type: 'non-prosecution',
  kind: 'non-prosecution',
  case_no: `示检刑不诉[2026]${n}号`,
  department: 'd1',
  submitter: 'p07',
  reviewer: null,
  exporter: null,
  rechecker: null,
  publisher: null,
  parties: '[]',
  ready_day: null,
  state: 'review',
  due: null,
  provisional: 0,
  late_submit: 0,
  ground: null,
  file: `f${n}`,
  masks: '{}',
  copy: null,
  public_title: null,
  submitted_ms: NOON - n * 1000,
  published_ms: null,
  moved_ms: NOON,
  rev: 0,
  ...over,
})
export const alertOf = (n: number, over: Partial<Alert>): Alert => ({
  id: `A-20261124-${String(n).padStart(4, '0')}`,
  ord: 20_261_124_0000 + n,
  kind: 'card',
  version: 1,
  cause: `cause${n}`,
  rule: 'door.forced',
  ruleVersion: '1',
  severity: 'warning',
  state: 'unacknowledged',
  step: 'new',
  domain: 'access',
  object: null,
  title: '强行开门',
  why: '门磁报警，示检刑诉受[2026]0001号卷宗室',
  next: null,
  facts: [],
  count: 1,
  firstAt: NOON - n * 1000,
  lastAt: NOON,
  clearable: true,
  demo: true,
  returnedAt: null,
  owner: null,
  unackSince: NOON,
  rung: 0,
  escalatesAt: null,
  escalatedTo: null,
  escalatedAt: null,
  ackedAt: null,
  ackReason: null,
  resolvedAt: null,
  disposal: null,
  closedAt: null,
  normalAt: null,
  silencedUntil: null,
  createdAt: NOON,
  ...over,
})
