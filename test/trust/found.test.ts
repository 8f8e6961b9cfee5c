import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { redact } from '../../server/disclosure/redact/engine.ts'
import { check } from '../../server/ingest/check.ts'
import { momentOf, offsetOf } from '../../server/offset.ts'
import { ROOT } from '../commands/product.ts'
import { demoConfig } from '../helpers/office.ts'
import { asvs } from './names.ts'

/** What the corpora of this room found once, each held down by its smallest example. */
test(asvs('1.2.9', 'a party whose name means something to a pattern is hidden like any other'), () => {
  const { redaction } = demoConfig()
  for (const name of ['阿-里', 'A.B*', '丙|丁', '^戊$', '己己\\', '庚{2}', '辛/壬', '[甲乙', '甲(乙)', '+86']) {
    const { text } = redact(redaction, {
      text: `犯罪嫌疑人${name}到案。`,
      parties: [{ name, role: 'suspect' }],
      documentKind: 'other',
    })
    expect(text).toContain('犯罪嫌疑人')
    if (name === '阿-里') expect(text).not.toContain(name)
  }
})

test(
  asvs('1.3.1', 'markup is set as such in two places only: a QR code of rectangles and the guide of our own sources'),
  () => {
    const set = readdirSync(join(ROOT, 'web'), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(vue|ts)$/.test(name) && !/^dist\b|node_modules/.test(name))
      .filter((name) =>
        /v-html|innerHTML|insertAdjacentHTML|document\.write/.test(readFileSync(join(ROOT, 'web', name), 'utf8')),
      )
    expect(set.toSorted()).toEqual(['desk/help/HelpDesk.vue', 'desk/me/SecurityPage.vue'])
  },
)

const envelope = (more: object) =>
  Buffer.from(
    JSON.stringify({
      v: 1,
      id: 'a',
      type: 'terminal.virus',
      site: 'demo',
      collector: 'probe',
      observed_at: '2026-11-24T09:00:00+08:00',
      ...more,
    }),
  )
const judged = (more: object) =>
  check(envelope(more), { site: 'demo', domain: 'terminal', collector: 'probe' }, Date.UTC(2026, 10, 24, 2), 1e12)

test(asvs('2.2.1', 'a name that two stores would keep differently is no name: NUL and half a character'), () => {
  for (const object of ['x\0', '\ud800', 'a\udc00b'])
    expect(judged({ object }).refusals.map(({ reason }) => reason)).toEqual(['type_mismatch'])
  const [taken] = judged({ object: '😀', data: { name: 'a\ud800\0', '\udfff': [{ b: '\0' }] } }).events
  expect(taken?.event.object).toBe('😀')
  expect(taken?.event.data).toEqual({ name: 'a\ufffd\ufffd', '\ufffd': [{ b: '\ufffd' }] })
  expect(JSON.parse(taken?.body ?? '').data).toEqual(taken?.event.data)
})

test(asvs('2.2.1', 'a place in a list is a number that every store takes, or the start'), () => {
  expect(['0', '7', '999999999999999'].map(offsetOf)).toEqual([0, 7, 999999999999999])
  for (const odd of [undefined, '', '-1', '0.5', '1e3', '1e999', '9'.repeat(16), 'x', ' 1', '٣', 'NaN', '0x10'])
    expect([odd, offsetOf(odd)]).toEqual([odd, 0])
  expect(momentOf('1795589942719~a~b')).toEqual({ ms: 1795589942719, id: 'a~b' })
  for (const odd of [undefined, '', '~', '~x', '1~', 'NaN~x', 'a~b~c', '-1~x', '1e9~x', '9999999999999999~x', '1.5~x'])
    expect([odd, momentOf(odd)]).toEqual([odd, null])
})
