import type { Stage } from '../../contract/http/mediations.ts'
import { Stage as StageSchema } from '../../contract/http/mediations.ts'
import type { Reader, Tx } from '../feature.ts'
import type { MediationTables as Tables } from './tables.ts'
import type { Mediation } from './types.ts'

/** Reads and writes mediations; every change is conditional on the revision it was read in. */
const on = (db: Reader | Tx) => db.withTables<Tables>()

const toOne = (row: Tables['mediation']): Mediation => ({
  ...(JSON.parse(row.body) as Omit<Mediation, 'id' | 'stage' | 'rev'>),
  id: row.id,
  stage: StageSchema.parse(row.stage),
  rev: Number(row.rev),
})
function toRow({ id, stage, rev, ...body }: Mediation): Tables['mediation'] {
  const { host, matter, createdMs } = body
  return { id, stage, host, matter, created_ms: createdMs, body: JSON.stringify(body), rev }
}

export const insertOne = async (tx: Tx, one: Mediation): Promise<void> => {
  await on(tx).insertInto('mediation').values(toRow(one)).execute()
}
/** False when somebody was first. */
export async function updateOne(tx: Tx, before: Mediation, after: Mediation): Promise<boolean> {
  const { id: _id, ...change } = toRow({ ...after, rev: before.rev + 1 })
  const { numUpdatedRows } = await on(tx)
    .updateTable('mediation')
    .set(change)
    .where('id', '=', before.id)
    .where('rev', '=', before.rev)
    .executeTakeFirst()
  return Number(numUpdatedRows) > 0
}
export async function findOne(db: Reader | Tx, id: string): Promise<Mediation | undefined> {
  const row = await on(db).selectFrom('mediation').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toOne(row)
}
export interface Filter {
  stage?: Stage
  matter?: string
  offset: number
  limit: number
}
export async function listAll(db: Reader, { stage, matter, offset, limit }: Filter): Promise<Mediation[]> {
  let query = on(db).selectFrom('mediation').selectAll()
  if (stage) query = query.where('stage', '=', stage)
  if (matter) query = query.where('matter', '=', matter)
  const rows = await query.orderBy('created_ms', 'desc').orderBy('id').offset(offset).limit(limit).execute()
  return rows.map(toOne)
}
export async function openOnes(db: Reader | Tx, ended: readonly Stage[]): Promise<Mediation[]> {
  const rows = await on(db)
    .selectFrom('mediation')
    .selectAll()
    .where('stage', 'not in', [...ended])
    .execute()
  return rows.map(toOne)
}
/** What began since then, and whatever has not ended. */
export async function sinceOrOpen(db: Reader, sinceMs: number, ended: readonly Stage[]): Promise<Mediation[]> {
  const rows = await on(db)
    .selectFrom('mediation')
    .selectAll()
    .where((is) => is.or([is('created_ms', '>=', sinceMs), is('stage', 'not in', [...ended])]))
    .execute()
  return rows.map(toOne)
}

export const addNote = async (tx: Tx, row: Tables['mediation_note']): Promise<void> => {
  await on(tx).insertInto('mediation_note').values(row).execute()
}
export const notesOf = (db: Reader, id: string) =>
  on(db)
    .selectFrom('mediation_note')
    .selectAll()
    .where('mediation_id', '=', id)
    .orderBy('at_ms')
    .orderBy('seq')
    .limit(1000)
    .execute()

export type Agreement = Tables['mediation_agreement']
export const saveAgreement = async (tx: Tx, row: Agreement): Promise<void> => {
  await on(tx).insertInto('mediation_agreement').values(row).execute()
}
export const agreementOf = (db: Reader | Tx, id: string, version: number): Promise<Agreement | undefined> =>
  on(db)
    .selectFrom('mediation_agreement')
    .selectAll()
    .where('mediation_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst()
export async function sealAgreement(
  tx: Tx,
  {
    mediation_id,
    version,
    ...seal
  }: Pick<Agreement, 'mediation_id' | 'version' | 'signature' | 'algorithm' | 'public_key' | 'statement'>,
): Promise<void> {
  await on(tx)
    .updateTable('mediation_agreement')
    .set(seal)
    .where('mediation_id', '=', mediation_id)
    .where('version', '=', version)
    .execute()
}
export type Signature = Tables['mediation_signature']
export const addSignature = async (tx: Tx, row: Signature): Promise<void> => {
  await on(tx).insertInto('mediation_signature').values(row).execute()
}
export const signaturesOf = (db: Reader | Tx, id: string, version: number): Promise<Signature[]> =>
  on(db)
    .selectFrom('mediation_signature')
    .selectAll()
    .where('mediation_id', '=', id)
    .where('version', '=', version)
    .orderBy('party')
    .execute()
