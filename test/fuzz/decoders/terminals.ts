import { readCsv } from '../../../collectors/intake/csv.ts'
import { messagesOf } from '../../../collectors/intake/posted.ts'
import { splitAware } from '../../../collectors/intake/syslog-decode.ts'
import { createFramer } from '../../../collectors/intake/syslog-framing.ts'
import { parseHeader } from '../../../collectors/intake/syslog-header.ts'
import { readVerdict } from '../../../collectors/terminals/clamd.ts'
import { readStats, readVersion } from '../../../collectors/terminals/clamd-answers.ts'
import { readFormatted } from '../../../collectors/terminals/date-format.ts'
import { readTerminalTable } from '../../../collectors/terminals/table.ts'
import { TableProfile } from '../../../collectors/terminals/table-profile.ts'
import { decoderOf, lineDecoderOf, profileOf } from '../../collectors/terminals/decoders.ts'
import { type Fuzzed, fixtures, text } from '../fuzzed.ts'

const NOW = Date.parse('2026-11-24T10:31:00+08:00')
const TERMINALS = 'syslog/terminals'

const syslog = async (profile: string, seeds: readonly Uint8Array[]): Promise<Fuzzed> => {
  const decode = await decoderOf(profile)
  return { name: profile, seeds, decode: (input) => decode(input, NOW) }
}

const lines = async (profile: string, seeds: readonly Uint8Array[]): Promise<Fuzzed> => {
  const decode = await lineDecoderOf(profile, 'SRV-1')
  return { name: profile, seeds, decode: (input) => decode(input, NOW) }
}

export const fuzzed = async (): Promise<Fuzzed[]> => {
  const whole = await decoderOf('tianqing-v10')
  const tables = TableProfile.parse(profileOf('terminal-table'))
  return [
    {
      name: 'syslog-header',
      seeds: fixtures('syslog', (name) => name.endsWith('.bin')),
      decode: (input) =>
        parseHeader(Buffer.from(input).toString('utf8'), { receivedMs: NOW, zone: 'Asia/Shanghai', priOptional: true }),
    },
    {
      name: 'syslog-stream',
      seeds: fixtures('syslog', (name) => /^g1-(09|1[0-3])/.test(name)),
      decode: (input) => {
        const framer = createFramer()
        const decode = splitAware(whole)
        for (const { frames } of [framer.push(input.subarray(0, 99)), framer.push(input.subarray(99)), framer.end()])
          for (const frame of frames) decode(frame, NOW)
      },
    },
    await syslog(
      'tianqing-v10',
      fixtures(TERMINALS, (name) => name.startsWith('g2-') && !name.includes('v6')),
    ),
    await syslog(
      'tianqing-v6',
      fixtures(TERMINALS, (name) => name.includes('-v6')),
    ),
    await syslog(
      'cef',
      fixtures(TERMINALS, (name) => /^g3-/.test(name) && !name.includes('kwts')),
    ),
    await syslog(
      'kaspersky-kwts',
      fixtures(TERMINALS, (name) => name.includes('kwts')),
    ),
    await lines(
      'wazuh',
      fixtures(TERMINALS, (name) => name.startsWith('g4-wazuh')),
    ),
    await lines(
      'windows-defender',
      fixtures(TERMINALS, (name) => name.startsWith('g4-defender')),
    ),
    await lines(
      'clamav',
      fixtures(TERMINALS, (name) => name.startsWith('g4-clam') || name.startsWith('g4-fresh')),
    ),
    {
      name: 'clamd-answers',
      seeds: text(
        'ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026',
        'THREADS: live 3  idle 0 max 12 idle-timeout 30\nQUEUE: 7 items\nMEMSTATS: heap N/A pools 1 pools_used 1306.837M\nEND',
        'stream: Eicar-Test-Signature FOUND',
      ),
      decode: (input) => {
        const reply = Buffer.from(input).toString('utf8')
        readVersion(reply, 'Asia/Shanghai')
        readStats(reply)
        readVerdict(reply)
      },
    },
    {
      name: 'posted-messages',
      seeds: text('[{"a":1},{"b":[2]}]', '{"a":\n1}', '{"a":1}\r\n{"b":2}\n'),
      decode: messagesOf,
    },
    {
      name: 'terminal-table',
      seeds: text(
        '缺失清单,,,,\n计算机名,补丁号,补丁级别,状态,发布日期\nJCY-1,KB1,高危,未安装,2026-11-05\n合计,1,,,\n',
        '主机名\tCPU\t内存\t硬盘\tMAC地址\t最后在线时间\nJCY-1\ti5\t16G\tWD\t02-1A\t2026/11/24 10:00\n',
      ),
      decode: (input) => {
        const csv = readCsv(Buffer.from(input).toString('utf8'))
        if (csv.ok) readTerminalTable(csv.book, tables)
      },
    },
    {
      name: 'date-format',
      seeds: text(
        'yyyy-MM-dd HH:mm:ss|2026-11-24 10:22:31',
        'MMM dd yyyy HH:mm:ss.SSS z|Nov 24 2026 02:22:31.000 GMT+00:00',
        "yyyy-MM-dd'T'HH:mm:ssXXX|2026-11-24T10:22:31+08:00",
        'dd/MM/yy hh:mm a|24/11/26 10:22 PM',
      ),
      decode: (input) => {
        const [format = '', time = ''] = Buffer.from(input).toString('utf8').split('|')
        readFormatted(time, format, 'Asia/Shanghai')
      },
    },
  ]
}
