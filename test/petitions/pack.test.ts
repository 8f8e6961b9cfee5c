import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import yauzl from 'yauzl'
import { entryHash, parseChain } from '../../contract/chain.ts'
import { verifyPetitions } from '../../contract/verify-petitions.ts'
import { plainName } from '../../server/petitions/files.ts'
import { temporaryFolder } from '../services.ts'
import { deputy, handler, head, type Office, office, stranger } from './office.ts'

/** The evidence pack is checked with nothing of ours: sha256sum and openssl. */
let o: Office
beforeEach(async () => {
  o = await office()
})
afterEach(() => o.records.close())

function unpack(bytes: Buffer): Promise<string> {
  const folder = temporaryFolder('pack')
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true }, (failed, zip) => {
      if (failed || !zip) return reject(failed)
      zip.on('entry', (entry: yauzl.Entry) =>
        zip.openReadStream(entry, async (error, stream) => {
          if (error || !stream) return reject(error)
          const pieces: Buffer[] = []
          for await (const piece of stream) pieces.push(piece as Buffer)
          const path = join(folder, entry.fileName)
          mkdirSync(dirname(path), { recursive: true })
          writeFileSync(path, Buffer.concat(pieces))
          zip.readEntry()
        }),
      )
      zip.once('end', () => resolve(folder))
      zip.readEntry()
    })
  })
}
const closedMatter = async () => {
  const id = await o.workedOut({ files: [await o.upload('来信原件', '../../来信 原件\n.txt')] })
  await o.decide('approve', await o.propose(id, 'downgradePetition'), head)
  await o.decide('approve', await o.propose(id, 'closePetition'), deputy)
  return id
}

describe('the evidence pack', () => {
  it('checks with sha256sum -c and openssl alone; a changed byte is named', async () => {
    const id = await closedMatter()
    const folder = await unpack(await o.stream('petitionPack', handler, { id }))
    const sums = () =>
      execFileSync('sha256sum', ['-c', '--strict', 'SHA256SUMS'], { cwd: folder, stdio: 'pipe' }).toString()
    const lines = readFileSync(join(folder, 'SHA256SUMS'), 'utf8').trim().split('\n')
    expect(sums().trim().split('\n')).toHaveLength(lines.length)
    for (const line of lines) {
      const [sum, path = ''] = line.split('  ')
      const said = execFileSync('openssl', ['dgst', '-sha256', '-r', path], { cwd: folder }).toString()
      expect(said.split(' ')[0]).toBe(sum)
    }
    const steps = readdirSync(join(folder, 'steps'))
    expect(steps).toHaveLength(11)
    expect(readdirSync(join(folder, 'files')).some((name) => name.endsWith('-来信_原件.txt'))).toBe(true)
    writeFileSync(join(folder, 'steps', steps[0] ?? ''), '改动')
    expect(sums).toThrow(/FAILED|WARNING|Command failed/)
  })

  it('holds the chain: each entry file has the hash that the next one links to, words and files have theirs', async () => {
    const id = await closedMatter()
    const folder = await unpack(await o.stream('petitionPack', handler, { id }))
    const { entries, failures } = parseChain(readFileSync(join(folder, 'chain.ndjson'), 'utf8'))
    expect(failures).toEqual([])
    const sumOf = new Map(
      readFileSync(join(folder, 'SHA256SUMS'), 'utf8')
        .trim()
        .split('\n')
        .map((line) => line.split('  ').toReversed() as [string, string]),
    )
    const steps = readdirSync(join(folder, 'steps')).sort()
    for (const [at, entry] of entries.entries()) {
      expect(await entryHash(entry)).toBe(entry.hash)
      expect(sumOf.get(`chain/${entry.seq}.json`)).toBe(entry.hash)
      expect(sumOf.get(`steps/${steps[at]}`)).toBe(entry.body.text)
      for (const hash of entry.body.files as string[]) expect([...sumOf.values()]).toContain(hash)
    }
    await expect(o.stream('petitionPack', stranger, { id })).rejects.toThrow('没有这件事项')
  })

  it('verifies as a whole; a colour that sinks twice or without approval is named', async () => {
    await closedMatter()
    const entries = await o.chain()
    const ndjson = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('')
    expect(await verifyPetitions(ndjson)).toMatchObject({ ok: true, entries: 12 - 1, matters: 1 })
    const forged = async (change: (body: Record<string, unknown>, type: string) => void) => {
      let prev = '0'.repeat(64)
      const lines: string[] = []
      for (const entry of entries) {
        const body = structuredClone(entry.body)
        change(body, entry.type)
        const one = { ...entry, body, prev }
        prev = await entryHash(one)
        lines.push(JSON.stringify({ ...one, hash: prev }))
      }
      return (await verifyPetitions(`${lines.join('\n')}\n`)).failures.map(({ what }) => what).join()
    }
    const alone = await forged((body, type) => {
      if (type === 'petition.downgrade') body.by = body.proposedBy
    })
    expect(alone).toContain('同一人')
    const deeper = await forged((body) => {
      for (const key of ['from', 'to']) if (body[key] === 'blue') body[key] = 'red'
    })
    expect(deeper).toContain('不是恰好一级')
    const silent = await forged((body, type) => {
      if (type === 'petition.assess') body.to = 'green'
    })
    expect(silent).toContain('研判降低了颜色')
  })

  it.each([
    ['../../etc/passwd', 'passwd'],
    ['C:\\temp\\a.txt', 'a.txt'],
    ['.bashrc', 'bashrc'],
    ['\u202egnp.exe\n', 'gnp.exe'],
    ['', '未命名'],
  ])('a file name %j becomes %j', (given, kept) => expect(plainName(given)).toBe(kept))
})
