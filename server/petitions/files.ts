import { createHash } from 'node:crypto'
import type { PetitionFile } from '../../contract/http/petitions.ts'
import type { Reader, Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { on } from './repository.ts'

/**
 * Evidence by its SHA-256. It lies in the records like every other file of the house: one backup, one transaction, the
 * same on every database.
 */
const MIB = 1024 * 1024
const LOOSE_MS = 86_400_000

/** @throws Refusal when the store is full */
export async function keepFile(
  tx: Tx,
  { bytes, name, by, at, maxMiB }: { bytes: Buffer; name: string; by: string; at: number; maxMiB: number },
): Promise<PetitionFile> {
  const hash = createHash('sha256').update(bytes).digest('hex')
  const plain = plainName(name)
  const row = await on(tx)
    .selectFrom('petition_file')
    .select((eb) => eb.fn.sum<number>('size').as('total'))
    .executeTakeFirst()
  if (Number(row?.total ?? 0) + bytes.length > maxMiB * MIB)
    throw new Refusal('unprocessable', '证据文件总量已达上限，请联系管理员（petitions.yaml maxFilesMiB）')
  await on(tx)
    .insertInto('petition_file')
    .values({ hash, name: plain, size: bytes.length, body: bytes.toString('base64'), by, at_ms: at })
    .onConflict((conflict) => conflict.column('hash').doUpdateSet({ at_ms: at }))
    .execute()
  return { hash, name: plain, size: bytes.length }
}

/** No folder, no control characters, not longer than a file system takes. */
export const plainName = (name: string): string =>
  (name.split(/[\\/]/).at(-1) ?? '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
    .replaceAll(/[\u0000-\u001f\u007f"<>|:*?\u202a-\u202e\u2066-\u2069]/g, '')
    .replaceAll(/^\.+/g, '')
    .slice(0, 120) || '未命名'

/** The named files of a step, bound to the matter. @throws Refusal for one that was not uploaded */
export async function useFiles(tx: Tx, petitionId: string, hashes: readonly string[]): Promise<PetitionFile[]> {
  const wanted = [...new Set(hashes)]
  if (wanted.length === 0) return []
  const rows = await on(tx)
    .selectFrom('petition_file')
    .select(['hash', 'name', 'size'])
    .where('hash', 'in', wanted)
    .execute()
  const found = new Map(rows.map(({ hash, name, size }) => [hash, { hash, name, size: Number(size) }]))
  const missing = wanted.find((hash) => !found.has(hash))
  if (missing) throw new Refusal('unprocessable', `没有文件 ${missing.slice(0, 8)}…，请重新上传`)
  await on(tx)
    .insertInto('petition_file_use')
    .values(wanted.map((hash) => ({ hash, petition_id: petitionId })))
    .onConflict((conflict) => conflict.columns(['hash', 'petition_id']).doNothing())
    .execute()
  return wanted.flatMap((hash) => found.get(hash) ?? [])
}

/** Only through a matter that uses it: whoever may not read the matter does not read the file. */
export async function fileOf(
  db: Reader,
  petitionId: string,
  hash: string,
): Promise<{ name: string; bytes: Buffer } | undefined> {
  const row = await on(db)
    .selectFrom('petition_file')
    .innerJoin('petition_file_use', 'petition_file_use.hash', 'petition_file.hash')
    .select(['petition_file.name', 'petition_file.body'])
    .where('petition_file_use.petition_id', '=', petitionId)
    .where('petition_file.hash', '=', hash)
    .executeTakeFirst()
  return row && { name: row.name, bytes: Buffer.from(row.body, 'base64') }
}

/** Uploads that no step has named within the day. */
export async function dropLooseFiles(tx: Tx, now: number): Promise<void> {
  await on(tx)
    .deleteFrom('petition_file')
    .where('at_ms', '<', now - LOOSE_MS)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('petition_file_use')
            .select('petition_file_use.hash')
            .whereRef('petition_file_use.hash', '=', 'petition_file.hash'),
        ),
      ),
    )
    .execute()
}
