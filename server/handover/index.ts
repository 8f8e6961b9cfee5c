import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Config } from '../../config/load.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { HANDOVER_CHAIN, handoverRoutes } from '../../contract/http/handover.ts'
import { canonicalJson } from '../../contract/jcs.ts'
import { bind, type Feature, type Principal, type Records, type TaskDesk } from '../feature.ts'
import { momentOf } from '../offset.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { handoverBlocks, type SheetBlock } from './document.ts'
import { overdueTick } from './overdue.ts'
import { presentHandover } from './present.ts'
import {
  changeHandover,
  findHandover,
  type HandoverRow,
  insertHandover,
  listHandovers,
  standingAt,
} from './repository.ts'
import { changeOf, mayTake, type TakeRefusal } from './rules.ts'
import { makeSheet, type SheetParts } from './sheet.ts'
import { handoverMigrations } from './tables.ts'

export interface HandoverDeps extends Omit<SheetParts, 'unit' | 'demo' | 'read'> {
  config: Pick<Config, 'duty' | 'site'>
  records: Records
  tasks: TaskDesk
  newId(): string
  anchor(chain: string, head: ChainEntry): void
  docx(blocks: readonly SheetBlock[]): Promise<Uint8Array>
  pdf(blocks: readonly SheetBlock[]): Promise<Uint8Array>
}

const REFUSED: Record<TakeRefusal, string> = {
  'not-given': '这份交接班表不在待接班状态',
  'same-person': '交班人不能自己接班，请由接班人登录后签字',
  'other-sheet': '交接班表的内容与您看到的不同，请刷新后重新核对',
}

/** 交接班: one gives, another takes, both sign the same frozen sheet; the signatures are chained. */
export function handoverFeature(deps: HandoverDeps): Feature {
  const { config, records } = deps
  const { site, duty } = config
  const parts: SheetParts = { ...deps, unit: site.unit, demo: site.demo, read: records.read }
  const changeNow = (now: number) => {
    const change = changeOf(site.shifts, now)
    if (!change) throw new Refusal('conflict', '没有配置班次，请在 config/site.yaml 的 shifts 写明各班起止')
    return change
  }
  const found = async (id: string): Promise<HandoverRow> => {
    const row = await findHandover(records.read, id)
    if (!row) throw new Refusal('not-found', `没有交接班表 ${id}`)
    return row
  }

  async function give(person: Principal, body: { notes: string; promises: unknown[] }, now: number): Promise<string> {
    const change = changeNow(now)
    const sheet = await makeSheet(parts, change, now)
    const text = canonicalJson({ sheet, notes: body.notes, promises: body.promises } as Record<string, unknown>)
    const sha256 = createHash('sha256').update(text).digest('hex')
    const id = deps.newId()
    await records.write(async (turn) => {
      const standing = await standingAt(turn.tx, change.at)
      if (standing)
        throw new Refusal(
          'conflict',
          standing.state === 'taken' ? '本次交接班已由双方签字' : '本次交接班已交班，待接班人签字；有误可先作废',
        )
      const said = { id, boundary: change.at, from: change.from, to: change.to, sha256, by: person.username }
      const entry = await append(turn.tx, HANDOVER_CHAIN, 'given', said, turn.now)
      await insertHandover(turn.tx, {
        ...EMPTY,
        id,
        boundary_ms: change.at,
        state: 'given',
        body: text,
        sha256,
        given_name: person.name,
        given_post: person.post,
        given_by: person.username,
        given_ms: turn.now,
        given_seq: entry.seq,
        given_hash: entry.hash,
      })
      turn.afterCommit(() => deps.anchor(HANDOVER_CHAIN, entry))
    })
    return id
  }

  async function take(person: Principal, id: string, read: { sha256: string; note: string }): Promise<void> {
    await records.write(async (turn) => {
      const row = await findHandover(turn.tx, id)
      if (!row) throw new Refusal('not-found', `没有交接班表 ${id}`)
      const asked = { state: row.state, givenBy: row.given_by, sha256: row.sha256 }
      const refused = mayTake(asked, { username: person.username, sha256: read.sha256 })
      if (refused) throw new Refusal(refused === 'same-person' ? 'forbidden' : 'conflict', REFUSED[refused])
      const said = { id, sha256: row.sha256, by: person.username, given: Number(row.given_seq), note: read.note }
      const entry = await append(turn.tx, HANDOVER_CHAIN, 'taken', said, turn.now)
      await changeHandover(turn.tx, id, {
        state: 'taken',
        taken_name: person.name,
        taken_post: person.post,
        taken_by: person.username,
        taken_ms: turn.now,
        taken_seq: entry.seq,
        taken_hash: entry.hash,
        taken_note: read.note,
      })
      turn.afterCommit(() => deps.anchor(HANDOVER_CHAIN, entry))
    })
  }

  async function cancel(person: Principal, id: string, reason: string): Promise<void> {
    await records.write(async (turn) => {
      const row = await findHandover(turn.tx, id)
      if (!row) throw new Refusal('not-found', `没有交接班表 ${id}`)
      if (row.state !== 'given') throw new Refusal('conflict', '只有尚未接班的交接班表可以作废')
      const entry = await append(turn.tx, HANDOVER_CHAIN, 'void', { id, reason, by: person.username }, turn.now)
      await changeHandover(turn.tx, id, { state: 'void', void_reason: reason })
      turn.afterCommit(() => deps.anchor(HANDOVER_CHAIN, entry))
    })
  }

  return {
    name: 'handover',
    migrations: handoverMigrations,
    ticks: [overdueTick(deps)],
    routes: [
      bind(handoverRoutes.now, async ({ person, now }) => {
        const change = changeNow(now)
        const standing = await standingAt(records.read, change.at)
        return {
          sheet: await makeSheet(parts, change, now),
          current: standing?.id ?? null,
          state: (standing?.state as 'given' | 'taken' | undefined) ?? null,
          overdueAt: change.at + duty.handover.graceMin * 60_000,
          mayGive: person.permissions.has('handover.write') && !standing,
        }
      }),
      bind(handoverRoutes.list, async ({ query, person }) => {
        const rows = await listHandovers(records.read, momentOf(query.cursor), query.limit)
        const last = rows.length === query.limit ? rows.at(-1) : undefined
        return {
          items: rows.map((row) => presentHandover(row, person)),
          cursor: last ? `${Number(last.given_ms)}~${last.id}` : null,
        }
      }),
      bind(handoverRoutes.one, async ({ params, person }) => presentHandover(await found(params.id), person)),
      bind(handoverRoutes.give, async ({ body, person, now }) =>
        presentHandover(await found(await give(person, body, now)), person),
      ),
      bind(handoverRoutes.take, async ({ params, body, person }) => {
        await take(person, params.id, body)
        return presentHandover(await found(params.id), person)
      }),
      bind(handoverRoutes.void, async ({ params, body, person }) => {
        await cancel(person, params.id, body.reason)
        return presentHandover(await found(params.id), person)
      }),
      bind(handoverRoutes.file, async ({ params, query, person }) => {
        const blocks = handoverBlocks(presentHandover(await found(params.id), person))
        const bytes = await (query.as === 'pdf' ? deps.pdf(blocks) : deps.docx(blocks))
        return {
          stream: Readable.from([Buffer.from(bytes)]),
          contentType: query.as === 'pdf' ? 'application/pdf' : DOCX,
          filename: `交接班表-${params.id.slice(0, 8)}.${query.as}`,
        }
      }),
    ],
  }
}

const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const EMPTY = {
  taken_name: null,
  taken_post: null,
  taken_by: null,
  taken_ms: null,
  taken_seq: null,
  taken_hash: null,
  taken_note: null,
  void_reason: null,
}
