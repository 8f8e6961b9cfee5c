import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { readXlsx } from '../../collectors/cases/xlsx/read.ts'
import { cellText } from '../../collectors/intake/spreadsheet.ts'
import { newId } from '../../server/clock.ts'
import { exportsFeature } from '../../server/export/index.ts'
import { LIMITS } from '../../server/export/rules.ts'
import { type ExportCell, type Exporter, exporter, type Feature } from '../../server/feature.ts'
import { ask, type Office, openOffice } from '../http/office.ts'

/** A list of two pages whose second one waits until the test lets it go. */
function slowList() {
  let release: () => void = () => undefined
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  const list = exporter({
    kind: 'cases',
    title: '案件列表',
    permission: 'cases.read-own',
    filters: z.object({ state: z.enum(['open', 'closed']).optional() }).strict(),
    columns: [{ title: '案号' }, { title: '承办人' }],
    describe: ({ filters }) => [{ label: '条件', text: filters.state ?? '全部' }],
    count: async () => 2,
    async *rows({ person, filters }) {
      yield [[`=1+1 ${filters.state ?? ''}`, person.username]]
      if (filters.state === 'open') await gate
      yield [['第二行', person.username]]
    },
  })
  return { list, release: () => release() }
}

describe('an export over HTTP', () => {
  let folder: string
  let office: Office
  let feature: Feature
  let again: () => Feature
  let slow: ReturnType<typeof slowList>
  const errors: unknown[] = []
  const journal: { kind: string; actor: string }[] = []
  beforeEach(async () => {
    folder = join(mkdtempSync(join(tmpdir(), 'sanling-export-')), 'exports')
    slow = slowList()
    errors.length = 0
    journal.length = 0
    const broken: Exporter = {
      ...slow.list,
      kind: 'broken',
      // biome-ignore lint/correctness/useYield: it fails before the first row
      async *rows(): AsyncGenerator<ExportCell[][]> {
        throw new Error('no such table: secret_name')
      },
    }
    const later = <Key extends keyof Office>(key: Key) => office[key]
    const deps: Parameters<typeof exportsFeature>[0] = {
      records: { read: undefined as never, write: (act) => later('records').write(act) },
      exporters: () => [slow.list, broken],
      folder,
      unit: '示例市人民检察院',
      demo: true,
      audit: {
        record: async (_tx, _at, entry) => {
          journal.push(entry)
        },
      },
      now: () => later('clock').now(),
      newId,
      failed: (error) => errors.push(error),
    }
    again = () => exportsFeature(deps)
    feature = again()
    office = await openOffice({
      roles: ['case-management', 'chief', 'auditor', 'prosecutor'],
      routes: feature.routes ?? [],
    })
    await office.records.migrate(feature.migrations ?? [])
    await feature.start?.()
  })
  afterEach(async () => {
    slow.release()
    await feature.stop?.()
    expect(existsSync(folder)).toBe(false)
    await office.close()
    rmSync(join(folder, '..'), { recursive: true, force: true })
  })
  const api = (role: string, method: string, path: string, body?: unknown) =>
    ask(office.url, method, `/api/v1${path}`, { token: office.token(role), ...(body === undefined ? {} : { body }) })
  const begin = async (role: string, filters: object = {}, kind = 'cases') =>
    (await api(role, 'POST', '/exports', { kind, filters })).json as { id: string; state: string }
  async function ended(role: string, id: string) {
    for (;;) {
      const { json } = await api(role, 'GET', `/exports/${id}`)
      if (json.state !== 'running') return json
    }
  }
  const fetchFile = (role: string, id: string) =>
    fetch(`${office.url}/api/v1/exports/${id}/file`, { headers: { authorization: `Bearer ${office.token(role)}` } })

  it('says after a restart what was interrupted, and gives no half file', async () => {
    const done = await begin('chief', { state: 'closed' })
    expect((await ended('chief', done.id)).state).toBe('ready')
    await begin('chief', { state: 'open' })
    await feature.stop?.()
    feature = again()
    await feature.start?.()
    const after = await openOffice({ roles: ['chief'], routes: feature.routes ?? [] })
    try {
      const asked = (path: string) => ask(after.url, 'GET', `/api/v1${path}`, { token: after.token('chief') })
      const items = (await asked('/exports')).json.items as { id: string; state: string; problem: string }[]
      expect(items.map(({ state }) => state)).toEqual(['interrupted', 'interrupted'])
      // Both began at the same moment of the still clock: either may come first.
      expect(items.map(({ problem }) => problem).toSorted()).toEqual([
        expect.stringContaining('导出已中断，请重新导出'),
        expect.stringContaining('文件已删除，请重新导出'),
      ])
      expect((await asked(`/exports/${done.id}/file`)).json.detail).toContain('请重新导出')
    } finally {
      await after.close()
    }
  })

  it('is started, followed, fetched; says what, when, who, and that nobody is ranked', async () => {
    expect((await api('chief', 'GET', '/exports/kinds')).json.items).toContainEqual({
      kind: 'cases',
      title: '案件列表',
    })
    const { id, state } = await begin('chief', { state: 'closed' })
    expect(state).toBe('running')
    const done = await ended('chief', id)
    expect(done).toMatchObject({ state: 'ready', rows: 2, total: 2, truncated: false, problem: null })
    const answer = await fetchFile('chief', id)
    expect(answer.headers.get('content-type')).toContain('spreadsheetml')
    expect(decodeURIComponent(answer.headers.get('content-disposition') ?? '')).toContain('案件列表-20261124-0900.xlsx')
    const bytes = Buffer.from(await answer.arrayBuffer())
    expect(bytes.length).toBe(done.bytes)
    const { sheets } = await readXlsx(bytes)
    const texts = sheets.map(({ rows }) => rows.map(({ cells }) => cells.map(cellText)))
    expect(texts[0]?.slice(1)).toEqual([
      ['案号', '承办人'],
      ['=1+1 closed', 'chief'],
      ['第二行', 'chief'],
    ])
    expect(texts[0]?.[0]?.[0]).toContain('演示数据 · 数据用于分析研判，不作考核排名')
    expect(texts[1]).toContainEqual(['行数', '2 行'])
    expect(texts[1]).toContainEqual(['条件', 'closed'])
    expect(texts[1]).toContainEqual(['声明', '数据用于分析研判，不作考核排名'])
    expect(journal.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'export.started chief',
      'export.finished chief',
      'export.downloaded chief',
    ])
  })
  it('asks for the permission of its list, and belongs to who asked', async () => {
    expect((await api('auditor', 'POST', '/exports', { kind: 'cases', filters: {} })).status).toBe(403)
    expect((await api('auditor', 'GET', '/exports/kinds')).json.items).toEqual([])
    const { id } = await begin('chief')
    await ended('chief', id)
    for (const role of ['case-management', 'auditor']) {
      expect((await api(role, 'GET', `/exports/${id}`)).status).toBe(404)
      expect((await api(role, 'POST', `/exports/${id}/cancel`, {})).status).toBe(404)
      expect((await fetchFile(role, id)).status).toBe(404)
      expect((await api(role, 'GET', '/exports')).json.items).toEqual([])
    }
    expect((await ask(office.url, 'GET', `/api/v1/exports/${id}/file`)).status).toBe(401)
  })
  it('refuses an unknown kind and an unknown condition, which would silently give more', async () => {
    expect((await api('chief', 'POST', '/exports', { kind: 'people' })).status).toBe(422)
    const reply = await api('chief', 'POST', '/exports', { kind: 'cases', filters: { stat: 'open' } })
    expect(reply.status).toBe(400)
    expect(JSON.stringify(reply.json.errors)).toContain('filters')
  })
  it('is cancelled in the middle, and leaves nothing behind', async () => {
    const { id } = await begin('chief', { state: 'open' })
    expect((await fetchFile('chief', id)).status).toBe(404)
    const cancelling = api('chief', 'POST', `/exports/${id}/cancel`, {})
    slow.release()
    expect((await cancelling).json).toMatchObject({ state: 'cancelled', problem: null })
    expect(readdirSync(folder)).toEqual([])
    expect(journal.map(({ kind }) => kind)).toContain('export.cancelled')
    expect((await fetchFile('chief', id)).status).toBe(404)
  })
  it('runs two at a time for one person, four for all', async () => {
    for (const role of ['chief', 'prosecutor']) {
      expect((await begin(role, { state: 'open' })).state).toBe('running')
      expect((await begin(role, { state: 'open' })).state).toBe('running')
      const third = await api(role, 'POST', '/exports', { kind: 'cases', filters: {} })
      expect(third.status).toBe(409)
      expect(third.json.detail).toContain('正在进行')
    }
    const fifth = await api('case-management', 'POST', '/exports', { kind: 'cases', filters: {} })
    expect(fifth.json.detail).toContain('全院')
  })
  it('fails with a sentence, not with the inside of the house', async () => {
    const { id } = await begin('chief', {}, 'broken')
    const done = await ended('chief', id)
    expect(done.state).toBe('failed')
    expect(String(done.problem)).not.toContain('secret_name')
    expect(errors.map(String)).toEqual(['Error: no such table: secret_name'])
    expect(readdirSync(folder)).toEqual([])
  })
  it('expires, and the file is gone from the disk', async () => {
    const { id } = await begin('chief')
    await ended('chief', id)
    office.clock.pass(LIMITS.keepMs + 1)
    await office.records.write(async (turn) => {
      for (const { run } of feature.ticks ?? []) await run(turn)
    })
    expect(readdirSync(folder)).toEqual([])
    expect((await api('chief', 'GET', `/exports/${id}`)).json.state).toBe('expired')
    expect((await fetchFile('chief', id)).status).toBe(404)
  })
  it('keeps the newest of a person only', async () => {
    for (let n = 0; n < LIMITS.kept + 3; n++) await ended('chief', (await begin('chief')).id)
    const first = await api('chief', 'GET', '/exports?limit=5')
    expect(first.json.items).toHaveLength(5)
    const rest = await api('chief', 'GET', `/exports?cursor=${String(first.json.cursor)}`)
    expect(rest.json).toMatchObject({ cursor: null })
    expect(rest.json.items).toHaveLength(LIMITS.kept - 5)
    expect(readdirSync(folder)).toHaveLength(LIMITS.kept)
  })
})
