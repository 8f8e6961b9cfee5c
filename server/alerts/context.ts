import type { Logger } from 'pino'
import type { AlertRule, AlertRules, Site } from '../../config/schema.ts'
import { officeDate } from '../../config/zone.ts'
import type { Domain } from '../../contract/domains.ts'
import type { Figure } from '../../contract/figures.ts'
import type { AuditPort } from '../audit/journal.ts'
import type { Records, StoredEvent, Turn } from '../feature.ts'
import type { PackSources } from './evidence-pack.ts'
import { indexRules, type RuleIndex } from './rules.ts'

/** A thing of the office as a person calls it; `values` fill placeholders of the rules, e.g. a door's `limit`. */
export interface ObjectWords {
  name: string
  values?: Readonly<Record<string, string | number>>
}

/** The fire drill's ear inside the alert path. */
export interface DrillWatch {
  /** Only a drill that is under way here may ring; whoever else sends such an event raises nothing. */
  isUnderWay(eventId: string): boolean
  /** The rules have decided; the commit and the telling of the screens follow with `turn`. */
  decided(event: StoredEvent, turn: Turn): void
}

/** What main.ts hands to the alerts. */
export interface AlertsDeps {
  records: Records
  /** Several servers: this one runs the timers. */
  leads?(): boolean
  /** config/rules/alerts.yaml */
  rules: AlertRules
  posts: Site['posts']
  demo: boolean
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  now(): number
  newId(): string
  /** Door, terminal, source … by the id that events carry. */
  objectOf?(object: string): ObjectWords | undefined
  /** Is this text a person's name? Owners are posts. */
  isPerson?(text: string): boolean
  /** For figure rules; undefined = no such figure. */
  figure?(name: string): Promise<Figure | undefined>
  /** Panels of other features that show alerts of this domain. */
  panelsOf?: Partial<Record<Domain, readonly string[]>>
  /** The self-test came through the whole alert path; called after the commit. */
  selftestSeen?(eventId: string, at: number): void
  /** Whose event is a fire drill, and who hears how far it has come. Without it no event is one. */
  drill?: DrillWatch
  /** Start of the running shift, epoch ms: what is over leaves then. Without it: twelve hours ago. */
  shiftStart?(now: number): number
  /** Stored events of these types in order of arrival, for the dry run. */
  history?(query: { types: readonly string[]; from: number; to: number }): AsyncIterable<readonly StoredEvent[]>
  /** Those of these stored events that are still kept, for the evidence pack. */
  eventsOf?(ids: readonly string[]): Promise<readonly StoredEvent[]>
  /** What else goes into an evidence pack. */
  packSources?: PackSources
  /** Who took evidence away. */
  audit?: AuditPort
  /** Name of the office, written on what is taken away. */
  unit?: string
}

export interface AlertsContext extends AlertsDeps {
  index: RuleIndex
  /** `phone.security-a` and `post.security-a` of every post. */
  postValues: Readonly<Record<string, string>>
  postName(idOrName: string): string
}

export function makeContext(deps: AlertsDeps): AlertsContext {
  const names = new Map(deps.posts.map(({ id, name }) => [id, name]))
  return {
    ...deps,
    index: indexRules(deps.rules.rules),
    postValues: Object.fromEntries(
      deps.posts.flatMap(({ id, name, phone }) => [
        [`phone.${id}`, phone],
        [`post.${id}`, name],
      ]),
    ),
    postName: (idOrName) => names.get(idOrName) ?? idOrName,
  }
}

export const SELFTEST_RULE = 'infra.selftest'
export const DRILL_RULE = 'infra.drill'
/** `YYYYMMDD` of the office day: part of an alert's id. */
export const dayOf = (now: number): string => officeDate(now).replaceAll('-', '')

/** A rule that code names but the file does not know: the alert is not lost, it says what is missing. */
export const unknownRule = (id: string): AlertRule => ({
  id,
  severity: 'warning',
  title: `{name} ${id}`,
  why: `规则 ${id} 未在 config/rules/alerts.yaml 登记`,
  next: '',
  kind: 'feature',
  on: [],
  where: {},
  clearedBy: [],
  clearedWhere: {},
  forS: 0,
  enabled: true,
})
