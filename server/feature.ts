import type { Readable } from 'node:stream'
import type { Kysely, Transaction } from 'kysely'
import type { z } from 'zod'
import type { Family } from '../contract/catalogue.ts'
import type { Domain } from '../contract/domains.ts'
import type { Figure } from '../contract/figures.ts'
import type { RouteSpec } from '../contract/http/route.ts'
import type { SearchColour, SearchKind } from '../contract/http/search.ts'
import type { TaskKind, Urgency } from '../contract/http/tasks.ts'
import type { AlertItem } from '../contract/panels/alerts.ts'
import type { FramesAnswer, FramesAsk, PastAnswer } from '../contract/past.ts'
import type { Severity } from '../contract/severity.ts'

/**
 * The shapes by which a feature registers itself. A feature is a folder; `server/main.ts` lists the features;
 * ingest, http and live know only these shapes and name no feature.
 */

/** No table is declared here: each repository names its own with `db.withTables<ItsTables>()`. */
// biome-ignore lint/complexity/noBannedTypes: the empty set of tables
export type NoTables = {}
export type Reader = Kysely<NoTables>
export type Tx = Transaction<NoTables>

/** An event that has passed the check and is in the inbox. Times are epoch ms. */
export interface StoredEvent {
  id: string
  type: string
  family: Family
  domain: Domain
  collector: string
  device: string | null
  object: string | null
  severity: Severity
  /** RFC 3339 as the source gave it. */
  observedAt: string
  observedMs: number
  receivedMs: number
  /** Late data: filed where it belongs, never announced as live. */
  backfill: boolean
  data: Record<string, unknown>
}

/** One write transaction. What it leaves behind outside the database leaves only after the commit. */
export interface Turn {
  readonly tx: Tx
  /** Epoch ms at the start of the turn: rules get it from here, never from a clock. */
  readonly now: number
  /** These panels have changed: they are loaded and sent after the commit, at most four times a second each. */
  touch(...panels: string[]): void
  /** Tell every screen of this alert at once after the commit. */
  announce(alert: AlertItem): void
  /** Runs after the commit, in order; a throw is logged and harms nobody. */
  afterCommit(act: () => void | Promise<void>): void
}

/** The only way to write. Turns run one after another; a throw rolls the whole turn back. */
export interface Records {
  readonly read: Reader
  write<Result>(act: (turn: Turn) => Promise<Result>): Promise<Result>
}

/** Takes the events of one group commit that are of its types, in order of arrival: load, call rules, save. */
export interface EventHandler {
  name: string
  /** Exact types, or a prefix that ends in `.`. */
  types: readonly string[]
  handle(turn: Turn, events: readonly StoredEvent[]): Promise<void>
}

/** Who calls. `via` tells a browser session from an API token and a wall key. */
export interface Principal {
  id: string
  username: string
  name: string
  roles: readonly string[]
  department: string | null
  /** 岗 shown as owner of an alert. */
  post: string
  permissions: ReadonlySet<string>
  via: 'session' | 'token' | 'wall-key'
  sessionId: string | null
  /** When a token runs out by itself, epoch ms. */
  until?: number
}

export interface Call<Params, Query, Body> {
  /** Undefined only on `public` routes. */
  person: Principal
  params: Params
  query: Query
  body: Body
  now: number
  ip: string
  /** Request headers, lower case; for cookies use people's own routes. */
  headers: Readonly<Record<string, string | undefined>>
  setCookie(name: string, value: string | null, options: { maxAgeS?: number; httpOnly?: boolean; path?: string }): void
}

/** A streamed answer of `ndjson` and `file` routes. */
export interface StreamAnswer {
  stream: Readable
  contentType: string
  filename?: string
}

export interface BoundRoute {
  spec: RouteSpec
  /** Asked before the body is read: throws a refusal when there is no room; what it returns is called at the end. */
  admit?(ip: string, now: number): () => void
  handle(call: Call<unknown, unknown, unknown>): Promise<unknown>
}

/** Binds a handler to a declared route with its types. */
export function bind<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  spec: RouteSpec<P, Q, B, A>,
  handle: (call: Call<z.output<P>, z.output<Q>, z.output<B>>) => Promise<z.input<A> | StreamAnswer>,
): BoundRoute {
  return { spec: spec as unknown as RouteSpec, handle: handle as BoundRoute['handle'] }
}

/** A live panel: `load` reads its whole state; contract/panels has the schema of what it returns. */
export interface Panel {
  name: string
  permission: string
  /** Besides touches: loaded again after this long, because time itself changes it. */
  everyMs?: number
  load(now: number): Promise<unknown>
}

/** The memory of the screens: live hands over what it shows and asks what was shown. Times are epoch ms. */
export interface WallPast {
  /** `text`: the JSON that goes to the screens at `at`; `readAt`: when its reading from the records began. */
  shown(state: { panel: string; text: string; at: number; readAt: number }): void
  wallAt(at: number, panels: readonly string[]): Promise<PastAnswer>
  frames(ask: FramesAsk, panels: readonly string[]): Promise<FramesAnswer>
}

/** Figures with birth certificate; `list` computes all of the feature's figures in one go, rows included. */
export interface FigureSource {
  permission: string
  names: readonly string[]
  list(now: number): Promise<Figure[]>
}

/** Work that time asks for (held doors, silent sources, closing rounds). Runs as a turn of its own. */
export interface Tick {
  name: string
  everyMs: number
  /**
   * Runs on each of several servers, because it works off what this one keeps in memory. The others run on one server,
   * under its lease.
   */
  everywhere?: boolean
  run(turn: Turn): Promise<void>
}

export interface Migration {
  /** `feature/001-what`, unique; applied in the order of the features and of the list. */
  id: string
  up(db: Kysely<NoTables>): Promise<void>
}

/** One value of an exported row; null is an empty cell. */
export type ExportCell = string | number | boolean | null
export interface ExportColumn {
  title: string
  /** In characters; 14 when left out. */
  width?: number
  /** `date`: texts `YYYY-MM-DD`. */
  kind?: 'text' | 'date' | 'number'
}
export interface ExportAsk<Filters> {
  person: Principal
  filters: Filters
  now: number
}
/**
 * A list that people may take away as xlsx (server/export). It asks the same questions as the list's own route, so that
 * the numbers and the permission scope are the same.
 */
export interface Exporter<Filters = unknown> {
  /** Unique, e.g. `cases`. */
  kind: string
  /** 案件列表 */
  title: string
  /** The word that the list's route asks for. */
  permission: string
  /** Shape of the list's query without limit and cursor. */
  filters: z.ZodType<Filters>
  columns: readonly ExportColumn[]
  /** The conditions and the scope in words, for the page 说明. */
  describe(ask: ExportAsk<Filters>): readonly { label: string; text: string }[]
  /** How many rows there will be; left out when counting costs as much as reading. */
  count?(ask: ExportAsk<Filters>): Promise<number>
  /** Page by page (≤ 1000 rows), in the order of the list. */
  rows(ask: ExportAsk<Filters>): AsyncIterable<readonly (readonly ExportCell[])[]>
}
/** Declares an exporter with its types. */
export const exporter = <Schema extends z.ZodType>(
  spec: Omit<Exporter<z.output<Schema>>, 'filters'> & { filters: Schema },
): Exporter => spec as unknown as Exporter

/** What a part contributes. Everything is optional; constructing does nothing, start acts, stop undoes all of it. */
export interface Feature {
  name: string
  migrations?: readonly Migration[]
  handlers?: readonly EventHandler[]
  routes?: readonly BoundRoute[]
  panels?: readonly Panel[]
  figures?: readonly FigureSource[]
  /** Acts that nobody can carry out alone. */
  acts?: readonly DangerousAct<never>[]
  ticks?: readonly Tick[]
  exports?: readonly Exporter[]
  /**
   * Several servers only: reads again what another server's turns have changed of what is kept in memory. Every few
   * seconds where the timers do not run, and before they begin to.
   */
  refresh?(): Promise<void>
  start?(): Promise<void>
  stop?(): Promise<void>
}

/**
 * What one feature asks of alerts; handed in by main.ts. One alert per `cause`: raising it again merges.
 * An alert that no event can clear (`clearable` false) becomes normal when it is closed.
 */
export interface AlertSignal {
  /** Stable name of the cause, e.g. `door.forced:door:E1`. */
  cause: string
  /** Rule id of config/rules/alerts.yaml; gives severity, title, why and next step unless given here. */
  rule: string
  domain: Domain
  object: string | null
  /** When it happened, epoch ms. */
  at: number
  /** Ids of the events that show it. */
  evidence: readonly string[]
  clearable: boolean
  severity?: Severity
  /** Values for the {placeholders} of the rule's title, why and next step. */
  values?: Readonly<Record<string, string | number>>
  facts?: readonly { label: string; text: string }[]
  demo?: boolean
}
export interface AlertDesk {
  /** In this order; many at once cost little more than one. */
  raise(turn: Turn, ...signals: AlertSignal[]): Promise<void>
  /** The causes are gone; a no-op where no alert of that cause is open. */
  clear(turn: Turn, cause: string | readonly string[], at: number): Promise<void>
}

/** Something to be done at a desk. At least one of `person`, `department`, `role` says by whom. */
export interface TaskSpec {
  /** Stable name of what asks for it, e.g. `rung:c12:1:2026-11-24:red`. One task per key, for good: asked again, nothing happens. */
  key: string
  kind: TaskKind
  title: string
  why: string
  urgency: Urgency
  severity: Severity
  /** `YYYY-MM-DD`; null = no day. */
  due: string | null
  /** Page below /desk, e.g. `/cases/c12`. */
  link: string | null
  caseId: string | null
  /** Person id of site.yaml. */
  person: string | null
  /** Department id of site.yaml: its head sees the task too. */
  department: string | null
  /** Role id: everybody who holds it sees the task. */
  role: string | null
}
/** What a feature asks of the desks' task list; handed in by main.ts. */
export interface TaskDesk {
  /** Opens those whose key is new. Many at once are one statement: hand over whole lists. */
  open(turn: Turn, tasks: readonly TaskSpec[]): Promise<void>
  /** Their cause has gone: open ones are dropped with a reason for people, the others stay as they are. */
  close(turn: Turn, keys: readonly string[], why: string): Promise<void>
}

/** For features whose objects change hands. */
export interface TaskMover {
  /** Somebody else's now: open ones are put on the new list. */
  readdress(turn: Turn, moves: readonly Pick<TaskSpec, 'key' | 'person' | 'department' | 'role'>[]): Promise<void>
}

/** Points for the metrics side road (protocols.md 6.3); never in the way of an alarm. */
export interface MetricPoint {
  measurement: string
  tags: Readonly<Record<string, string>>
  fields: Readonly<Record<string, number | string | boolean>>
  /** Epoch ms. */
  at: number
  /** Set for event points: makes the nanosecond offset deterministic, so that a replay writes the same point. */
  eventId?: string
}

/** A dangerous act that a feature registers: nobody can carry it out alone. */
export interface DangerousAct<Payload = unknown> {
  /** `people.create` */
  kind: string
  /** What an approver reads. */
  name: string
  /** Word of permissions.yaml that the approver needs. */
  approve: string
  /** A proposal that nobody decided is over after that long, ms. */
  ttlMs: number
  payload: z.ZodType<Payload>
  /** Does it, in the turn of the approval. @throws Refusal when it can no longer be done: nothing is settled then */
  perform(turn: Turn, payload: Payload, by: { proposer: string; approver: string }): Promise<void>
}

export interface ProposalOf<Payload> {
  /** Of one kind and subject only one proposal is open at a time. */
  subject: string
  summary: string
  reason: string
  payload: Payload
}
/** What features are handed. */
export interface Approvals {
  propose<Payload>(
    turn: Turn,
    act: DangerousAct<Payload>,
    person: Principal,
    proposal: ProposalOf<Payload>,
  ): Promise<string>
}

/** A record as the search box knows it (server/sharing/search). What may not be shown to whoever may open it, stays out. */
export interface Searchable {
  kind: SearchKind
  /** Its own id within its kind. */
  ref: string
  title: string
  /** Numbers by which people ask for it, the one to show first. */
  numbers: readonly string[]
  text: string
  /** Epoch ms; newer ones come first. Null = no date. */
  at: number | null
  /** Page below the root. */
  link: string
  department: string | null
  state: 'open' | 'closed' | null
  stateName: string | null
  colour: SearchColour | null
  /** Who may open it, in words of the source: whoever holds one of them. None = nobody. */
  access: readonly string[]
  /** Short words of closed lists (charge, kind, name of a door) that pinyin and initials may stand for. */
  words: readonly string[]
}
/** What a feature hands to the search box for its records. */
export interface SearchSource {
  kind: SearchKind
  /** The words of `Searchable.access` that this person holds, by the very rules of the feature's own list. */
  access(person: Principal): readonly string[]
  /** Those that are to be found now; what is missing in the answer leaves the index. */
  read(db: Reader | Tx, refs: readonly string[], now: number): Promise<Searchable[]>
  /** Keys in order, for making the index anew. */
  keys(db: Reader | Tx, after: string, limit: number): Promise<string[]>
  /** The table whose rows are meant: a change of these columns (and each new or deleted row) is noted in its own transaction. */
  watch?: { table: string; key: string; columns: readonly string[] }
  /** Keys of records that look different on another day. */
  daily?(db: Reader | Tx): Promise<string[]>
  /** For lists of the configuration: another fingerprint, and they are read anew at the start. */
  print?: string
}
