import { z } from 'zod'
import { EVENT_TYPES } from '../contract/catalogue.ts'
import { Severity } from '../contract/severity.ts'
import type { ConfigIssue, Located } from './load.ts'
import type { Site } from './schema.ts'

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '写成 HH:MM')
/** Every rule over persons' traces says by what law and for what end it exists, and can be switched off. */
const explained = {
  enabled: z.boolean().default(true),
  severity: Severity,
  legal_basis: z.string().min(1),
  /** What the data are put together for, and for nothing else (个人信息保护法第六条). */
  purpose: z.string().min(1),
  unverified: z.boolean().default(false),
}

/** rules/correlation.yaml: door × terminal × duty. */
export const CorrelationRules = z.strictObject({
  version: z.string(),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  /** Days that first and last entries of a person and judged findings are kept. */
  keepDays: z.int().min(1).max(90),
  /** Minutes that the wall's lanes show. */
  laneMinutes: z.int().min(10).max(240),
  /** Place of terminals → doors of that room, whose opening counts as entering it. */
  places: z.record(z.string(), z.array(z.string()).min(1)),
  rules: z.strictObject({
    terminalWithoutEntry: z.strictObject({
      ...explained,
      /** Event types that a person at the machine causes; a heartbeat is none. */
      activity: z.array(z.string().startsWith('terminal.')).min(1),
      /** Seconds that late door records are waited for before absence is concluded. */
      settleS: z.number().positive(),
      /** An entry of the evening before explains a night at work. */
      lookbackH: z.number().min(0).max(24),
      /** Seconds by which door and terminal clocks may differ. */
      toleranceS: z.number().min(0),
      /** So many machines coming online within that time: the console is back, not the people. */
      massReturn: z.strictObject({ hosts: z.int().min(2), withinS: z.number().positive() }),
      /** Areas of doors that everybody passes; then those of the terminal's own floor. */
      entranceAreas: z.array(z.string()).min(1),
      floorAreas: z.array(z.string()),
      exemptPlaces: z.array(z.string()).default([]),
    }),
    nightEntry: z.strictObject({
      ...explained,
      /** Through midnight when `to` is the earlier. */
      windows: z.array(z.strictObject({ from: timeOfDay, to: timeOfDay })).min(1),
      exemptAreas: z.array(z.string()).default([]),
    }),
    unprotectedRoom: z.strictObject({
      ...explained,
      /** An entry older than this is no longer news. */
      withinS: z.number().positive(),
    }),
  }),
})
export type CorrelationRules = z.output<typeof CorrelationRules>

/** What the rules say of the office: places, doors and areas that it does not have, event types that nobody sends. */
export function checkCorrelation(rules: Located<CorrelationRules>, { value: site }: Located<Site>): ConfigIssue[] {
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: rules.file, line: rules.lineOf(path), path: path.join('.'), message })
  const places = new Set(site.terminals.map(({ place }) => place))
  const doors = new Set(site.doors.map(({ id }) => id))
  const areas = new Set(site.areas)
  for (const [place, ids] of Object.entries(rules.value.places)) {
    if (!places.has(place)) complain(['places', place], `site.yaml 没有终端在 “${place}”`)
    ids.forEach((id, at) => {
      if (!doors.has(id)) complain(['places', place, at], `site.yaml 没有门 “${id}”`)
    })
  }
  const { terminalWithoutEntry: absence, nightEntry: night } = rules.value.rules
  const named = [
    [['terminalWithoutEntry', 'entranceAreas'], absence.entranceAreas],
    [['terminalWithoutEntry', 'floorAreas'], absence.floorAreas],
    [['nightEntry', 'exemptAreas'], night.exemptAreas],
  ] as const
  for (const [path, list] of named)
    list.forEach((area, at) => {
      if (!areas.has(area)) complain(['rules', ...path, at], `site.yaml 没有区域 “${area}”`)
    })
  absence.activity.forEach((type, at) => {
    if (!Object.hasOwn(EVENT_TYPES, type))
      complain(['rules', 'terminalWithoutEntry', 'activity', at], `没有事件类型 “${type}”`)
  })
  return issues
}
