import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Draft } from '../../contract/http/assist-drafts.ts'
import type { ExhibitList } from '../../contract/http/assist-exhibits.ts'
import type { CaseReading } from '../../contract/http/assist-reading.ts'
import type { SimilarAnswer } from '../../contract/http/assist-similar.ts'
import { startPostgres } from '../services.ts'
import * as at from './house.ts'

/** The same road on PostgreSQL: numbers come back as numbers, names in quotes are names. */
const postgres = await startPostgres()
let house: at.House
beforeAll(async () => {
  house = await at.house({ records: { kind: 'postgres', url: await postgres.freshDatabase() } })
}, 30_000)
afterAll(async () => {
  await house.jobs.close()
  await house.records.close()
  await postgres.stop()
})

it('reads, decides, drafts, compares and lists', async () => {
  const params = { case: house.own }
  const said = (kind: string, who: string, text: string) =>
    `${kind}笔录\n时间：2026年3月8日9时\n${kind === '讯问' ? '犯罪嫌疑人' : '被询问人'}：${who}\n问：经过？\n答：${text}`
  const papers = [
    said('讯问', '王强', '2026年3月5日凌晨2点，我在光明路便民超市偷了现金3000元。'),
    said('询问', '李四', '2026年3月5日凌晨2点，我在光明路便民超市被盗，丢了现金9000元。'),
  ]
  for (const [n, text] of papers.entries())
    await house.call('uploadCaseFile', at.handler, { params, query: { name: `${n}.txt` }, body: Buffer.from(text) })
  await house.call('startReading', at.handler, { params, body: {} })
  await house.jobs.settled()
  const reading = await house.call<CaseReading>('getCaseReading', at.handler, { params })
  // Two of one millisecond come in either order.
  const read = reading.files.toSorted((a, b) => a.name.localeCompare(b.name))
  expect(read.map(({ characters }) => characters)).toEqual(papers.map((text) => text.length + 1))
  const [found] = reading.result?.contradictions ?? []
  expect(found?.kind).toBe('amount')
  await house.call('decideSuggestion', at.handler, {
    params,
    body: { kind: 'contradiction', key: found?.key, verdict: 'adopted' },
  })
  const figures = await house.feature.figures?.[0]?.list(at.NOON)
  expect(figures?.map(({ value }) => value)).toEqual([100, 1])
  const draft = await house.call<Draft>('createDraft', at.handler, { params, body: { template: 'supplement-outline' } })
  expect(draft.fields.find(({ name }) => name === '矛盾点清单')?.value).toContain('相差 6000 元')
  const table = '裁判文书号,罪名,刑期,来源,判决日期\n1,盗窃罪,12个月,公开,2026-01-01\n2,盗窃罪,18个月,公开,2026-01-02'
  await house.call('importJudgedCases', at.manager, { query: { name: 'a.csv' }, body: Buffer.from(table) })
  expect(await house.call('judgedCorpus', at.manager)).toEqual({
    total: 2,
    charges: [{ charge: '盗窃', count: 2, published: 2, newest: '2026-01-02' }],
  })
  const similar = await house.call<SimilarAnswer>('findSimilarCases', at.handler, {
    params,
    body: { circumstances: [] },
  })
  expect(similar.spread).toMatchObject({ n: 2, median: 15 })
  const list = await house.call<ExhibitList>('getExhibits', at.handler, { params })
  const saved = await house.call<ExhibitList>('saveExhibits', at.handler, {
    params,
    body: { rev: 0, groups: list.suggested?.groups },
  })
  expect([saved.rev, saved.at]).toEqual([1, at.NOON])
  const { items } = await house.call<{ items: { files: number; readAt: number | null }[] }>(
    'listAssistedCases',
    at.handler,
    { query: {} },
  )
  expect(items.map(({ files, readAt }) => [files, readAt])).toContainEqual([2, at.NOON])
}, 60_000)
