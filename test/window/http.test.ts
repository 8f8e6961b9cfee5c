import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FILE_TYPES, WINDOW_FILE_LIMIT } from '../../contract/http/window.ts'
import { safeName, typeOf } from '../../server/window/magic.ts'
import { type Office, openOffice } from '../http/office.ts'
import * as at from './house.ts'

/** The window behind the real guards, as the outside meets it. */
let house: at.House
let office: Office
beforeAll(async () => {
  house = await at.house()
  house.records.clock.ms = Date.UTC(2026, 10, 24, 4)
  office = await openOffice({ routes: house.window.routes ?? [] })
})
afterAll(async () => {
  await office.close()
  await house.close()
})
const post = (
  path: string,
  body: NonNullable<Parameters<typeof fetch>[1]>['body'],
  headers: Record<string, string> = {},
) => fetch(`${office.url}/api/v1/public/window${path}`, { method: 'POST', body, headers })
const json = { 'content-type': 'application/json' }

describe('from outside', () => {
  it('needs no cookie and sets none, keeps the policy of the house and is never cached', async () => {
    const answer = await fetch(`${office.url}/api/v1/public/window`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('set-cookie')).toBeNull()
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('takes no write of another site, no compressed body, no key it does not know', async () => {
    const body = JSON.stringify(at.FILING)
    expect((await post('/filings', body, { ...json, origin: 'https://evil.example' })).status).toBe(403)
    expect((await post('/filings', body, { ...json, 'content-encoding': 'gzip' })).status).toBe(415)
    expect((await post('/filings', JSON.stringify({ ...at.FILING, state: 'accepted' }), json)).status).toBe(400)
    expect((await post('/filings', JSON.stringify({ ...at.FILING, title: 'a\u0000bcd' }), json)).status).toBe(400)
    expect(
      (await post('/filings', JSON.stringify({ ...at.FILING, title: `\u202e${at.FILING.title}` }), json)).status,
    ).toBe(400)
    expect((await post('/filings', JSON.stringify({ ...at.FILING, demand: '字'.repeat(4001) }), json)).status).toBe(400)
    expect((await post('/filings', body, json)).status).toBe(201)
  })

  it('opens no page of the desk', async () => {
    for (const path of ['/window/filings', '/window/appointments', '/window/codes', '/window/files/id1/0'])
      expect((await fetch(`${office.url}/api/v1${path}`)).status).toBe(401)
  })

  it('sends what came in as a download that no browser opens', async () => {
    const { file } = (await (await post('/files?name=a.jpg', at.JPEG)).json()) as { file: string }
    await post('/filings', JSON.stringify({ ...at.FILING, files: [file] }), json)
    const filing = (await house.filings()).find(({ files }) => files === 1)
    const answer = await fetch(`${office.url}/api/v1/window/files/${filing?.id}/0`, {
      headers: { authorization: `Bearer ${office.token('case-management')}` },
    })
    expect(answer.headers.get('content-type')).toBe('application/octet-stream')
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(Buffer.from(await answer.arrayBuffer()).equals(at.JPEG)).toBe(true)
  })

  it('reads no more than a file, and of one address no more than two at a time', async () => {
    const big = await post('/files?name=a.jpg', Buffer.alloc(WINDOW_FILE_LIMIT + 1)).catch(() => undefined)
    expect(big?.status ?? 413).toBe(413)
    const open = (): Promise<ReturnType<typeof request>> =>
      new Promise((resolve) => {
        const out = request(`${office.url}/api/v1/public/window/files?name=a.jpg`, {
          method: 'POST',
          headers: { 'content-length': '1000', expect: '100-continue' },
        })
        out.on('error', () => undefined)
        out.on('continue', () => resolve(out))
        out.flushHeaders()
      })
    const slow = [await open(), await open()]
    await expect.poll(async () => (await post('/files?name=b.jpg', at.JPEG)).status).toBe(429)
    for (const one of slow) one.destroy()
    await expect.poll(async () => (await post('/files?name=c.jpg', at.JPEG)).status).toBe(201)
  })
})

describe('names and bytes', () => {
  it('leave only names that are safe on every desk', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), fc.constantFrom(...FILE_TYPES), (name, type) => {
        const safe = safeName(name, type)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a name has not
        expect(safe).toMatch(/^[^\\/:*?"<>|.\u0000-\u001f]+\.(jpg|png|pdf|docx|txt|mp3|mp4)$/)
        expect(safe.length).toBeLessThan(90)
      }),
    )
  })

  it('never fail to be judged, whatever they are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect([undefined, ...FILE_TYPES]).toContain(typeOf(bytes))
      }),
    )
    expect(typeOf(Buffer.from('\u0000\u0000\u0000\u0018ftypmp42'))).toBe('mp4')
    expect(typeOf(Buffer.from('ID3\u0004'))).toBe('mp3')
    expect(typeOf(Buffer.from('%PDF-1.7'))).toBe('pdf')
    expect(typeOf(Buffer.from('89504e470d0a1a0a', 'hex'))).toBe('png')
    expect(typeOf(Buffer.from('PK\u0003\u0004 word/document.xml'))).toBe('docx')
    expect(typeOf(Buffer.from('情况说明'))).toBe('txt')
  })
})
