import type { SyslogMessage } from '../intake/syslog-header.ts'
import { readStamp } from '../intake/syslog-time.ts'
import { atZone, type Moment } from '../intake/wall-clock.ts'
import { type Decoded, type Draft, nothing, refuse } from '../source.ts'
import { readClamLine, type Statement } from './clam-line.ts'
import type { DialectFactory } from './dialects.ts'
import { readEventTime } from './event-time.ts'
import { present, textOf } from './facts.ts'
import { firstOf, parseBody, pathsOf } from './json.ts'
import { ClamavProfile, readProfile } from './profile.ts'

const DAY_MS = 86_400_000
const WEEKDAY = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) /

/**
 * ClamAV: clamd.log, freshclam.log, the same lines by syslog, and the JSON that our VirusEvent hook writes
 * (protocols.md 1.4). clamd only finds; what became of the file nobody says.
 */
export const dialect: DialectFactory = (file) => {
  const profile = readProfile(ClamavProfile, file)
  return {
    zone: profile.zone,
    priOptional: true,
    decode: (message, receivedMs, raw, encoding) => {
      const about = { host: message.host ?? profile.host, enc: encoding === 'utf-8' ? undefined : encoding }
      if (message.message.trimStart().startsWith('{')) {
        const said = readHook(message.message, profile.zone, receivedMs)
        if (!said) return { ...nothing(), refusals: [refuse('bad_json', raw, '钩子写的 JSON 不完整')] }
        return toEvent(said.statement, said.moment, { ...about, host: said.host ?? about.host }, profile, receivedMs)
      }
      const { moment, text } = takeTime(message, profile.zone, receivedMs)
      const statement = readClamLine(text)
      return statement ? toEvent(statement, moment, about, profile, receivedMs) : { ...nothing(), dropped: 1 }
    },
  }
}

/** `LogTime yes` puts `Tue Nov 24 10:02:11 2026 -> ` in front; by syslog the header has the time. */
function takeTime(message: SyslogMessage, zone: string, receivedMs: number) {
  const { message: text, moment } = message
  if (!WEEKDAY.test(text)) return { moment, text }
  const stamp = readStamp(text.slice(4), receivedMs, zone)
  const arrow = text.indexOf(' -> ')
  return stamp && arrow === 4 + stamp.length ? { moment: stamp.moment, text: text.slice(arrow + 4) } : { moment, text }
}

/** Keys of the hook's JSON, the newer first. */
const HOOK = {
  name: pathsOf(['virus', 'name']),
  path: pathsOf(['file', 'path']),
  at: pathsOf(['at', 'time']),
  host: pathsOf(['host']),
}

function readHook(text: string, zone: string, receivedMs: number) {
  const body = parseBody(text)
  const name = textOf(firstOf(body, HOOK.name))
  const path = textOf(firstOf(body, HOOK.path))
  if (!body || name === undefined || path === undefined) return undefined
  const at = readEventTime(firstOf(body, HOOK.at), zone)
  const statement: Statement = { what: 'found', path, name }
  return { statement, moment: plausible(at, receivedMs), host: textOf(firstOf(body, HOOK.host)) }
}

const plausible = (moment: Moment | undefined, receivedMs: number): Moment | undefined =>
  moment && moment.ms <= receivedMs + DAY_MS ? moment : undefined

function toEvent(
  statement: Statement,
  moment: Moment | undefined,
  about: { host: string | undefined; enc: string | undefined },
  profile: ClamavProfile,
  receivedMs: number,
): Decoded {
  // Our own self-test goes through a stream; a test file on a disk has a path and is an alert as any other.
  if (statement.what === 'found' && statement.path.startsWith('instream(') && /eicar/i.test(statement.name))
    return { ...nothing(), dropped: 1 }
  const host = about.host?.slice(0, 128)
  const { type, facts } = meaning(statement)
  const draft: Draft = {
    type,
    object: host,
    device: profile.device,
    nativeKey: [host, type, ...Object.values(facts), moment?.ms ?? receivedMs].join('|').slice(0, 4000),
    observedMs: moment?.ms ?? null,
    observedAt: moment?.observedAt ?? atZone(receivedMs, profile.zone).observedAt,
    data: present({ host, engine: 'ClamAV', ...facts, time_src: moment ? undefined : 'received' }),
    enc: about.enc,
  }
  return { drafts: [draft], refusals: [], dropped: 0 }
}

function meaning(statement: Statement): { type: string; facts: Record<string, unknown> } {
  switch (statement.what) {
    case 'found':
      return {
        type: 'terminal.virus',
        facts: {
          name: statement.name.slice(0, 200),
          path: textOf(statement.path),
          ...present({ md5: statement.md5, size: statement.size }),
          outcome: 'detected',
          action: 'none',
        },
      }
    case 'database':
      return {
        type: 'terminal.signature',
        facts: present({ name: statement.name, outcome: statement.outcome, sig_version: statement.version }),
      }
    case 'engine':
      return { type: 'terminal.engine', facts: { up: statement.up, reason: statement.reason } }
  }
}
