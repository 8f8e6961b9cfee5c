import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readPage } from '../../../collectors/doors/acs-page.ts'
import { readAlert } from '../../../collectors/doors/alert.ts'
import { decodeRow } from '../../../collectors/doors/decode.ts'
import { MultipartReader } from '../../../collectors/intake/multipart.ts'
import { NINE, PROFILE } from './office.ts'

/** Bytes as a device sends them → events, word for word (`expect.json`). */
const file = (name: string) => readFileSync(new URL(`../../fixtures/hikvision/${name}`, import.meta.url))
const expected = JSON.parse(file('expect.json').toString('utf8'))
const BY = {
  profile: PROFILE,
  device: 'acs-1',
  door: (no: number) => (no === 1 ? 'door:E1' : undefined),
  personHash: (no: string) => `h:${no.length}`,
}
const events = (rows: Parameters<typeof decodeRow>[0][]) =>
  rows.map((row) => {
    const decoded = decodeRow(row, NINE - 28 * 60_000, BY)
    return decoded.what === 'event' ? decoded.draft : decoded.what
  })

describe('recorded bytes of a controller', () => {
  it('a page of AcsEvent', () => {
    const page = readPage(file('page.json'))
    expect(page).toMatchObject({ ok: true, more: true, count: 4, refusals: [] })
    expect(page.ok && events(page.rows)).toEqual(expected.page)
  })

  it('NO MATCH and a login page', () => {
    expect(readPage(file('no-match.json'))).toEqual({ ok: true, rows: [], refusals: [], more: false, count: 0 })
    expect(readPage(file('login.html'))).toMatchObject({
      ok: false,
      refusal: { reason: 'bad_json', detail: '设备返回了网页（可能是登录页），不是 JSON' },
    })
  })

  it.each([1, 7, 512, 1_000_000])(
    'the alertStream with wrong lengths, a picture and half a part, pieces of %i',
    (size) => {
      const bytes = file('stream.bin')
      const reader = new MultipartReader({ boundary: 'MIME_boundary' })
      const parts = []
      for (let at = 0; at < bytes.length; at += size) parts.push(...reader.feed(bytes.subarray(at, at + size)))
      const readings = parts.map((one) => {
        if (one.what !== 'part') throw new Error(one.what)
        return readAlert(one.part)
      })
      expect(events(readings.flatMap(({ rows }) => rows))).toEqual(expected.stream)
      expect(readings.reduce((sum, { heartbeats }) => sum + heartbeats, 0)).toBe(1)
      expect(readings.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(1)
      expect(readings.flatMap(({ refusals }) => refusals.map(({ reason }) => reason))).toEqual(['bad_json'])
    },
  )
})
