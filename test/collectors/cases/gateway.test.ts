import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DropFolder } from '../../../collectors/intake/drop-folder.ts'

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

  it('without any of them it waits until the file has stood still', async () => {
    put('导出.csv', 'a')
    expect(await taken(0)).toEqual([])
    put('导出.csv', 'ab')
    expect(await taken(4000)).toEqual([])
    expect(await taken(8000)).toEqual([])
    expect(await taken(9001)).toEqual(['导出.csv'])
  })
})
