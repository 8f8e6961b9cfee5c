import { createCipheriv, randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import type { AccountTables } from '../../server/people/account-tables.ts'
import { isSealed, Sealer, SUITES, suiteOf } from '../../server/records/suite.ts'
import { ask, openOffice, signIn } from '../http/office.ts'
import { asvs, djbh } from './names.ts'

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex')
const KEY = hex('0123456789abcdeffedcba9876543210')

describe('国密 known answers', () => {
  test.each([
    ['A.1', 'abc', '66c7f0f4 62eeedd9 d1f2d46b dc10e4e2 4167c487 5cf2f7a2 297da02b 8f4ba8e0'],
    ['A.2', 'abcd'.repeat(16), 'debe9ff9 2275b8a1 38604889 c18e5a4d 6fdb70e5 387e5765 293dcba3 9c0c5732'],
  ])(djbh('8.1.4.8', 'SM3, GB/T 32905-2016 %s'), (_, text, digest) => {
    expect(suiteOf('guomi').hash(text)).toEqual(hex(digest))
  })

  test(djbh('8.1.4.8', 'SM4, GB/T 32907-2016 A.1 and A.2 (a million rounds)'), () => {
    const cipher = createCipheriv('sm4-ecb', KEY, null).setAutoPadding(false)
    let block: Buffer = cipher.update(KEY)
    expect(block).toEqual(hex('681edf34 d206965e 86b3e94f 536e4246'))
    for (let round = 1; round < 1_000_000; round++) block = cipher.update(block)
    expect(block).toEqual(hex('595298c7 c6fd271f 0402f804 c33d3f66'))
  })

  test(djbh('8.1.4.8', 'SM4-GCM, RFC 8998 A.1'), () => {
    const cipher = createCipheriv('sm4-gcm' as 'aes-128-gcm', KEY, hex('00001234567800000000abcd'))
    cipher.setAAD(hex('feedfacedeadbeeffeedfacedeadbeefabaddad2'))
    const plain = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'ee', 'aa'].map((byte) => byte.repeat(8)).join('')
    expect(Buffer.concat([cipher.update(hex(plain)), cipher.final()]).toString('hex')).toBe(
      '17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735' +
        'd82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d',
    )
    expect(cipher.getAuthTag().toString('hex')).toBe('83de3541e4c2b58177e065a9bf7b62ec')
  })
})

describe.each(SUITES)('what is sealed by %s', (suite) => {
  const sealer = (secret = 'office', use = 'test') => new Sealer({ suite, secret, use, randomBytes })

  test(asvs('11.3.2', 'opens with the same secret, use and matter, whatever the choice is now'), () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string(), (plain, about) => {
        const sealed = sealer().seal(plain, about)
        expect(isSealed(sealed)).toBe(true)
        for (const now of SUITES)
          expect(new Sealer({ suite: now, secret: 'office', use: 'test', randomBytes }).open(sealed, about)).toBe(plain)
      }),
      { numRuns: 50 },
    )
  })

  test(asvs('11.3.3', 'no changed bit, other secret, other use or other matter opens it, and no two are alike'), () => {
    const sealed = sealer().seal('JBSWY3DPEHPK3PXP', 'a1')
    expect(sealed).not.toContain('JBSWY3DP')
    expect(sealer().seal('JBSWY3DPEHPK3PXP', 'a1')).not.toBe(sealed)
    const parts = sealed.split('.')
    for (const at of [2, 3, 4]) {
      const bytes = Buffer.from(parts[at] ?? '', 'base64url')
      for (let bit = 0; bit < bytes.length * 8; bit += 3) {
        const bent = Buffer.from(bytes)
        bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7))
        expect(() => sealer().open(parts.with(at, bent.toString('base64url')).join('.'), 'a1')).toThrow()
      }
    }
    expect(() => sealer().open(parts.with(3, (parts[3] ?? '').slice(0, 6)).join('.'), 'a1')).toThrow()
    expect(() => sealer('elsewhere').open(sealed, 'a1')).toThrow()
    expect(() => sealer('office', 'other').open(sealed, 'a1')).toThrow()
    expect(() => sealer().open(sealed, 'a2')).toThrow()
    for (const nothing of ['', 'JBSWY3DPEHPK3PXP', 'sealed1.none.a.b.c', 'sealed1.guomi'])
      expect(() => sealer().open(nothing, 'a1')).toThrow()
  })
})

test(
  asvs('13.3.1', 'the secret of a second factor lies in no table in the open, those of earlier versions neither'),
  async () => {
    const office = await openOffice({ roles: ['auditor', 'chief'] })
    try {
      const { cookie, csrf } = await signIn(office, 'auditor')
      const post = (path: string, body?: object) =>
        ask(office.url, 'POST', `/api/v1/me/second-factor${path}`, { cookie, csrf, ...(body ? { body } : {}) })
      const { secret } = (await post('')).json as { secret: string }
      const code = () => new TOTP({ secret }).generate({ timestamp: office.clock.now() })
      expect((await post('/confirm', { code: code() })).status).toBe(200)
      const table = office.records.read.withTables<AccountTables>()
      const rows = () => table.selectFrom('second_factor').selectAll().execute()
      expect(JSON.stringify(await rows())).not.toContain(secret)
      expect((await rows())[0]?.sealed).toMatch(/^sealed1\.guomi\./)
      // A row as an earlier version left it.
      await office.records.write(({ tx }) =>
        tx.withTables<AccountTables>().updateTable('second_factor').set({ secret, sealed: null }).execute(),
      )
      await office.people.feature.start?.()
      expect(JSON.stringify(await rows())).not.toContain(secret)
      office.clock.pass(30_000)
      const body = { username: 'auditor', password: office.password('auditor'), code: code() }
      expect((await ask(office.url, 'POST', '/api/v1/login', { body })).status).toBe(200)
    } finally {
      await office.close()
    }
  },
)
