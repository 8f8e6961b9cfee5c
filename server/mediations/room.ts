import type { MessageItem } from '../../contract/http/mediations.ts'
import type { Reader, Tx } from '../feature.ts'
import type { MediationTables as Tables } from './tables.ts'

/** What is said and handed over in the room and in the caucuses. */
const on = (db: Reader | Tx) => db.withTables<Tables>()
export type StoredFile = Tables['mediation_file']
export const MEDIATOR = 'mediator'
const MESSAGES = 5000

export interface Said {
  channel: string
  kind: MessageItem['kind']
  by: string
  text: string
  file?: string
}
/** @throws RangeError when the room is full */
export async function say(tx: Tx, mediation: string, said: Said, now: number): Promise<number> {
  const { last } = await on(tx)
    .selectFrom('mediation_message')
    .select((eb) => eb.fn.coalesce(eb.fn.max('seq'), eb.val(0)).as('last'))
    .where('mediation_id', '=', mediation)
    .executeTakeFirstOrThrow()
  const seq = Number(last) + 1
  if (seq > MESSAGES) throw new RangeError('messages')
  const row = { mediation_id: mediation, seq, ...said, file: said.file ?? null, at_ms: now }
  await on(tx).insertInto('mediation_message').values(row).execute()
  return seq
}
/** @param channels undefined: all of them, for the mediator */
export async function listMessages(
  db: Reader,
  mediation: string,
  channels: readonly string[] | undefined,
  after: number,
  limit: number,
): Promise<MessageItem[]> {
  let query = on(db)
    .selectFrom('mediation_message as m')
    .leftJoin('mediation_file as f', 'f.id', 'm.file')
    .select(['m.seq', 'm.channel', 'm.kind', 'm.by', 'm.text', 'm.at_ms', 'm.file', 'f.name', 'f.size', 'f.hash'])
    .where('m.mediation_id', '=', mediation)
    .where('m.seq', '>', after)
  if (channels) query = query.where('m.channel', 'in', [...channels])
  const rows = await query.orderBy('m.seq').limit(limit).execute()
  return rows.map(({ seq, channel, kind, by, text, at_ms, file, name, size, hash }) => ({
    seq: Number(seq),
    channel,
    kind: kind as MessageItem['kind'],
    by,
    text,
    file: file && name && hash ? { id: file, name, size: Number(size), hash } : null,
    at: Number(at_ms),
  }))
}
export const addFile = async (tx: Tx, row: StoredFile): Promise<void> => {
  await on(tx).insertInto('mediation_file').values(row).execute()
}
export const fileOf = (db: Reader, mediation: string, id: string): Promise<StoredFile | undefined> =>
  on(db)
    .selectFrom('mediation_file')
    .selectAll()
    .where('id', '=', id)
    .where('mediation_id', '=', mediation)
    .executeTakeFirst()
export async function countFiles(db: Reader | Tx, mediation: string): Promise<number> {
  const { n } = await on(db)
    .selectFrom('mediation_file')
    .select((eb) => eb.fn.countAll().as('n'))
    .where('mediation_id', '=', mediation)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** By content, not by name: what a phone takes pictures as, what offices write. Undefined = not taken. */
export function mediaOf(bytes: Uint8Array): string | undefined {
  const head = Buffer.from(bytes.subarray(0, 8)).toString('latin1')
  if (head.startsWith('%PDF-')) return 'application/pdf'
  if (head.startsWith('\u0089PNG\r\n')) return 'image/png'
  if (head.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg'
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : 'text/plain; charset=utf-8'
  } catch {
    return undefined
  }
}
