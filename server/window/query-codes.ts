import { CODE_STATE_NAMES, type CodeItem, RELATION_NAMES, Relation, windowRoutes } from '../../contract/http/window.ts'
import { type BoundRoute, bind, type Reader, type Tx } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import { caseAbout, nameHash, numberHash } from './asking.ts'
import { CODE_BYTES, caseKey, codeOf, keyed, maskedName, tidy } from './codes.ts'
import type { WindowDeps } from './context.ts'
import { lockKey } from './guarded.ts'
import { openLock } from './locks.ts'
import type { WindowTables as Tables } from './tables.ts'

type Row = Tables['window_code']
const on = (db: Reader | Tx) => db.withTables<Tables>()
const DAY_MS = 86_400_000

/** Codes that staff give to whoever has proved identity and relation; the code itself is told once and never kept. */
export function codeRoutes(deps: WindowDeps): BoundRoute[] {
  const { records, siteKey, config } = deps
  return [
    bind(windowRoutes.codes, async ({ query, now }) => {
      const offset = offsetOf(query.cursor)
      let rows = on(records.read).selectFrom('window_code').selectAll()
      if (query.caseNo) rows = rows.where('case_key', '=', caseKey(query.caseNo))
      const found = await rows.orderBy('issued_ms', 'desc').orderBy('id').offset(offset).limit(query.limit).execute()
      return {
        items: found.map((row) => presentCode(row, now)),
        cursor: found.length === query.limit ? String(offset + found.length) : null,
      }
    }),
    bind(windowRoutes.issue, async ({ body, person, now }) => {
      const code = codeOf(deps.randomBytes(CODE_BYTES))
      const row = await records.write(async ({ tx }) => {
        const known = await deps.cases.byNumber(tx, body.caseNo)
        if (!known)
          throw new Refusal('unprocessable', '没有这个案号，或该案不提供网上查询', [
            { path: 'caseNo', message: '请核对案号' },
          ])
        const key = caseKey(known.caseNo)
        const made: Row = {
          id: deps.newId(),
          case_id: known.id,
          case_no: known.caseNo,
          case_key: key,
          relation: body.relation,
          shown: maskedName(body.name),
          name_hash: nameHash(siteKey, body.name),
          number_hash: numberHash(siteKey, body.idNumber),
          code_hash: keyed(siteKey, 'case', tidy(code)),
          issued_ms: now,
          issued_by: person.name,
          expires_ms: now + (body.days ?? config.window.codes.days) * DAY_MS,
          revoked_ms: null,
          uses: 0,
          used_ms: null,
        }
        await on(tx).insertInto('window_code').values(made).execute()
        // Somebody stood at the window and proved who they are: the wrong tries of before are over.
        await openLock(tx, lockKey(siteKey, caseAbout(key)))
        return made
      })
      return { code, item: presentCode(row, now) }
    }),
    bind(windowRoutes.revoke, async ({ params, body, person, ip, now }) => {
      const row = await records.write(async ({ tx }) => {
        const found = await on(tx).selectFrom('window_code').selectAll().where('id', '=', params.id).executeTakeFirst()
        if (!found) throw new Refusal('not-found', '没有这个查询码')
        if (found.revoked_ms !== null) throw new Refusal('conflict', '这个查询码已经作废')
        await on(tx).updateTable('window_code').set({ revoked_ms: now }).where('id', '=', found.id).execute()
        await deps.audit.record(tx, now, {
          kind: 'window.code-revoked',
          actor: person.username,
          ip,
          object: found.id,
          detail: { reason: body.reason },
        })
        return { ...found, revoked_ms: now }
      })
      return presentCode(row, now)
    }),
  ]
}

function presentCode(row: Row, now: number): CodeItem {
  const relation = Relation.parse(row.relation)
  const state = row.revoked_ms !== null ? 'revoked' : Number(row.expires_ms) <= now ? 'expired' : 'valid'
  return {
    id: row.id,
    caseNo: row.case_no,
    relation,
    relationName: RELATION_NAMES[relation],
    person: row.shown,
    issuedAt: Number(row.issued_ms),
    issuedBy: row.issued_by,
    expiresAt: Number(row.expires_ms),
    state,
    stateName: CODE_STATE_NAMES[state],
    uses: Number(row.uses),
    usedAt: row.used_ms === null ? null : Number(row.used_ms),
  }
}
