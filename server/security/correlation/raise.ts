import type { AlertSignal, Turn } from '../../feature.ts'
import type { SecurityDeps } from '../context.ts'
import { clockOf, type Ground } from './place.ts'
import type { Finding, RuleName } from './repository.ts'
import { CROSS_REASONS } from './rules.ts'

/** Rule → rule id of alerts.yaml. */
export const ALERT_RULES: Readonly<Record<RuleName, string>> = {
  terminalWithoutEntry: 'cross.terminal-without-entry',
  nightEntry: 'cross.night-entry',
  unprotectedRoom: 'cross.unprotected-room',
}
export const causeOf = (finding: Finding): string => `cross.${finding.id}`

const ACTIVITY_WORDS: Readonly<Record<string, string>> = {
  'terminal.online': '上线',
  'terminal.usb': '接入外设',
  'terminal.illegal_outreach': '违规外联',
  'terminal.wifi': '连接无线网络',
}

/** An alert with door, terminal and duty side by side. Posts and numbers only, no name. */
export async function raiseFinding(deps: SecurityDeps, ground: Ground, turn: Turn, finding: Finding): Promise<void> {
  const facts = factsOf(ground, finding)
  const signal: AlertSignal = {
    cause: causeOf(finding),
    rule: ALERT_RULES[finding.rule],
    domain: finding.rule === 'nightEntry' ? 'access' : 'terminal',
    object: finding.rule === 'unprotectedRoom' ? null : finding.object,
    at: finding.atMs,
    evidence: finding.evidence,
    // A night's entry cannot be undone; the others end with the entry that was missing, or with protection.
    clearable: finding.rule !== 'nightEntry',
    severity: deps.config.correlation.rules[finding.rule].severity,
    values: {
      place: finding.place,
      reason: CROSS_REASONS[finding.reason],
      time: clockOf(finding.atMs),
      what: ACTIVITY_WORDS[finding.kind] ?? '有操作',
      count: finding.hosts?.length ?? 0,
    },
    facts,
    demo: deps.config.site.demo,
  }
  await deps.alerts.raise(turn, signal)
}

/** 门 / 终端 / 值守, each in one line. */
export function factsOf(ground: Ground, finding: Finding): { label: string; text: string }[] {
  const time = clockOf(finding.atMs)
  const shift = ground.shiftAt(finding.atMs) ?? '未排班'
  const person = ground.people.get(finding.person ?? '')
  const duty = person ? (ground.onDuty(person, finding.atMs) ? '在值守岗' : '不在值守岗') : '不在名册'
  switch (finding.rule) {
    case 'terminalWithoutEntry':
      return [
        { label: '门', text: `使用人今日无刷卡 · 必经 ${ground.wayTo(finding.place).length} 门记录完整` },
        { label: '终端', text: `${time} ${ACTIVITY_WORDS[finding.kind] ?? '有操作'} · ${finding.place}` },
        { label: '值守', text: `${shift} · 使用人${duty}` },
      ]
    case 'nightEntry':
      return [
        { label: '门', text: `${time} 刷卡开门 · 共 ${finding.evidence.length} 次` },
        { label: '终端', text: terminalsIn(ground, finding.object) },
        { label: '值守', text: `${shift} · 刷卡人${duty}` },
      ]
    case 'unprotectedRoom': {
      return [
        { label: '门', text: `${time} 有人进入 ${finding.place}` },
        { label: '终端', text: `无防护 ${(finding.hosts ?? []).join('、')}`.slice(0, 80) },
        { label: '值守', text: shift },
      ]
    }
  }
}

function terminalsIn(ground: Ground, door: string): string {
  const places = ground.placesOf.get(door) ?? []
  if (places.length === 0) return '该门未对应终端'
  const hosts = places.flatMap((place) => ground.hostsIn(place))
  return `${places.join('、')}内终端 ${hosts.length} 台`
}
