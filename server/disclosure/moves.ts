import { officeDate } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { computeDeadline } from '../deadlines/rules.ts'
import type { Tick, Turn } from '../feature.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { CHAIN, type DisclosureDeps, PANEL } from './context.ts'
import { redact } from './redact/engine.ts'
import { addNote, dropLooseFiles, findOne, insertOne, moveOne, type StoredDisclosure } from './repository.ts'
import { type Action, act } from './rules.ts'

/** Every step is one turn: the rule decides, the note is kept, the chain says so. */
export interface Moved {
  document: StoredDisclosure
  entry: ChainEntry
}

async function note(
  deps: DisclosureDeps,
  turn: Turn,
  one: StoredDisclosure,
  about: { action: string; by: string; reason: string | null; outcome?: string | null },
): Promise<ChainEntry> {
  // No name and no title: the chain is exported. Hashes say which original and which copy.
  const body = {
    documentId: one.id,
    type: one.type,
    to: one.state,
    by: about.by,
    original: one.file,
    copy: one.copy?.hash ?? '',
    rules: one.copy?.rules ?? '',
    ground: one.ground ?? '',
    outcome: about.outcome ?? '',
    url: one.state === 'published' ? publicUrl(one.id) : '',
  }
  const entry = await append(turn.tx, CHAIN, `disclosure.${about.action}`, body, turn.now)
  await addNote(turn.tx, {
    id: deps.newId(),
    document_id: one.id,
    action: about.action,
    by: about.by,
    at_ms: turn.now,
    seq: entry.seq,
    reason: about.reason,
    outcome: about.outcome ?? null,
  })
  turn.touch(PANEL)
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
  return entry
}
export const publicUrl = (id: string): string => `/public/documents/${id}/file`

/** Last day of publication, counted by the one deadline engine from a day on. */
export const publishDue = ({ config, calendar }: DisclosureDeps, day: string) =>
  computeDeadline(
    { rules: config.deadlines, calendar },
    { rule: config.disclosure.deadlines.publish, start: day, custody: false, events: [] },
  )
export function submittedLate({ config, calendar }: DisclosureDeps, readyDay: string, today: string): boolean {
  const rule = config.disclosure.deadlines.submit
  const { due } = computeDeadline(
    { rules: config.deadlines, calendar },
    { rule, start: readyDay, custody: false, events: [] },
  )
  return due !== null && due < today
}

export async function submit(
  deps: DisclosureDeps,
  turn: Turn,
  one: StoredDisclosure,
  reason: string | null,
): Promise<Moved> {
  await insertOne(turn.tx, one)
  const about = { action: 'submit', by: one.submitter, reason, outcome: one.ground === null ? 'publish' : 'exclude' }
  return { document: one, entry: await note(deps, turn, one, about) }
}

/**
 * @param change what else the step writes
 * @throws Refusal with the rule's reason; `conflict` when somebody has moved it meanwhile
 */
export async function move(
  deps: DisclosureDeps,
  turn: Turn,
  before: StoredDisclosure,
  action: Action,
  reason: string | null,
  change: Partial<StoredDisclosure> = {},
): Promise<Moved> {
  const verdict = act(deps.config.disclosure, before, action)
  if (!verdict.ok) throw new Refusal(verdict.refusal, verdict.why)
  const document: StoredDisclosure = {
    ...before,
    ...verdict.next,
    ...change,
    ...dueOf(deps, turn, action),
    movedMs: turn.now,
  }
  if (action.do === 'publish')
    document.publicTitle = redact(deps.config.redaction, {
      text: before.title,
      parties: before.parties,
      documentKind: before.kind,
    }).text
  if (!(await moveOne(turn.tx, before, document))) throw new Refusal('conflict', '这一步已由他人完成，请刷新')
  const entry = await note(deps, turn, document, {
    action: action.do,
    by: action.by,
    reason,
    outcome: outcomeOf(action),
  })
  return { document: { ...document, rev: before.rev + 1 }, entry }
}

/** A correction after a withdrawal has its own time. */
function dueOf(deps: DisclosureDeps, turn: Turn, action: Action): Partial<StoredDisclosure> {
  if (action.do !== 'reopen') return {}
  const { due, provisional } = publishDue(deps, officeDate(turn.now))
  return { due, provisional }
}
const outcomeOf = (action: Action): string | null =>
  action.do === 'review' ? action.decision : action.do === 'recheck' ? (action.passed ? 'passed' : 'failed') : null

/** @throws Refusal */
export async function reload(turn: Turn, read: StoredDisclosure): Promise<StoredDisclosure> {
  const now = await findOne(turn.tx, read.id)
  if (!now || now.rev !== read.rev) throw new Refusal('conflict', '这一步已由他人完成，请刷新')
  return now
}

const DAY_MS = 86_400_000
export const looseFilesTick = (): Tick => ({
  name: 'disclosure-loose-files',
  everyMs: 3_600_000,
  run: (turn) => dropLooseFiles(turn.tx, turn.now - DAY_MS),
})
