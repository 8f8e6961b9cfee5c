import { type FileType, FileType as FileTypes } from '../../contract/http/window.ts'
import type { Reader, Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { WindowDeps } from './context.ts'
import { safeName, typeOf } from './magic.ts'
import type { WindowTables as Tables } from './tables.ts'
import { hashOf, type Vault } from './vault.ts'

const on = (db: Reader | Tx) => db.withTables<Tables>()
type Row = Tables['window_file']

export interface Attached {
  n: number
  name: string
  type: FileType
  size: number
  hash: string
  scan: 'none' | 'clean' | 'unknown'
}

/** One file from outside: its type by its bytes, looked through where a scanner is there. @throws Refusal */
export async function takeFile(deps: WindowDeps, vault: Vault, name: string, bytes: Uint8Array, now: number) {
  const { files } = deps.config.window
  if (bytes.byteLength === 0) throw new Refusal('bad-input', '文件是空的')
  if (bytes.byteLength > files.maxBytes)
    throw new Refusal('too-large', `每份附件不超过 ${Math.floor(files.maxBytes / 1_048_576)} MB`)
  const type = typeOf(bytes)
  if (!type || !files.types.includes(type))
    throw new Refusal('unsupported-media', `附件只收 ${files.types.join('、')}；按内容认定，改名无效；含宏的文档不收`)
  const found = deps.scanner ? await deps.scanner.scan(bytes) : 'none'
  if (found === 'infected') throw new Refusal('unprocessable', '附件含有病毒，没有保存')
  const row = { id: idOf(deps), owner: null, n: 0, name: safeName(name, type), type, size: bytes.byteLength }
  await deps.records.write(async ({ tx }) => {
    const [all, loose] = [await bytesOf(tx, false), await bytesOf(tx, true)]
    if (all + row.size > files.totalBytes)
      throw new Refusal('unavailable', '附件库已满，请先提交文字，材料到窗口或邮寄提交')
    if (loose + row.size > files.looseBytes)
      throw new Refusal('unavailable', '等待提交的附件过多，请稍后再传，或先提交文字')
    await on(tx)
      .insertInto('window_file')
      .values({ ...row, hash: hashOf(bytes), scan: found, at_ms: now })
      .execute()
  })
  // After its row: the sweep drops only bytes that no row names, and nobody knows the id before it is answered.
  await vault.put(bytes, row.id)
  return { file: row.id, name: row.name, type, size: row.size }
}
async function bytesOf(tx: Tx, loose: boolean): Promise<number> {
  let sizes = on(tx)
    .selectFrom('window_file')
    .select((eb) => eb.fn.sum<number | null>('size').as('bytes'))
  if (loose) sizes = sizes.where('owner', 'is', null)
  return Number((await sizes.executeTakeFirst())?.bytes ?? 0)
}
/** Unguessable: whoever knows it has uploaded the file. */
const idOf = ({ randomBytes }: WindowDeps): string => Buffer.from(randomBytes(24)).toString('base64url')

/** Puts uploads to what they were handed in with. @throws Refusal when one is gone or somebody else's */
export async function claimFiles(tx: Tx, { config }: WindowDeps, owner: string, ids: readonly string[]): Promise<void> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return
  if (wanted.length > config.window.files.max)
    throw new Refusal('unprocessable', `附件至多 ${config.window.files.max} 份`)
  for (const [n, id] of wanted.entries()) {
    const { numUpdatedRows } = await on(tx)
      .updateTable('window_file')
      .set({ owner, n })
      .where('id', '=', id)
      .where('owner', 'is', null)
      .executeTakeFirst()
    if (Number(numUpdatedRows) !== 1) throw new Refusal('unprocessable', '有附件已失效，请重新上传')
  }
}

const Scan = ['none', 'clean', 'unknown'] as const
const attached = (row: Row): Attached => ({
  n: Number(row.n),
  name: row.name,
  type: FileTypes.parse(row.type),
  size: Number(row.size),
  hash: row.hash,
  scan: Scan.find((one) => one === row.scan) ?? 'unknown',
})
export const filesOf = async (db: Reader | Tx, owner: string): Promise<Attached[]> =>
  (await on(db).selectFrom('window_file').selectAll().where('owner', '=', owner).orderBy('n').execute()).map(attached)

export async function countFiles(db: Reader, owners: readonly string[]): Promise<Map<string, number>> {
  if (owners.length === 0) return new Map()
  const rows = await on(db)
    .selectFrom('window_file')
    .select((eb) => ['owner', eb.fn.countAll<number>().as('n')])
    .where('owner', 'in', owners.slice(0, 1000))
    .groupBy('owner')
    .execute()
  return new Map(rows.map(({ owner, n }) => [owner ?? '', Number(n)]))
}

/** Uploads that nobody has handed in: rows first, then bytes that no row names any more. */
export async function sweepFiles(tx: Tx, vault: Vault, before: number): Promise<void> {
  const old = await on(tx)
    .selectFrom('window_file')
    .select(['id', 'hash'])
    .where('owner', 'is', null)
    .where('at_ms', '<', before)
    .limit(500)
    .execute()
  if (old.length === 0) return
  const ids = old.map(({ id }) => id)
  await on(tx).deleteFrom('window_file').where('id', 'in', ids).execute()
  for (const hash of new Set(old.map((one) => one.hash))) {
    const other = await on(tx).selectFrom('window_file').select('id').where('hash', '=', hash).executeTakeFirst()
    if (!other) await vault.drop(hash)
  }
}
