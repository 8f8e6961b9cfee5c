import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DropFolder } from '../../../collectors/intake/drop-folder.ts'
import { folderSource } from '../../../collectors/intake/folder-source.ts'
import { recorder, until } from '../recorder.ts'
import { PROFILE_FILE } from './build.ts'

const NOON = Date.UTC(2026, 10, 24, 4)

/** Files that come through a one-way gateway: late, in pieces, with a mark or a digest beside them. */
describe('a drop folder behind a one-way gateway', () => {
  let dir: string
  let folder: DropFolder
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sanling-gateway-'))
    folder = new DropFolder(dir, 5000)
    await folder.prepare()
  })
  afterEach(() => rmSync(dir, { recursive: true }))

  const put = (name: string, text: string) => writeFileSync(join(dir, name), text)
  const taken = async (now: number) => (await folder.take(now)).map(({ name }) => name)
  const digest = (kind: string, text: string) => createHash(kind).update(text).digest('hex')

  it.each(['.ok', '.done'])('%s says at once that it is whole', async (ending) => {
    put('导出.csv', 'a')
    put(`导出.csv${ending}`, '')
    expect(await taken(0)).toEqual(['导出.csv'])
    expect(readdirSync(dir).filter((name) => name.startsWith('导出'))).toEqual([])
  })

  it.each([
    ['.md5', 'md5'],
    ['.sha256', 'sha256'],
  ])('%s that does not fit yet holds it back, however long it stands still', async (ending, kind) => {
    put('导出.csv', 'half')
    put(`导出.csv${ending}`, `${digest(kind, 'half and half')}  导出.csv\n`)
    expect(await taken(0)).toEqual([])
    expect(await taken(600_000)).toEqual([])
    put('导出.csv', 'half and half')
    expect(await taken(600_001)).toEqual(['导出.csv'])
  })

  it('a digest that never fits is told after ten minutes, and again when it fits', async () => {
    put('导出.csv', 'half')
    put('导出.csv.md5', digest('md5', 'whole'))
    const at = async (now: number) => {
      const files = await folder.take(now)
      return [files.length, folder.stuck]
    }
    expect(await at(0)).toEqual([0, 0])
    expect(await at(599_999)).toEqual([0, 0])
    expect(await at(600_000)).toEqual([0, 1])
    put('导出.csv', 'hal')
    expect(await at(600_001)).toEqual([0, 0])
    expect(await at(1_200_001)).toEqual([0, 1])
    put('导出.csv', 'whole')
    expect(await at(1_200_002)).toEqual([1, 0])
  })

  it('the source says so: its state, and an event that alerts', async () => {
    const clock = { ms: NOON }
    const record = recorder({ profile: PROFILE_FILE, dataDir: dir, now: () => clock.ms })
    const config = { id: 'case-export', folder: '.', settleS: 5, scanS: 0.01 }
    const source = folderSource(config, record.context, async () => ({ outcome: 'done', report: {} }))
    put('导出.csv', 'half')
    put('导出.csv.md5', digest('md5', 'whole'))
    await source.start()
    try {
      await new Promise((resolve) => setTimeout(resolve, 50))
      clock.ms += 600_000
      await until(() => record.of('collector.rejected').length === 1, 'told')
      expect(record.states.at(-1)).toMatchObject({ state: 'degraded', reason: expect.stringContaining('校验') })
      expect(JSON.stringify(record.drafts)).not.toContain('导出')
      put('导出.csv', 'whole')
      await until(() => record.of('collector.rejected').length === 2, 'taken back')
      expect(record.of('collector.rejected').map(({ data }) => data.reason)).toEqual(['digest', 'digest-fits'])
    } finally {
      await source.stop()
    }
  })

  it('without any of them it waits until the file has stood still', async () => {
    put('导出.csv', 'a')
    expect(await taken(0)).toEqual([])
    put('导出.csv', 'ab')
    expect(await taken(4000)).toEqual([])
    expect(await taken(8000)).toEqual([])
    expect(await taken(9001)).toEqual(['导出.csv'])
  })
})
