import { officeDate } from '../../config/zone.ts'
import type { ActionId, DisclosureSides } from '../../contract/http/disclosure.ts'
import type { Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { apart } from './apart.ts'
import { aboutOf, type DisclosureDeps, nameOf, personOf } from './context.ts'
import { textOf } from './files/flat.ts'
import { hintsOf } from './hints.ts'
import { effective } from './masks.ts'
import { publicUrl } from './moves.ts'
import { redact } from './redact/engine.ts'
import {
  findCopy,
  findFile,
  findOne,
  notesOf,
  type Scope,
  type StoredDisclosure,
  type StoredFile,
} from './repository.ts'
import { barred, isOverdue, STATES_OF } from './rules.ts'

/** Which documents a person may see: all, those of the own department, or those that they handed in. */
export function scopeOf(deps: DisclosureDeps, who: Principal): Scope {
  if (who.permissions.has('disclosure.read')) return {}
  const { id, department } = personOf(deps, who)
  return who.permissions.has('disclosure.read-department') ? { department } : { submitter: id }
}

/** A stranger's document answers like one that does not exist. @throws Refusal */
export async function seen(deps: DisclosureDeps, who: Principal, id: string): Promise<StoredDisclosure> {
  const found = await findOne(deps.records.read, id)
  const { submitter, department } = scopeOf(deps, who)
  const inside =
    (submitter ?? found?.submitter) === found?.submitter && (department ?? found?.department) === found?.department
  if (!found || !inside) throw new Refusal('not-found', '没有这份文书，或无权查看')
  return found
}
/** @throws Refusal when the records have lost it */
export async function fileOf({ records }: DisclosureDeps, one: StoredDisclosure): Promise<StoredFile> {
  const file = await findFile(records.read, one.file)
  if (!file) throw new Refusal('not-found', '原件不在库中')
  return file
}

const NEEDS: Readonly<Record<ActionId, string>> = {
  review: 'disclosure.review',
  mask: 'disclosure.mask',
  export: 'disclosure.export',
  recheck: 'disclosure.recheck',
  publish: 'disclosure.publish',
  withdraw: 'disclosure.withdraw',
  reopen: 'disclosure.withdraw',
}
const ACTIONS = Object.keys(NEEDS) as ActionId[]

/** For buttons; the rules decide again when it is done. */
export function actsOf({ config }: DisclosureDeps, one: StoredDisclosure, who: Principal): ActionId[] {
  const me = config.site.people.find(({ id, account }) => id === who.id || account === who.username)
  if (!me) return []
  return ACTIONS.filter(
    (action) =>
      who.permissions.has(NEEDS[action]) && STATES_OF[action].includes(one.state) && !barred(action, one, me.id),
  )
}

/** Names each field that may leave. */
export function presentItem(deps: DisclosureDeps, one: StoredDisclosure, who: Principal, now: number) {
  const { config } = deps
  return {
    id: one.id,
    title: one.title,
    type: one.type,
    typeName: config.disclosure.types.find(({ id }) => id === one.type)?.name ?? one.type,
    caseNo: one.caseNo,
    department: config.site.departments.find(({ id }) => id === one.department)?.name ?? one.department,
    state: one.state,
    due: one.due,
    provisional: one.provisional,
    overdue: isOverdue(one, officeDate(now)),
    lateSubmit: one.lateSubmit,
    submittedAt: one.submittedMs,
    publishedAt: one.publishedMs,
    acts: actsOf(deps, one, who),
  }
}

export async function presentDetail(deps: DisclosureDeps, one: StoredDisclosure, who: Principal, now: number) {
  const [file, notes] = await Promise.all([fileOf(deps, one), notesOf(deps.records.read, one.id)])
  const { name, format, hash, size, extract } = file
  return {
    ...presentItem(deps, one, who, now),
    kind: one.kind,
    parties: one.parties,
    readyDay: one.readyDay,
    ground: one.ground,
    groundName: deps.config.disclosure.grounds.find(({ id }) => id === one.ground)?.name ?? null,
    original: { name, format, hash, size, warnings: extract.warnings },
    copy: one.copy && {
      format: one.copy.format,
      hash: one.copy.hash,
      size: one.copy.size,
      exportedAt: one.copy.exportedMs,
      rules: one.copy.rules,
    },
    url: one.state === 'published' ? publicUrl(one.id) : null,
    notes: notes.map(({ action, by, at_ms, reason, outcome }) => ({
      action: outcome ? `${action}.${outcome}` : action,
      by: nameOf(deps, by),
      at: Number(at_ms),
      reason,
    })),
  }
}

/** Both sides, and what a second reading of the copy finds. */
export async function presentSides(deps: DisclosureDeps, one: StoredDisclosure): Promise<DisclosureSides> {
  const file = await fileOf(deps, one)
  const text = textOf(file.extract)
  const about = { parties: one.parties, documentKind: one.kind }
  const found = redact(deps.config.redaction, { text, ...about }).replacements
  const { shown, removed } = effective(found, one.masks, deps.config.redaction.mask)
  const bytes = one.copy && (await findCopy(deps.records.read, one.id, one.copy.hash))
  const checked =
    one.copy && bytes
      ? await apart({ do: 'check', bytes, format: one.copy.format, about: aboutOf(deps, one, file) })
      : null
  return {
    text,
    replacements: shown,
    removed,
    exported: checked?.text ?? null,
    leftovers: checked?.leftovers ?? [],
    hints: hintsOf(deps.config.redaction, text, about, shown),
  }
}
