import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { dryRun } from '../../collectors/dry-run.ts'
import { KINDS } from '../../server/sources/kinds.ts'
import { demoConfig } from '../helpers/office.ts'

/** A sample of each way, as somebody would paste or upload it: what it becomes before anything is live. */
const config = demoConfig()
const NOW = Date.UTC(2026, 10, 24, 1)
const fixture = (path: string): Buffer => readFileSync(new URL(`../fixtures/${path}`, import.meta.url))

function source(kind: string): Record<string, unknown> {
  const template = KINDS.find((one) => one.kind === kind)?.template ?? {}
  const text = JSON.stringify({ ...template, id: 'new', name: '新来源' })
  return JSON.parse(text.replace('"serial":""', '"serial":"ZK1"').replace('"appKey":""', '"appKey":"k"'))
}
const ask = (kind: string, sample: string | Buffer, over: object = {}, vendorDir?: string) =>
  dryRun(
    { source: { ...source(kind), ...over }, sample: Buffer.from(sample).toString('base64'), name: 'x' },
    {
      profiles: config.profiles,
      site: config.site,
      now: NOW,
      personHash: () => 'h:x',
      ...(vendorDir ? { vendorDir } : {}),
    },
  )

const ALERT = JSON.stringify({
  eventType: 'AccessControllerEvent',
  dateTime: '2026-11-24T08:31:05+08:00',
  AccessControllerEvent: { majorEventType: 5, subEventType: 75, serialNo: 7, doorNo: 1, employeeNoString: '10023' },
})
const PUSHED = `--b\r\nContent-Disposition: form-data; name="event_log"\r\nContent-Type: application/json\r\n\r\n${ALERT}\r\n--b--\r\n`
const ARTEMIS = JSON.stringify({
  code: '0',
  data: {
    total: 1,
    list: [{ eventId: 'e1', eventTime: '2026-11-24T08:31:05+08:00', eventType: 196893, doorIndexCode: 'c' }],
  },
})
const WAZUH =
  '{"timestamp":"2026-11-24T08:21:07.123+0800","id":"1.2","rule":{"level":12,"description":"x"},"agent":{"name":"JCY-1"}}'

it.each<[string, string, string | Buffer, string]>([
  ['hikvision', 'an answer of AcsEvent', fixture('hikvision/page.json'), 'access.granted'],
  ['hikvision', 'a document of the stream', ALERT, 'access.granted'],
  ['hikvision', 'a posted body', PUSHED, 'access.granted'],
  ['artemis', 'an answer of the platform', ARTEMIS, 'access.granted'],
  ['dahua', 'an answer of recordFinder', fixture('dahua/g7-01-two.bin'), 'access.granted'],
  ['dahua', 'events of eventManager', 'Code=BreakIn;action=Start;index=0', 'door.forced'],
  ['zkteco', 'ATTLOG', fixture('zkteco/g8-03-attlog.bin'), 'access.granted'],
  ['zkteco', 'rtlog', fixture('zkteco/g8-04-rtlog.bin'), 'access.granted'],
  ['zkteco', 'rtstate', fixture('zkteco/g8-13-rtstate-open.bin'), 'door.opened'],
  [
    'clamd',
    'VERSION and STATS',
    'ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026\nTHREADS: live 1 idle 0 max 12\n',
    'terminal.engine',
  ],
  ['terminal-table', 'a list of patches', '计算机名,补丁号,级别\nJCY-1,KB5000001,高危\n', 'terminal.patch_missing'],
  ['web-hook', 'a list that is posted', `[${WAZUH},${WAZUH}]`, 'terminal.edr_alert'],
  ['log-file', 'lines', `${WAZUH}\n`, 'terminal.edr_alert'],
  [
    'line-folder',
    'a hook',
    '{"file":"/srv/a.doc","virus":"Eicar","time":"2026-11-24T08:00:00+08:00"}',
    'terminal.virus',
  ],
  [
    'case-sql',
    'rows of a view saved as text',
    'BMSAH,AJMC,SLRQ,CBR,DQJD\n示检刑诉受[2026]37000000031号,x,2026-11-01,示例甲,审查\n',
    'case.snapshot',
  ],
])('%s: %s', async (kind, _, sample, type) => {
  const answer = await ask(kind, sample)
  expect(answer.problem).toBeNull()
  expect(Object.keys(answer.types), JSON.stringify(answer.refusals)).toContain(type)
  expect(answer.mapped.length).toBeGreaterThan(0)
  expect(JSON.stringify(answer)).not.toContain('10023')
})

it('names codes that the dialect does not know, and refuses what is none of the device', async () => {
  const strange = ALERT.replace('"subEventType":75', '"subEventType":999')
  expect(await ask('hikvision', strange)).toMatchObject({ types: { 'access.other': 1 }, unmapped: ['5.999'] })
  for (const kind of ['hikvision', 'artemis', 'dahua', 'clamd'])
    expect((await ask(kind, '<html>login</html>')).refusalCount, kind).toBe(1)
})

it("tries a vendor of the office's own where its file decodes messages", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-vendors-'))
  writeFileSync(
    join(folder, 'acme.ts'),
    `export const dialect = () => ({ zone: 'Asia/Shanghai', allowNoPri: true, decode: (message, now) => ({ drafts: [{ type: 'terminal.other', nativeKey: message.message, observedMs: now, observedAt: new Date(now).toISOString(), data: { text: message.message } }], refusals: [], dropped: 0 }) })`,
  )
  const profile = { id: 'acme', version: 1, kind: 'acme', basis: 'x' }
  const answer = await dryRun(
    { source: { ...source('vendor'), profile: 'acme' }, sample: Buffer.from('hello\n').toString('base64'), name: 'x' },
    {
      profiles: new Map([['acme', profile as never]]),
      site: config.site,
      now: NOW,
      personHash: () => 'h:x',
      vendorDir: folder,
    },
  )
  rmSync(folder, { recursive: true })
  expect(answer).toMatchObject({ ok: true, types: { 'terminal.other': 1 } })
})
