import { Writable } from 'node:stream'
import { pino } from 'pino'
import { describe, expect, test } from 'vitest'
import { scrub } from '../../config/scrub.ts'

/** ASVS v5.0.0-16.2.5, 16.4.1: nothing sensitive in logs, no forged lines. */
describe('a log line', () => {
  test.each([
    ['身份证 149999198011222536。', '身份证 ［证件号］。'],
    ['149999 19801122 253X', '［证件号］'],
    ['{"msg":"149999198011222536"}', '{"msg":"［证件号］"}'],
    ['电话13912345678，', '电话［电话］，'],
    ['+86 139-1234-5678', '［电话］'],
    ['卡 6222 0211 0011 2233 445', '卡 ［卡号］'],
    ['authorization: Bearer abc.def-ghi_jkl', 'authorization: Bearer ［令牌］'],
    ['{"h":"Bearer abcdefghijkl","x":1}', '{"h":"Bearer ［令牌］","x":1}'],
    ['postgres://sanling:hunter2@db:5432/x', 'postgres://sanling:［口令］@db:5432/x'],
  ])('%s', (said, written) => expect(scrub(said)).toBe(written))
  test.each([
    '{"level":30,"time":1795622400123,"pid":12345678901}',
    'event 0192f3a4-1234-7abc-8def-1391234567ff',
    '收件 13912345678901 条',
    '10.139.12.34',
    'http://127.0.0.1:8080/x@y',
    '案号 示检刑受[2026]14999900012号',
  ])('%s stays', (said) => expect(scrub(said)).toBe(said))

  test('is clean when an error carries them, and stays one line whatever is in it', () => {
    const lines: string[] = []
    const stream = new Writable({
      write(piece, _encoding, done) {
        lines.push(String(piece))
        done()
      },
    })
    const log = pino({ hooks: { streamWrite: scrub } }, stream)
    log.error({ err: new Error('bad row 149999198011222536\n{"level":50,"msg":"forged"}') }, '电话 13912345678')
    const [line = ''] = lines
    expect(lines).toHaveLength(1)
    expect(line).not.toMatch(/149999198011222536|13912345678/)
    expect(line.trimEnd().split('\n')).toHaveLength(1)
    expect(JSON.parse(line)).toMatchObject({ level: 50 })
  })
})
