import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'

/** How many cases each table of protocols.md section 8 has. */
const TABLES = { G1: 16, G2: 15, G3: 15, G4: 14, G5: 15, G6: 14, G7: 14, G8: 15, G9: 15, G10: 20 } as const

/** Every golden case → the file and the name of the test that shows it, or the byte fixture that a table test reads. */
const INDEX: Readonly<Record<string, readonly (readonly [file: string, name: string])[]>> = {
  'G1.1': [['intake-syslog/golden.test.ts', 'g1-01-bsd.bin']],
  'G1.2': [['intake-syslog/golden.test.ts', 'g1-02-padded-day.bin']],
  'G1.3': [['intake-syslog/golden.test.ts', 'g1-03-new-year.bin']],
  'G1.4': [
    ['intake-syslog/golden.test.ts', 'g1-04-feb-29.bin'],
    ['intake-syslog/golden.test.ts', 'g1-04-feb-29-leap.bin'],
    ['intake-syslog/golden.test.ts', 'g1-04-day-ahead.bin'],
  ],
  'G1.5': [['intake-syslog/golden.test.ts', 'g1-05-no-header.bin']],
  'G1.6': [
    ['intake-syslog/golden.test.ts', 'g1-06-pri-999.bin'],
    ['intake-syslog/golden.test.ts', 'g1-06-pri-minus.bin'],
    ['intake-syslog/golden.test.ts', 'g1-06-pri-zero.bin'],
  ],
  'G1.7': [
    ['intake-syslog/golden.test.ts', 'g1-07-5424-sd-bom.bin'],
    ['intake-syslog/golden.test.ts', 'g1-07-5424-sd-unescaped-bracket.bin'],
    ['intake-syslog/golden.test.ts', 'g1-07-5424-sd-broken.bin'],
  ],
  'G1.8': [['intake-syslog/golden.test.ts', 'g1-08-5424-nil.bin']],
  'G1.9': [['intake-syslog/golden.test.ts', 'g1-09-octet-two.bin']],
  'G1.10': [['intake-syslog/golden.test.ts', 'g1-10-octet-chinese.bin']],
  'G1.11': [
    ['intake-syslog/golden.test.ts', 'g1-11-line-lf.bin'],
    ['intake-syslog/golden.test.ts', 'g1-11-line-crlf.bin'],
    ['intake-syslog/golden.test.ts', 'g1-11-line-nul.bin'],
  ],
  'G1.12': [
    ['intake-syslog/golden.test.ts', 'g1-12-len-huge.bin'],
    ['intake-syslog/golden.test.ts', 'g1-12-len-11-digits.bin'],
    ['intake-syslog/golden.test.ts', 'g1-12-len-65537.bin'],
  ],
  'G1.13': [
    ['intake-syslog/golden.test.ts', 'g1-13-newline-in-json.bin'],
    ['intake-syslog/golden.test.ts', 'g1-13-newline-in-string.bin'],
  ],
  'G1.14': [
    ['intake-syslog/golden.test.ts', 'g1-14-gbk.bin'],
    ['intake-syslog/golden.test.ts', 'g1-14-utf8.bin'],
    ['intake-syslog/golden.test.ts', 'g1-14-utf8-cut.bin'],
  ],
  'G1.15': [['intake-syslog/golden.test.ts', 'g1-15-gbk-second-byte.bin']],
  'G1.16': [
    ['intake-syslog/golden.test.ts', 'g1-16-iso-space.bin'],
    ['intake-syslog/golden.test.ts', 'g1-16-iso-offset.bin'],
    ['intake-syslog/golden.test.ts', 'g1-16-iso-utc.bin'],
  ],
  'G2.1': [
    ['terminals/golden.test.ts', 'g2-01-virus.bin'],
    ['terminals/golden.test.ts', 'g2-01-virus-gbk.bin'],
    ['terminals/golden.test.ts', 'g2-01-future-clock.bin'],
  ],
  'G2.2': [
    ['terminals/golden.test.ts', 'g2-02-virus-epoch-ms.bin'],
    ['terminals/golden.test.ts', 'g2-02-virus-epoch-text.bin'],
    ['terminals/golden.test.ts', 'g2-02-seconds-and-ms-are-one.bin'],
  ],
  'G2.3': [
    ['terminals/golden.test.ts', 'g2-03-group-object.bin'],
    ['terminals/golden.test.ts', 'g2-03-group-missing.bin'],
    ['terminals/golden.test.ts', 'g2-03-group-empty.bin'],
  ],
  'G2.4': [
    ['terminals/golden.test.ts', 'g2-04-outreach.bin'],
    ['terminals/golden.test.ts', 'g2-04-outreach-said-twice.bin'],
    ['terminals/golden.test.ts', 'g2-04-outreach-no-time.bin'],
  ],
  'G2.5': [['terminals/golden.test.ts', 'g2-05-usb.bin']],
  'G2.6': [
    ['terminals/golden.test.ts', 'g2-06-same-guid.bin'],
    ['terminals/golden.test.ts', 'g2-06-no-guid.bin'],
    ['terminals/golden.test.ts', 'g2-06-no-guid-other-file.bin'],
  ],
  'G2.7': [
    ['terminals/golden.test.ts', 'g2-07-unknown-topic.bin'],
    ['terminals/golden.test.ts', 'g2-07-no-class.bin'],
  ],
  'G2.8': [
    ['terminals/golden.test.ts', 'g2-08-process-details.bin'],
    ['terminals/golden.test.ts', 'g2-08-noise.bin'],
  ],
  'G2.9': [
    ['terminals/golden.test.ts', 'g2-09-policy-change.bin'],
    ['terminals/golden.test.ts', 'g2-09-console-audit.bin'],
  ],
  'G2.10': [
    ['terminals/golden.test.ts', 'g2-10-cut-1024.bin'],
    ['terminals/golden.test.ts', 'g2-10-two-objects.bin'],
    ['terminals/golden.test.ts', 'g2-10-not-json.bin'],
  ],
  'G2.11': [['terminals/golden.test.ts', 'g2-11-severity-words.bin']],
  'G2.12': [['terminals/golden.test.ts', 'g2-12-result-unknown.bin']],
  'G2.13': [['../security/feature.test.ts', 'terminals: online rate, silence, virus, outreach, patches']],
  'G2.14': [['terminals/golden.test.ts', 'g2-14-proto.bin']],
  'G2.15': [['terminals/golden.test.ts', 'g2-15-path.bin']],
  'G3.1': [
    ['terminals/golden.test.ts', 'g3-01-after-header.bin'],
    ['terminals/golden.test.ts', 'g3-01-bare.bin'],
  ],
  'G3.2': [['terminals/golden.test.ts', 'g3-02-space.bin']],
  'G3.3': [['terminals/golden.test.ts', 'g3-03-pipe-in-header.bin']],
  'G3.4': [['terminals/golden.test.ts', 'g3-04-backslash-in-header.bin']],
  'G3.5': [['terminals/golden.test.ts', 'g3-05-escaped-equals.bin']],
  'G3.6': [['terminals/golden.test.ts', 'g3-06-spaces.bin']],
  'G3.7': [
    ['terminals/golden.test.ts', 'g3-07-left-to-right.bin'],
    ['terminals/golden.test.ts', 'g3-07-backslash-n.bin'],
  ],
  'G3.8': [['terminals/golden.test.ts', 'g3-08-pipe-in-extension.bin']],
  'G3.9': [
    ['terminals/golden.test.ts', 'g3-09-label-before.bin'],
    ['terminals/golden.test.ts', 'g3-09-label-after.bin'],
    ['terminals/golden.test.ts', 'g3-09-label-alone.bin'],
  ],
  'G3.10': [
    ['terminals/golden.test.ts', 'g3-10-severity-word.bin'],
    ['terminals/golden.test.ts', 'g3-10-severity-12.bin'],
    ['terminals/golden.test.ts', 'g3-10-severity-unknown.bin'],
  ],
  'G3.11': [
    ['terminals/golden.test.ts', 'g3-11-trend.bin'],
    ['terminals/golden.test.ts', 'g3-11-rt-bad.bin'],
    ['terminals/golden.test.ts', 'g3-11-rt-no-zone.bin'],
  ],
  'G3.12': [
    ['terminals/golden.test.ts', 'g3-12-six-fields.bin'],
    ['terminals/golden.test.ts', 'g3-12-no-cef.bin'],
  ],
  'G3.13': [
    ['terminals/golden.test.ts', 'g3-13-caret.bin'],
    ['terminals/golden.test.ts', 'g3-13-x09.bin'],
    ['terminals/golden.test.ts', 'g3-13-0x5E.bin'],
  ],
  'G3.14': [
    ['terminals/golden.test.ts', 'g3-14-unknown-signature.bin'],
    ['terminals/golden.test.ts', 'g3-14-unknown-act.bin'],
    ['terminals/golden.test.ts', 'g3-14-leef-format-slashes.bin'],
  ],
  'G3.15': [
    ['terminals/golden.test.ts', 'g3-15-gbk-second-byte.bin'],
    ['terminals/golden.test.ts', 'g3-15-kwts.bin'],
  ],
  'G4.1': [
    ['terminals/golden.test.ts', 'g4-wazuh-levels.bin'],
    ['terminals/golden.test.ts', 'g4-wazuh-clamav.bin'],
    ['terminals/golden.test.ts', 'g4-wazuh-disconnected.bin'],
  ],
  'G4.2': [['terminals/golden.test.ts', 'g4-wazuh-offset.bin']],
  'G4.3': [
    ['terminals/golden.test.ts', 'g4-wazuh-same-id.bin'],
    ['terminals/golden.test.ts', 'g4-wazuh-two-managers.bin'],
    ['terminals/golden.test.ts', 'g4-wazuh-no-id-no-time.bin'],
    ['terminals/tail.test.ts', 'G4.3 nothing twice after a restart, nothing of a half line'],
  ],
  'G4.4': [['terminals/tail.test.ts', 'G4.4 rotation loses nothing and doubles nothing']],
  'G4.5': [
    ['terminals/golden.test.ts', 'g4-wazuh-half.bin'],
    ['terminals/tail.test.ts', 'G4.5 a half line waits for its end; CRLF; empty lines'],
  ],
  'G4.6': [
    ['terminals/clamd.test.ts', 'G4.6, G4.11 an answer in pieces, late, or twice is an answer'],
    ['terminals/clamd.test.ts', 'no answer, cut, too long, not allowed, nobody there: each its own trouble'],
  ],
  'G4.7': [
    ['terminals/clamd.test.ts', 'G4.7 VERSION with and without signatures'],
    ['terminals/clamd.test.ts', 'G4.7 no signatures, and an engine that finds nothing'],
  ],
  'G4.8': [
    ['terminals/clamd.test.ts', 'G4.8 INSTREAM: clean, virus, too large'],
    ['terminals/clamd.test.ts', 'G4.8 scans a stream'],
  ],
  'G4.9': [
    ['terminals/golden.test.ts', 'g4-clamd-found.bin'],
    ['terminals/golden.test.ts', 'g4-clamd-tricky-path.bin'],
    ['terminals/golden.test.ts', 'g4-clamd-gbk-path.bin'],
  ],
  'G4.10': [['terminals/golden.test.ts', 'g4-clamd-details.bin']],
  'G4.11': [['terminals/clamd.test.ts', 'G4.6, G4.11 an answer in pieces, late, or twice is an answer']],
  'G4.12': [
    [
      'terminals/clamd.test.ts',
      'the whole fault script: down and up again are events, a forbidden command is not, nothing is doubled',
    ],
  ],
  'G4.13': [['terminals/golden.test.ts', 'g4-freshclam.bin']],
  'G4.14': [
    ['terminals/golden.test.ts', 'g4-clam-hook.bin'],
    ['terminals/golden.test.ts', 'g4-clam-hook-half.bin'],
    ['terminals/ways.test.ts', 'G4.14 the hook of clamd: read once renamed, names with quotes, nothing half'],
  ],
  'G5.1': [
    ['doors/poll.test.ts', 'G5.1, G5.2: 61 events, 30 a page'],
    ['doors/golden.test.ts', 'a page of AcsEvent'],
  ],
  'G5.2': [['doors/poll.test.ts', 'G5.1, G5.2: 61 events, 30 a page']],
  'G5.3': [
    ['doors/poll.test.ts', 'G5.3: NO MATCH without InfoList'],
    ['doors/golden.test.ts', 'NO MATCH and a login page'],
  ],
  'G5.4': [['doors/poll.test.ts', 'G5.4: a gateway that says More']],
  'G5.5': [['doors/poll.test.ts', 'G5.5: MORE with no rows']],
  'G5.6': [['doors/poll.test.ts', 'G5.6: an event that arrives between two pages']],
  'G5.7': [['doors/poll.test.ts', 'G5.7: a stale nonce']],
  'G5.8': [['doors/poll.test.ts', 'G5.8: a wrong password stops the device']],
  'G5.9': [
    ['doors/poll.test.ts', 'G5.9: 403 notSupport'],
    ['doors/poll.test.ts', 'G5.9: 503 deviceBusy'],
  ],
  'G5.10': [['doors/decode.test.ts', 'reads a time %s']],
  'G5.11': [['doors/poll.test.ts', 'G5.11: after a factory reset']],
  'G5.12': [['doors/poll.test.ts', 'G5.12: a memory that ran over']],
  'G5.13': [['doors/decode.test.ts', 'code %i.%i is %s']],
  'G5.14': [['doors/poll.test.ts', 'G5.14: an answer that is %s']],
  'G5.15': [['doors/poll.test.ts', 'G5.15: a clock ten minutes ahead']],
  'G6.1': [
    ['doors/multipart.test.ts', 'G6.1: boundaries split anywhere'],
    ['doors/golden.test.ts', 'stream.bin'],
  ],
  'G6.2': [['doors/multipart.test.ts', 'G6.2: no boundary in the header']],
  'G6.3': [['doors/stream.test.ts', 'G6.3: pictures']],
  'G6.4': [['doors/stream.test.ts', 'G6.4: heartbeats']],
  'G6.5': [['doors/stream.test.ts', 'G6.5: what the device replays']],
  'G6.6': [['doors/stream.test.ts', 'G6.6: an XML part']],
  'G6.7': [['doors/stream.test.ts', 'G6.7: XML with a DOCTYPE']],
  'G6.8': [['doors/stream.test.ts', 'G6.8: the same event by stream and by poll is one']],
  'G6.9': [['doors/stream.test.ts', 'G6.9: silence of three heartbeats']],
  'G6.10': [['doors/stream.test.ts', 'G6.10: a lock event without employeeNoString']],
  'G6.11': [['doors/stream.test.ts', 'G6.11: a part of more than 2 MiB']],
  'G6.12': [['doors/push.test.ts', 'a wrong token']],
  'G6.13': [['doors/stream.test.ts', 'G6.13: a part that is an array']],
  'G6.14': [['doors/push.test.ts', '14: a compressed body is refused']],
  'G7.1': [
    ['doors/dahua-golden.test.ts', '1, 6, 8: two records are two events'],
    ['doors/dahua.test.ts', '1: brings each record once'],
  ],
  'G7.2': [
    ['doors/dahua.test.ts', '2: pages by CreateTime'],
    ['doors/dahua.test.ts', '2: more records in one second'],
  ],
  'G7.3': [
    ['doors/dahua-golden.test.ts', '3, 9, 14: Error with 200'],
    ['doors/dahua.test.ts', '3, 4: firmware that wants %s'],
  ],
  'G7.4': [['doors/dahua.test.ts', '3, 4: firmware that wants %s']],
  'G7.5': [
    ['doors/dahua-golden.test.ts', '5: a model that counts its wall clock'],
    ['doors/dahua.test.ts', '5: a model that counts its wall clock'],
  ],
  'G7.6': [['doors/dahua-golden.test.ts', '1, 6, 8: two records are two events']],
  'G7.7': [['doors/dahua-golden.test.ts', '7: GBK is read']],
  'G7.8': [['doors/dahua-golden.test.ts', '1, 6, 8: two records are two events']],
  'G7.9': [['doors/dahua-golden.test.ts', '3, 9, 14: Error with 200']],
  'G7.10': [['doors/dahua-golden.test.ts', '10, 11, 14: parts of several lines']],
  'G7.11': [
    ['doors/dahua-golden.test.ts', '10, 11, 14: parts of several lines'],
    ['doors/dahua.test.ts', '11: BreakIn, NotClose and DoorStatus'],
  ],
  'G7.12': [['doors/dahua.test.ts', '12: Basic only where the profile allows it']],
  'G7.13': [['doors/dahua.test.ts', '13: after a reset the numbers start again']],
  'G7.14': [
    ['doors/dahua-golden.test.ts', '10, 11, 14: parts of several lines'],
    ['doors/dahua.test.ts', '14: heartbeats are a sign of life'],
  ],
  'G8.1': [['doors/zk.test.ts', '1: an attendance device gets its options']],
  'G8.2': [['doors/zk.test.ts', '2: a controller registers']],
  'G8.3': [
    ['doors/zk-golden.test.ts', '3: three punches'],
    ['doors/zk.test.ts', '3, 6: a batch is told OK'],
  ],
  'G8.4': [['doors/zk-golden.test.ts', '4: %s, keys in whatever order']],
  'G8.5': [['doors/zk-golden.test.ts', '5: codes']],
  'G8.6': [['doors/zk.test.ts', '3, 6: a batch is told OK']],
  'G8.7': [['doors/zk.test.ts', '7: what could not be stored']],
  'G8.8': [['doors/zk.test.ts', '8: an unknown table']],
  'G8.9': [['doors/zk.test.ts', '9: an unknown serial number gets %i']],
  'G8.10': [['doors/zk-golden.test.ts', '10: a time that is none']],
  'G8.11': [['doors/zk-golden.test.ts', '11: PIN 0 is nobody']],
  'G8.12': [['doors/zk.test.ts', '12: an empty body is a heartbeat']],
  'G8.13': [
    ['doors/zk-golden.test.ts', '13: contacts, two bits a door'],
    ['doors/zk.test.ts', '13: contacts are told on change only'],
  ],
  'G8.14': [['doors/zk.test.ts', '14: a body of 5 MiB']],
  'G8.15': [['doors/zk.test.ts', '15: names and templates are not kept']],
  'G9.1': [
    ['patrol/wand.test.ts', '1: a bilingual header in two rows'],
    ['patrol/wand.test.ts', 'recorded bytes %s'],
  ],
  'G9.2': [
    ['patrol/wand.test.ts', '2: an Excel serial'],
    ['patrol/wand.test.ts', '2, 4, 6: a workbook'],
  ],
  'G9.3': [['patrol/wand.test.ts', '3: a date and a fraction']],
  'G9.4': [['patrol/wand.test.ts', '4: a whole serial in the time column']],
  'G9.5': [['patrol/wand.test.ts', '5: the same file twice']],
  'G9.6': [
    ['patrol/wand.test.ts', '6: the month sheet without persons'],
    ['../security/patrol.test.ts', 'G9.6: the same touch of two sheets'],
  ],
  'G9.7': [
    ['patrol/wand.test.ts', '7: two people at the same point'],
    ['../security/patrol.test.ts', 'G9.7: %s is another touch'],
  ],
  'G9.8': [['../security/patrol.test.ts', 'G9.8: a point out of order']],
  'G9.9': [['../security/patrol.test.ts', 'all in time, on the other side of midnight']],
  'G9.10': [
    ['../security/phone.test.ts', '9.10: nobody read the wand out'],
    ['../security/feature.test.ts', 'a missed round is told once and taken back by the late file'],
    ['../security/phone.test.ts', 'what was kept on the phone without a network'],
  ],
  'G9.11': [['patrol/wand.test.ts', '11: an unknown chip']],
  'G9.12': [['patrol/wand.test.ts', '12: a time in the future']],
  'G9.13': [
    ['patrol/wand.test.ts', '13: HTML that calls itself .xls'],
    ['patrol/wand.test.ts', '13: BIFF'],
  ],
  'G9.14': [
    ['patrol/wand.test.ts', '14: GBK with TAB'],
    ['patrol/wand.test.ts', '14: the encoding is kept'],
  ],
  'G9.15': [
    ['../security/patrol.test.ts', 'G9.15: what a check-in by phone is worth'],
    ['../security/patrol.test.ts', 'a photograph of the display, two minutes later'],
  ],
  'G10.1': [
    ['cases/xlsx.test.ts', 'G10.1: title rows and a merged two-row header'],
    ['cases/golden.test.ts', 'two-level.xlsx'],
  ],
  'G10.2': [['cases/day.test.ts', '// G10.2']],
  'G10.3': [
    ['cases/day.test.ts', 'G10.3 of a 1904 book'],
    ['cases/xlsx.test.ts', 'G10.3: a 1904 book'],
  ],
  'G10.4': [['cases/day.test.ts', 'G10.4 the day that never was']],
  'G10.5': [
    ['cases/import.test.ts', 'G10.5: GBK, UTF-16LE and UTF-8 with mark'],
    ['cases/golden.test.ts', 'utf16le.csv'],
  ],
  'G10.6': [['cases/import.test.ts', 'G10.6: 〔〕']],
  'G10.7': [['cases/import.test.ts', 'G10.7: a number']],
  'G10.8': [['cases/import.test.ts', 'G10.8: sum and signature rows']],
  'G10.9': [['cases/import.test.ts', 'G10.9: the same content']],
  'G10.10': [['cases/import.test.ts', 'G10.10: only the node changed']],
  'G10.11': [['cases/diff.test.ts', 'G10.11: two numbers under one']],
  'G10.12': [
    ['cases/malice.test.ts', 'G10.12: a bomb of a small file'],
    ['cases/malice.test.ts', 'claims 10 GiB'],
    ['cases/malice.test.ts', 'unpacks to more than it claims'],
    ['cases/malice.test.ts', 'holds an archive'],
  ],
  'G10.13': [
    ['cases/malice.test.ts', 'holds macros'],
    ['cases/malice.test.ts', 'links outside'],
  ],
  'G10.14': [['cases/malice.test.ts', 'G10.14: an OLE file']],
  'G10.15': [['cases/import.test.ts', 'G10.15: a file that still grows']],
  'G10.16': [['cases/xlsx.test.ts', 'G10.16: a hidden sheet']],
  'G10.17': [['cases/import.test.ts', 'G10.17: without 部门受案号']],
  'G10.18': [['cases/xlsx.test.ts', 'G10.18: of a HYPERLINK formula']],
  'G10.19': [['cases/import.test.ts', 'G10.19: an export with 30 %']],
  'G10.20': [['cases/import.test.ts', 'G10.20: a case of a minor']],
}

const FIXTURES = ['syslog', 'syslog/terminals'].map((folder) => join(import.meta.dirname, '../fixtures', folder))
/** The lists of fixtures, each entry with the number of its case. */
const LISTED = FIXTURES.flatMap((folder, at) => {
  const entries = JSON.parse(readFileSync(join(folder, at === 0 ? 'g1.json' : 'golden.json'), 'utf8')) as {
    table?: string
    case: number
    file: string
  }[]
  return entries.map(({ table = 'G1', case: number, file }) => `${table}.${number} ${file}`)
})

describe('every golden case has its test', () => {
  test.each(Object.entries(TABLES))('%s', (table, count) => {
    const missing = Array.from({ length: count }, (_, at) => `${table}.${at + 1}`).filter((one) => !INDEX[one]?.length)
    expect(missing).toEqual([])
  })

  test.each(Object.entries(INDEX))('%s', (golden, shown) => {
    for (const [file, name] of shown) {
      const path = join(import.meta.dirname, file)
      expect(existsSync(path), file).toBe(true)
      if (!name.endsWith('.bin') || file.startsWith('doors/')) {
        expect(readFileSync(path, 'utf8'), `${file} has no test “${name}”`).toContain(name)
        continue
      }
      expect(LISTED).toContain(`${golden} ${name}`)
      expect(FIXTURES.some((folder) => existsSync(join(folder, name)))).toBe(true)
    }
  })
})
