import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, relative } from 'node:path'
import { isMap, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { AccountRules, checkAccounts } from './accounts.ts'
import { ClockRules, checkClocks } from './clocks.ts'
import { ClueRules, checkClues } from './clues.ts'
import { CorrelationRules, checkCorrelation } from './correlation.ts'
import { crossCheck, crossCheckMonitoring } from './cross-check.ts'
import { checkDuty, DutyRules } from './duty.ts'
import { checkExchange, ExchangeRules } from './exchange.ts'
import { checkMediations, MediationRules } from './mediations.ts'
import { MonitoringRules } from './monitoring.ts'
import { checkPetitions, PetitionRules } from './petitions.ts'
import { checkDisclosure, DisclosureRules, RedactionRules } from './redaction.ts'
import {
  AlertRules,
  AssignmentRules,
  CalendarFile,
  CalendarIndex,
  DeadlineRules,
  FlowRules,
  Permissions,
  ProfileFile,
  ReviewRules,
  Screens,
  SecurityRules,
  Services,
  Site,
  Sources,
} from './schema.ts'
import { SentencingRules } from './sentencing.ts'
import { DraftTemplate } from './templates.ts'
import { UpkeepRules } from './upkeep.ts'
import { checkWindow, WindowRules } from './window.ts'
import { inChinese, yamlWords } from './words.ts'

/** Everything an office configures, read once and checked. */
export interface Config {
  dir: string
  site: Site
  sources: Sources
  services: Services
  screens: Screens
  alerts: AlertRules
  permissions: Permissions
  accounts: AccountRules
  sentencing: SentencingRules
  flow: FlowRules
  security: SecurityRules
  correlation: CorrelationRules
  deadlines: DeadlineRules
  assignment: AssignmentRules
  review: ReviewRules
  redaction: RedactionRules
  disclosure: DisclosureRules
  monitoring: MonitoringRules
  window: WindowRules
  petitions: PetitionRules
  mediations: MediationRules
  clocks: ClockRules
  duty: DutyRules
  upkeep: UpkeepRules
  clues: ClueRules
  exchange: ExchangeRules
  calendar: { index: CalendarIndex; years: CalendarFile[] }
  /** By id; papers that are drafted from a case. */
  templates: ReadonlyMap<string, DraftTemplate>
  /** By id. */
  profiles: ReadonlyMap<string, ProfileFile>
}

export interface ConfigIssue {
  file: string
  line: number
  path: string
  message: string
}

/** Lists every problem of every file at once, each as `file:line path message`. */
export class ConfigError extends Error {
  readonly issues: readonly ConfigIssue[]
  constructor(issues: readonly ConfigIssue[]) {
    super(
      `配置有 ${issues.length} 处问题：\n${issues.map(({ file, line, path, message }) => `  ${file}:${line}  ${path ? `${path}：` : ''}${message}`).join('\n')}`,
    )
    this.name = 'ConfigError'
    this.issues = issues
  }
}

/** A parsed file that can still say on which line a path stands. */
export interface Located<Value> {
  file: string
  value: Value
  lineOf(path: readonly PropertyKey[]): number
}

/**
 * Reads a folder of YAML files.
 * @param sourcesDir folder of further source lists, one file for each source that was added at the desk
 * @param servicesFile read instead of the folder's services.yaml (a demo start writes its own)
 * @throws ConfigError with all problems of all files
 */
export function loadConfig(
  dir: string,
  servicesFile?: string,
  sourcesDir = process.env.SANLING_SOURCES_D ?? 'sources.d',
): Config {
  const issues: ConfigIssue[] = []
  const read = <Schema extends z.ZodType>(
    file: string,
    schema: Schema,
    optional = false,
  ): Located<z.output<Schema>> | undefined => readYaml(dir, file, schema, issues, optional)
  const site = read('site.yaml', Site)
  const sources = read('sources.yaml', Sources)
  for (const file of yamlFiles(dir, sourcesDir))
    sources?.value.sources.push(...(read(file, Sources)?.value.sources ?? []))
  const services = read(servicesFile ?? 'services.yaml', Services)
  const screens = read('screens/wall.yaml', Screens)
  const alerts = read('rules/alerts.yaml', AlertRules)
  const permissions = read('rules/permissions.yaml', Permissions)
  const accounts = read('rules/accounts.yaml', AccountRules)
  const sentencing = read('rules/sentencing.yaml', SentencingRules)
  const flow = read('rules/flow.yaml', FlowRules)
  const security = read('rules/security.yaml', SecurityRules)
  const correlation = read('rules/correlation.yaml', CorrelationRules)
  const deadlines = read('rules/deadlines.yaml', DeadlineRules)
  const assignment = read('rules/assignment.yaml', AssignmentRules)
  const review = read('rules/review.yaml', ReviewRules)
  const redaction = read('rules/redaction.yaml', RedactionRules)
  const disclosure = read('rules/disclosure.yaml', DisclosureRules)
  const monitoring = read('rules/monitoring.yaml', MonitoringRules)
  const window = read('rules/window.yaml', WindowRules)
  const mediations = read('rules/mediations.yaml', MediationRules)
  const petitions = read('rules/petitions.yaml', PetitionRules)
  const clocks = read('rules/clocks.yaml', ClockRules)
  const duty = read('rules/duty.yaml', DutyRules)
  const exchange = read('rules/exchange.yaml', ExchangeRules)
  const clues = read('rules/clues.yaml', ClueRules)
  const upkeep = read('rules/upkeep.yaml', UpkeepRules)
  const index = read('calendar/index.yaml', CalendarIndex)
  const years = yamlFiles(dir, 'calendar')
    .filter((file) => basename(file) !== 'index.yaml')
    .map((file) => read(file, CalendarFile))
  const templates = yamlFiles(dir, 'templates').map((file) => read(file, DraftTemplate))
  const profiles = yamlFiles(dir, 'profiles').map((file) => read(file, ProfileFile))
  if (monitoring && deadlines && flow) issues.push(...crossCheckMonitoring({ monitoring, deadlines, flow }))
  if (site && sources && alerts)
    issues.push(
      ...crossCheck({ site, sources, alerts, profiles: new Set(profiles.map((profile) => profile?.value.id)) }),
    )
  if (clocks && deadlines && flow) issues.push(...checkClocks({ clocks, deadlines, flow }))
  if (exchange) issues.push(...checkExchange(exchange))
  if (clues && permissions) issues.push(...checkClues(clues, permissions))
  if (site && correlation) issues.push(...checkCorrelation(correlation, site))
  if (accounts && permissions) issues.push(...checkAccounts(accounts, permissions))
  if (petitions && deadlines && permissions) issues.push(...checkPetitions(petitions, { deadlines, permissions }))
  if (disclosure && deadlines) issues.push(...checkDisclosure(disclosure, deadlines))
  if (duty && permissions && site) issues.push(...checkDuty(duty, permissions, site))
  if (window && deadlines && permissions) issues.push(...checkWindow(window, deadlines, permissions))
  if (mediations && deadlines && permissions) issues.push(...checkMediations(mediations, deadlines, permissions))
  if (
    issues.length > 0 ||
    !site ||
    !sources ||
    !services ||
    !screens ||
    !alerts ||
    !permissions ||
    !accounts ||
    !sentencing ||
    !flow ||
    !security ||
    !correlation ||
    !deadlines ||
    !assignment ||
    !review ||
    !redaction ||
    !disclosure ||
    !monitoring ||
    !window ||
    !petitions ||
    !mediations ||
    !clocks ||
    !duty ||
    !upkeep ||
    !clues ||
    !exchange ||
    !index
  )
    throw new ConfigError(issues)
  return {
    dir,
    site: site.value,
    sources: sources.value,
    services: services.value,
    screens: screens.value,
    alerts: alerts.value,
    permissions: permissions.value,
    accounts: accounts.value,
    sentencing: sentencing.value,
    flow: flow.value,
    security: security.value,
    correlation: correlation.value,
    deadlines: deadlines.value,
    assignment: assignment.value,
    review: review.value,
    redaction: redaction.value,
    disclosure: disclosure.value,
    monitoring: monitoring.value,
    window: window.value,
    petitions: petitions.value,
    mediations: mediations.value,
    clocks: clocks.value,
    duty: duty.value,
    upkeep: upkeep.value,
    clues: clues.value,
    exchange: exchange.value,
    calendar: { index: index.value, years: years.flatMap((year) => (year ? [year.value] : [])) },
    templates: new Map(templates.flatMap((one) => (one ? [[one.value.id, one.value]] : []))),
    profiles: new Map(profiles.flatMap((profile) => (profile ? [[profile.value.id, profile.value]] : []))),
  }
}

function yamlFiles(dir: string, folder: string): string[] {
  const full = isAbsolute(folder) ? folder : join(dir, folder)
  if (!existsSync(full) || !statSync(full).isDirectory()) return []
  return readdirSync(full)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name))
}

/** One file through one schema; problems go to `issues` with their line. */
export function readYaml<Schema extends z.ZodType>(
  dir: string,
  file: string,
  schema: Schema,
  issues: ConfigIssue[],
  optional = false,
): Located<z.output<Schema>> | undefined {
  const full = file.startsWith('/') ? file : join(dir, file)
  const shown = file.startsWith('/') ? relative(process.cwd(), file) : file
  if (!existsSync(full)) {
    if (!optional) issues.push({ file: shown, line: 1, path: '', message: '缺少此文件' })
    return undefined
  }
  const lines = new LineCounter()
  const document = parseDocument(readFileSync(full, 'utf8'), {
    lineCounter: lines,
    prettyErrors: false,
    uniqueKeys: true,
  })
  if (document.errors.length > 0) {
    for (const error of document.errors)
      issues.push({
        file: shown,
        line: lines.linePos(error.pos[0]).line,
        path: '',
        message: yamlWords(error),
      })
    return undefined
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true)
      const key = keyNode(document.getIn(path.slice(0, length - 1), true) ?? document.contents, path[length - 1])
      const range = key ?? (node as { range?: [number, number, number] } | null | undefined)?.range
      if (range) return lines.linePos(range[0]).line
    }
    return 1
  }
  const parsed = schema.safeParse(document.toJS(), { error: inChinese })
  if (parsed.success) return { file: shown, value: parsed.data, lineOf }
  for (const issue of parsed.error.issues) {
    const place = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path
    issues.push({ file: shown, line: lineOf(place), path: issue.path.join('.'), message: issue.message })
  }
  return undefined
}

/** Range of the key itself, so that a wrong value on the next line still points at its name. */
function keyNode(parent: unknown, key: PropertyKey | undefined): [number, number, number] | undefined {
  if (!isMap(parent) || key === undefined) return undefined
  const pair = parent.items.find((item) => (item.key as { value?: unknown } | null)?.value === key)
  return (pair?.key as { range?: [number, number, number] } | undefined)?.range
}
