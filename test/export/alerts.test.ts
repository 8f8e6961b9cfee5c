import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Entry, fromBufferPromise } from 'yauzl'
import * as api from '../../contract/http/alerts.ts'
import type { AuditEntry } from '../../server/audit/journal.ts'
import type { ExportCell, Principal, StoredEvent, StreamAnswer } from '../../server/feature.ts'
import { type Office, officer, openOffice, sqliteStore } from '../alerts/office.ts'

const reader: Principal = { ...officer, permissions: new Set([...officer.permissions, 'events.read']) }

describe('alerts taken away', () => {
  let office: Office
  let remove: () => void
  let stored: StoredEvent[]
  let trail: AuditEntry[]
  beforeEach(async () => {
    const store = sqliteStore()
    remove = store.remove
    stored = []
    trail = []
    office = await openOffice(store, {
      unit: '示例市人民检察院',
      eventsOf: async (ids) => stored.filter(({ id }) => ids.includes(id)),
      packSources: {
        rawOf: async (ids) => ids.map((id) => ({ id, body: '{"as":"it came"}' })),
        objectRow: () => ({ name: '机房 A 门' }),
        around: async () => stored,
        heads: async () => [{ chain: 'audit', seq: 7, hash: 'f'.repeat(64) }],
      },
      audit: {
        record: async (_tx, _at, entry) => {
          trail.push(entry)
        },
      },
    })
  })
  afterEach(async () => {
    await office.close()
    remove()
  })
  async function forced(data: Record<string, unknown> = {}): Promise<string> {
    const event = office.event('door.forced', 'door:E1', { data })
    stored.push(event)
    await office.says(event)
    return (await office.one('door.forced:door:E1')).id
  }
  async function pack(id: string, person = reader): Promise<{ answer: StreamAnswer; files: Map<string, string> }> {
    const route = office.feature.routes?.find(({ spec }) => spec.id === api.alertEvidence.id)
    const answer = (await route?.handle({
      person,
      params: { id },
      query: undefined,
      body: undefined,
      now: office.clock.ms,
      ip: '127.0.0.1',
      headers: {},
      setCookie: () => undefined,
    })) as StreamAnswer
    return { answer, files: await unzip(await buffer(answer.stream)) }
  }

  it('as an evidence pack: a page, the files, the hash of each, and a trace of who took it', async () => {
    const id = await forced({ note: '<script>alert(1)</script>' })
    await office.call(api.alertAcknowledge, { params: { id }, body: { reason: '已派人' } })
    const { answer, files } = await pack(id)
    expect(answer).toMatchObject({ contentType: 'application/zip', filename: `证据包-${id}.zip` })
    expect([...files.keys()].toSorted()).toEqual(
      [
        'README.txt',
        'SHA256SUMS',
        'alert.json',
        'chain-heads.json',
        'events/0001.decoded.json',
        'events/0001.raw.json',
        'evidence.ndjson',
        'history.ndjson',
        'index.html',
        'manifest.json',
        'object.json',
        'painted.ndjson',
        'related.ndjson',
        'rule.json',
      ].toSorted(),
    )
    expect(files.get('events/0001.raw.json')).toBe('{"as":"it came"}')
    expect(JSON.parse(files.get('object.json') ?? '')).toMatchObject({ object: 'door:E1', row: { name: '机房 A 门' } })
    expect(JSON.parse(files.get('chain-heads.json') ?? '')).toEqual([{ chain: 'audit', seq: 7, hash: 'f'.repeat(64) }])
    expect(JSON.parse(files.get('rule.json') ?? '').rule.id).toBe('door.forced')
    const manifest = JSON.parse(files.get('manifest.json') ?? '')
    for (const { name, sha256, bytes } of manifest.files) {
      expect(
        createHash('sha256')
          .update(files.get(name) ?? '')
          .digest('hex'),
      ).toBe(sha256)
      expect(Buffer.byteLength(files.get(name) ?? '')).toBe(bytes)
    }
    const [event] = ndjson(files.get('evidence.ndjson'))
    expect(event).toMatchObject({ check: 'whole', label: '强行开启' })
    // Anybody can repeat the hash that was fixed when the event came.
    expect(createHash('sha256').update(String(event?.text)).digest('hex')).toBe(event?.sha256)
    expect(ndjson(files.get('history.ndjson')).map(({ text }) => text)).toContain('确认：已派人')
    const page = files.get('index.html') ?? ''
    expect(page).toContain('数据用于分析研判，不作考核排名')
    expect(page).not.toContain('<script>')
    expect(trail).toEqual([
      expect.objectContaining({ kind: 'alert.evidence-exported', actor: 'anquan', object: id, ip: '127.0.0.1' }),
    ])
  })
  it('is checked by sha256sum alone, and a changed byte is found', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sanling-pack-'))
    const { files } = await pack(await forced({ note: '一' }))
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    const check = () => spawnSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder, encoding: 'utf8' })
    expect(check().status).toBe(0)
    expect(check().stdout.trim().split('\n')).toHaveLength(files.size - 1)
    const [event] = ndjson(files.get('evidence.ndjson'))
    const decoded = readFileSync(join(folder, 'events/0001.decoded.json'))
    expect(createHash('sha256').update(decoded).digest('hex')).toBe(event?.sha256)
    writeFileSync(join(folder, 'history.ndjson'), '')
    expect(check().status).not.toBe(0)
    rmSync(folder, { recursive: true, force: true })
  })
  it('says when an event has changed since, is cut, or is gone', async () => {
    const id = await forced({ long: 'x'.repeat(3000) })
    expect(ndjson((await pack(id)).files.get('evidence.ndjson'))[0]).toMatchObject({ check: 'whole' })
    stored[0] = { ...stored[0], data: { long: 'y' } } as StoredEvent
    const changed = await pack(id)
    expect(ndjson(changed.files.get('evidence.ndjson'))[0]).toMatchObject({ check: 'changed' })
    expect(changed.files.get('index.html')).toContain('请立即报告')
    stored = []
    expect(ndjson((await pack(id)).files.get('evidence.ndjson'))[0]).toMatchObject({ check: 'cut' })
  })
  it('gives the whole events only to who may read events', async () => {
    const id = await forced({ long: 'x'.repeat(3000) })
    const { files } = await pack(id, officer)
    const [event] = ndjson(files.get('evidence.ndjson'))
    expect(String(event?.text)).toHaveLength(2000)
    expect(event).toMatchObject({ check: 'cut' })
    expect(files.get('index.html')).toContain('不能读取完整事件')
    await expect(pack('A-20261124-9999')).rejects.toMatchObject({ id: 'not-found' })
  })
  it('as a list: the same alerts as on the page, in its order', async () => {
    for (const door of ['door:E1', 'door:P2', 'door:H1']) await office.says(office.event('door.forced', door))
    const list = office.feature.exports?.find(({ kind }) => kind === 'alerts')
    const rowsOf = async (filters: object) => {
      const rows: ExportCell[][] = []
      for await (const page of list?.rows({
        person: officer,
        filters: list.filters.parse(filters),
        now: office.clock.ms,
      }) ?? [])
        rows.push(...page.map((row) => [...row]))
      return rows
    }
    for (const filters of [{}, { severity: 'critical' }, { object: 'door:P2' }, { state: 'normal' }])
      expect((await rowsOf(filters)).map(([id]) => id)).toEqual((await office.list(filters)).map(({ id }) => id))
    expect((await rowsOf({}))[0]).toContain('2026-11-24 08:00:00')
    expect(() => list?.filters.parse({ limit: 1 })).toThrow()
  })
})

const ndjson = (text: string | undefined): Record<string, unknown>[] =>
  (text ?? '')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))

async function unzip(bytes: Buffer): Promise<Map<string, string>> {
  const zip = await fromBufferPromise(bytes)
  const files = new Map<string, string>()
  const entries: Entry[] = []
  for await (const entry of zip.eachEntry()) entries.push(entry)
  for (const entry of entries)
    files.set(entry.fileName, (await buffer(await zip.openReadStreamPromise(entry))).toString('utf8'))
  return files
}
