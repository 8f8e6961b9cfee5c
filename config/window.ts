import { z } from 'zod'
import { APPOINTMENT_KINDS, FILE_TYPES, WINDOW_FILE_LIMIT } from '../contract/http/window.ts'
import type { ConfigIssue, Located } from './load.ts'

const rate = z.strictObject({ perHour: z.int().positive(), burst: z.int().positive() })
/** rules/window.yaml: the 12309 window, what may be handed in, how often one address may ask, what is published. */
export const WindowRules = z.strictObject({
  version: z.string().min(1),
  effective_from: z.iso.date(),
  legal_basis: z.string().min(1),
  /** Role whose desk the window is: tasks go there. */
  role: z.string(),
  notices: z.strictObject({ filing: z.string(), appointment: z.string(), query: z.string() }),
  files: z.strictObject({
    max: z.int().min(1).max(10),
    maxBytes: z.int().positive().max(WINDOW_FILE_LIMIT),
    types: z.array(z.enum(FILE_TYPES)).min(1),
    /** Uploads of all addresses together that nobody has handed in yet. */
    looseBytes: z.int().positive(),
    looseMinutes: z.int().positive(),
    /** Of everything that was ever handed in: beyond it nothing more is taken on line. */
    totalBytes: z.int().positive(),
  }),
  /** Per address; a failure counts for more than a call. */
  rates: z.strictObject({ upload: rate, file: rate, ask: rate }),
  /** Per person: how often names and telephones may be shown in full. */
  unmask: rate,
  /** Wrong answers after which a receipt, a case, an address is closed for a while. */
  lock: z.strictObject({
    perObject: z.int().min(3).max(20),
    perAddress: z.int().min(3).max(200),
    minutes: z.int().min(5).max(1440),
  }),
  codes: z.strictObject({ days: z.int().min(1).max(365) }),
  /** Ids of deadline rules. */
  deadlines: z.strictObject({
    filing: z.string(),
    appointment: z.record(z.enum(APPOINTMENT_KINDS), z.string()),
  }),
  /** Words for the course of a case; the first whose nodes contain the case's node. What is inside stays inside. */
  progress: z.strictObject({
    unassigned: z.string(),
    open: z.string(),
    closed: z.string(),
    /** The clock stands still. */
    stopped: z.string(),
    noCause: z.string(),
    nodes: z.array(z.strictObject({ nodes: z.array(z.string()).min(1), text: z.string() })),
  }),
  statistics: z.strictObject({
    /** Counts from 1 to below this are not told. */
    least: z.int().min(2).max(100),
    /** Figures that may be published; `parts` of one `total` are kept from being reckoned out of it. */
    groups: z.array(z.strictObject({ total: z.string().optional(), parts: z.array(z.string()).min(1) })).min(1),
    ttlHours: z.int().positive(),
  }),
})
export type WindowRules = z.output<typeof WindowRules>

/** Deadline rules and the role that window.yaml names. */
export function checkWindow(
  window: Located<WindowRules>,
  deadlines: { value: { rules: readonly { id: string }[] } },
  permissions: { value: { roles: Readonly<Record<string, unknown>> } },
): ConfigIssue[] {
  const { deadlines: used, role } = window.value
  const issues: ConfigIssue[] = []
  const complain = (path: PropertyKey[], message: string) =>
    issues.push({ file: window.file, line: window.lineOf(path), path: path.join('.'), message })
  const known = (id: string) => deadlines.value.rules.some((rule) => rule.id === id)
  if (!known(used.filing)) complain(['deadlines', 'filing'], `deadlines.yaml 没有规则 “${used.filing}”`)
  for (const [kind, id] of Object.entries(used.appointment))
    if (!known(id)) complain(['deadlines', 'appointment', kind], `deadlines.yaml 没有规则 “${id}”`)
  if (!(role in permissions.value.roles)) complain(['role'], `permissions.yaml 没有角色 “${role}”`)
  return issues
}
