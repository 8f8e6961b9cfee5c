import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { fromBufferPromise } from 'yauzl'
import { textOf } from '../../server/disclosure/files/flat.ts'
import { readFile } from '../../server/disclosure/files/read.ts'
import { drawSignature } from '../../server/mediations/png.ts'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../../server/records/signing.ts'
import * as at from './house.ts'

const run = promisify(execFile)
const shell = (folder: string, command: string) => run('sh', ['-c', command], { cwd: folder })

/** The pack in a folder of its own, and nothing else of ours. */
async function unpacked(algorithm: SigningAlgorithm): Promise<string> {
  const house = await at.house(algorithm)
  const { id } = await house.agreed()
  const bytes = await house.file('mediationPack', at.host, { params: { id } })
  await house.records.close()
  const folder = mkdtempSync(join(tmpdir(), 'sanling-pack-'))
  const zip = await fromBufferPromise(bytes)
  for await (const entry of zip.eachEntry()) {
    const parts: Buffer[] = []
    for await (const part of await zip.openReadStreamPromise(entry)) parts.push(part as Buffer)
    writeFileSync(join(folder, entry.fileName), Buffer.concat(parts))
  }
  return folder
}
/** The commands that the pack itself tells a reader to run. */
const commandsOf = (folder: string): string[] =>
  readFileSync(join(folder, 'HOW-TO-VERIFY.txt'), 'utf8')
    .split('\n')
    .filter((line) => /^(openssl|sha256sum) /.test(line))

describe.each(SIGNING_ALGORITHMS)('a pack signed with %s', (algorithm) => {
  it('proves itself with openssl and sha256sum alone, and nothing that was changed', async () => {
    const folder = await unpacked(algorithm)
    expect(readdirSync(folder).sort()).toEqual([
      'HOW-TO-VERIFY.txt',
      'SHA256SUMS',
      'agreement.pdf',
      'agreement.pdf.sig',
      'office-public-key.pem',
      'signature-p1.png',
      'signature-p2.png',
      'statement.txt',
      'statement.txt.sig',
    ])
    const commands = commandsOf(folder)
    expect(commands).toHaveLength(4)
    for (const command of commands) await shell(folder, command)
    const statement = readFileSync(join(folder, 'statement.txt'), 'utf8')
    for (const name of ['agreement.pdf', 'signature-p1.png', 'signature-p2.png']) {
      const { stdout } = await shell(folder, `sha256sum ${name}`)
      expect(statement).toContain(stdout.slice(0, 64))
    }
    for (const name of ['agreement.pdf', 'statement.txt']) {
      const whole = readFileSync(join(folder, name))
      whole[20] = (whole[20] ?? 0) ^ 1
      writeFileSync(join(folder, name), whole)
    }
    for (const command of commands.slice(0, 3)) await expect(shell(folder, command)).rejects.toThrow()
    rmSync(folder, { recursive: true })
  })
})

describe('what is in a pack', () => {
  it('is the agreement as the parties read it', async () => {
    const folder = await unpacked('ed25519')
    const text = textOf(await readFile(readFileSync(join(folder, 'agreement.pdf')), 'pdf')).replaceAll(/\s/g, '')
    for (const words of ['调解协议书', '申请人：张甲', '李乙一次性赔偿张甲人民币三千元。', '于2026-12-10前履行'])
      expect(text).toContain(words)
    const statement = readFileSync(join(folder, 'statement.txt'), 'utf8')
    expect(statement).toContain('同意调解：2026-11-24T12:00:00+08:00')
    expect(statement).not.toContain('1234')
    rmSync(folder, { recursive: true })
  })

  it('a signature is a picture that other programs read', async () => {
    const { createHash } = await import('node:crypto')
    const once = drawSignature(at.STROKES)
    expect(createHash('sha256').update(drawSignature(at.STROKES)).digest('hex')).toBe(
      createHash('sha256').update(once).digest('hex'),
    )
    expect(once.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a')
    expect([once.readUInt32BE(16), once.readUInt32BE(20)]).toEqual([600, 240])
  })

  it('is not there before all have signed', async () => {
    const house = await at.house()
    const { id } = await house.session()
    await expect(house.file('mediationPack', at.host, { params: { id } })).rejects.toMatchObject({ id: 'not-found' })
    await house.step('draftMediationAgreement', id, { terms: ['赔偿三千元。'], duties: [] })
    await expect(house.file('mediationPack', at.host, { params: { id } })).rejects.toMatchObject({ id: 'not-found' })
    await house.records.close()
  })
})
