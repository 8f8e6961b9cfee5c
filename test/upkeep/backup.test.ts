import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { seal, unseal } from '../../server/upkeep/backup/sealed.ts'
import { type Kept, openKept, run } from './kept.ts'

let kept: Kept
beforeEach(async () => {
  kept = await openKept()
})
afterEach(() => kept.close())
const at = (...path: string[]) => join(kept.folder, ...path)
const backup = (name: string, ...more: string[]) => run('backup', [at(name), ...more], { SANLING_DATA: kept.dataDir })
const restore = (from: string, to: string, env: Record<string, string> = {}, ...more: string[]) =>
  run('restore', [at(from), ...more], { SANLING_DATA: at(to), ...env })
const mode = (path: string) => statSync(path).mode & 0o777

describe('a backup', () => {
  it('is taken while events come in, and each is a moment of the chain: all of it verifies, none is torn', async () => {
    const load = kept.load()
    await expect.poll(load.written, { timeout: 60_000 }).toBeGreaterThan(20)
    const bounds: [number, number][] = []
    for (const name of ['one', 'two']) {
      const before = load.written()
      expect((await backup(name)).stderr).toBe('')
      bounds.push([before, load.written() + 1])
    }
    await load.stop()
    for (const [n, name] of ['one', 'two'].entries()) {
      const { code, stdout, stderr } = await restore(name, `back-${name}`)
      expect([code, stderr]).toEqual([0, ''])
      const entries = Number(/审计链 (\d+) 条/.exec(stdout)?.[1])
      expect(entries).toBeGreaterThanOrEqual(bounds[n]?.[0] ?? 0)
      expect(entries).toBeLessThanOrEqual(bounds[n]?.[1] ?? 0)
      expect(stdout).toContain('抽签 1 次')
    }
  }, 180_000)

  it('holds the keys, for the owner alone, and says so', async () => {
    const { stdout } = await backup('kept')
    expect(stdout).toContain('备份含密钥 secrets.json、keys/signing.pem（未加密')
    for (const name of ['secrets.json', 'keys/signing.pem', 'records.sqlite', 'manifest.json'])
      expect(mode(at('kept', name))).toBe(0o600)
    expect((await restore('kept', 'back')).stdout).toContain('密钥已放回：secrets.json、keys/signing.pem')
    expect(readFileSync(at('back/keys/signing.pem'), 'utf8')).toBe('a private key')
    expect(mode(at('back/keys/signing.pem'))).toBe(0o600)
    expect((await restore('kept', 'back')).stderr).toContain('不是空的')
  }, 180_000)

  it('with a passphrase holds no readable key; a wrong one leaves nothing behind', async () => {
    writeFileSync(at('words'), 'long enough to be one\n')
    const { stdout } = await backup('kept', '--passphrase-file', at('words'))
    expect(stdout).toContain('已用口令加密')
    expect(existsSync(at('kept/keys'))).toBe(false)
    expect(readFileSync(at('kept/private.sealed'), 'utf8')).not.toContain('secret')
    expect((await restore('kept', 'none')).stderr).toContain('请用 --passphrase-file')
    const wrong = await restore('kept', 'wrong', { SANLING_BACKUP_PASSPHRASE: 'not what it was' })
    expect(wrong.stderr).toContain('备份口令不对')
    expect(existsSync(at('wrong/records.sqlite'))).toBe(false)
    expect((await restore('kept', 'back', {}, '--passphrase-file', at('words'))).code).toBe(0)
    expect(readFileSync(at('back/secrets.json'), 'utf8')).toBe('{"site.key":"a secret"}')
  }, 180_000)

  it('that was changed, or whose chain was, is refused', async () => {
    await backup('kept')
    writeFileSync(at('kept/keys/signing.pem'), 'another key')
    expect((await restore('kept', 'back')).stderr).toContain('keys/signing.pem 与清单的校验值不符')
    const db = new DatabaseSync(join(kept.dataDir, 'records.sqlite'))
    db.exec("update chain_entry set body = replace(body, 'd-0001', 'd-0002') where chain = 'assignment' and seq = 2")
    db.close()
    await backup('forged')
    const { code, stderr } = await restore('forged', 'back')
    expect([code, stderr]).toEqual([1, expect.stringContaining('恢复失败：分案链第 2 条')])
    expect(existsSync(at('back/records.sqlite'))).toBe(false)
  }, 180_000)
})

/** Only root may mount a small file system; the fault suite has the same need. */
const isRoot = process.getuid?.() === 0
describe.runIf(isRoot)('a backup onto a full disk', () => {
  it('says so, leaves nothing half, and the office goes on', async () => {
    mkdirSync(at('small'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('small')])
    try {
      const { code, stderr } = await backup('small/kept')
      expect(code).toBe(1)
      expect(stderr).toMatch(/备份失败：.*(full|ENOSPC|no space)/i)
      expect(readdirSync(at('small'))).toEqual([])
    } finally {
      execFileSync('umount', [at('small')])
    }
    const load = kept.load()
    await expect.poll(load.written, { timeout: 60_000 }).toBeGreaterThan(0)
    await load.stop()
    expect((await backup('elsewhere')).code).toBe(0)
  }, 180_000)
})

describe('sealing', () => {
  it('gives back what it was given, to the same words only', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.uint8Array()), fc.string({ minLength: 12 }), (files, words) => {
        const given = new Map(Object.entries(files).map(([name, bytes]) => [name, Buffer.from(bytes)]))
        const sealed = seal(given, words)
        expect(unseal(sealed, words)).toEqual(given)
        expect(() => unseal(sealed, `${words}.`)).toThrow('口令不对')
      }),
      { numRuns: 1 },
    )
  }, 180_000)
  it('refuses words that are too short', () => expect(() => seal(new Map(), 'short')).toThrow('至少 12'))
})
