import type { z } from 'zod'
import { OutboxItem, type PetitionFile, petitionRoutes } from '../../contract/http/petitions.ts'
import { type BoundRoute, bind, type Reader, type Turn, type Tx } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import { nameOf, type PetitionDeps, personOf } from './context.ts'
import { type Moved, move } from './moves.ts'
import { filesOfRow, findMatter, type OutboxRow, on } from './repository.ts'
import { chargedWith } from './seen.ts'

/** What goes to other units, each with the receipt that has to come back. */
type Kind = z.output<typeof OutboxItem>['kind']
const DAY_MS = 86_400_000

export async function sendTo(
  deps: PetitionDeps,
  turn: Turn,
  { matter, files }: Moved,
  letter: { units: readonly string[]; kind: Kind; text: string; by: string },
): Promise<void> {
  const units = [...new Set(letter.units)]
  for (const unit of units)
    if (!deps.config.petitions.units.some(({ id }) => id === unit))
      throw new Refusal('unprocessable', `没有可推送的单位 “${unit}”`)
  if (units.length === 0) return
  await on(turn.tx)
    .insertInto('petition_outbox')
    .values(
      units.map((unit) => ({
        id: deps.newId(),
        petition_id: matter.id,
        unit,
        kind: letter.kind,
        text: letter.text,
        files: JSON.stringify(files satisfies readonly PetitionFile[]),
        by: letter.by,
        sent_ms: turn.now,
        receipt_ms: null,
        receipt_who: null,
        receipt_text: null,
      })),
    )
    .execute()
}

export const outboxOf = (db: Reader | Tx, petitionId: string): Promise<OutboxRow[]> =>
  on(db).selectFrom('petition_outbox').selectAll().where('petition_id', '=', petitionId).orderBy('sent_ms').execute()

export async function waitingReceipts(db: Reader): Promise<Map<string, number>> {
  const rows = await on(db)
    .selectFrom('petition_outbox')
    .select((eb) => ['petition_id', eb.fn.countAll<number>().as('n')])
    .where('receipt_ms', 'is', null)
    .groupBy('petition_id')
    .execute()
  return new Map(rows.map(({ petition_id, n }) => [petition_id, Number(n)]))
}

export function presentLetter(deps: PetitionDeps, row: OutboxRow, no: string, now: number) {
  const { receipt_ms, receipt_who, receipt_text } = row
  const end = receipt_ms === null ? now : Number(receipt_ms)
  return {
    id: row.id,
    petition: { id: row.petition_id, name: no },
    unit: { id: row.unit, name: deps.config.petitions.units.find(({ id }) => id === row.unit)?.name ?? row.unit },
    kind: OutboxItem.shape.kind.parse(row.kind),
    text: row.text,
    sentAt: Number(row.sent_ms),
    by: nameOf(deps, row.by),
    receipt: receipt_ms === null ? null : { at: Number(receipt_ms), who: receipt_who ?? '', text: receipt_text ?? '' },
    waitingDays: Math.max(0, Math.floor((end - Number(row.sent_ms)) / DAY_MS)),
    files: filesOfRow(row),
  }
}

export function outboxRoutes(deps: PetitionDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(petitionRoutes.outbox, async ({ query, now }) => {
      const offset = offsetOf(query.cursor)
      let rows = on(records.read)
        .selectFrom('petition_outbox')
        .innerJoin('petition', 'petition.id', 'petition_outbox.petition_id')
        .selectAll('petition_outbox')
        .select('petition.no as no')
      if (query.waiting) rows = rows.where('receipt_ms', 'is', null)
      const found = await rows
        .orderBy((eb) => eb.case().when('receipt_ms', 'is', null).then(0).else(1).end())
        .orderBy('sent_ms', 'desc')
        .orderBy('petition_outbox.id')
        .offset(offset)
        .limit(query.limit)
        .execute()
      return {
        items: found.map(({ no, ...row }) => presentLetter(deps, row, no, now)),
        cursor: found.length === query.limit ? String(offset + found.length) : null,
      }
    }),
    bind(petitionRoutes.receipt, async ({ params, body, person, now }) => {
      const me = personOf(deps, person)
      const letter = await findLetter(records.read, params.id)
      await chargedWith(deps, person, letter.petition_id)
      return records.write(async (turn) => {
        const result = await on(turn.tx)
          .updateTable('petition_outbox')
          .set({ receipt_ms: turn.now, receipt_who: body.who, receipt_text: body.text })
          .where('id', '=', params.id)
          .where('receipt_ms', 'is', null)
          .executeTakeFirst()
        if (Number(result.numUpdatedRows) === 0) throw new Refusal('conflict', '这份函件已有回执')
        const matter = await findMatter(turn.tx, letter.petition_id)
        if (!matter) throw new Refusal('not-found', '没有这件事项')
        const text = `${body.who}：${body.text}`
        const extra = { unit: letter.unit, letter: letter.id }
        await move(deps, turn, matter, { step: 'receipt', by: me.id, text, files: body.files, extra })
        return presentLetter(deps, await findLetter(turn.tx, params.id), matter.no, now)
      })
    }),
  ]
}
async function findLetter(db: Reader | Tx, id: string): Promise<OutboxRow> {
  const row = await on(db).selectFrom('petition_outbox').selectAll().where('id', '=', id).executeTakeFirst()
  if (!row) throw new Refusal('not-found', '没有这份函件')
  return row
}
