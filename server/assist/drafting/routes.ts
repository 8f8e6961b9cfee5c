import { Readable } from 'node:stream'
import { type Draft, type DraftField, draftRoutes } from '../../../contract/http/assist-drafts.ts'
import { type BoundRoute, bind, type Principal, type Reader, type Tx } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { type AssistCase, type AssistDeps, openCase } from '../context.ts'
import { decisionsOf, filesOf, lastResult } from '../reading/repository.ts'
import { fill, isAutomatic, type Sources, typed } from './fields.ts'
import type { DraftTables } from './tables.ts'
import { blocksOf, fieldNames, linesOf } from './template.ts'

const on = (db: Reader | Tx) => db.withTables<DraftTables>()
type Row = DraftTables['assist_draft']
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
/** Drafts of a case that a list shows. */
const MOST = 200

/** Versions of one draft of one case, newest first. */
const versionsOf = (db: Reader | Tx, caseId: string, id: string): Promise<Row[]> =>
  on(db)
    .selectFrom('assist_draft')
    .selectAll()
    .where('case_id', '=', caseId)
    .where('id', '=', id)
    .orderBy('version', 'desc')
    .execute()
const parsed = (row: Row): DraftField[] => JSON.parse(row.fields) as DraftField[]
const item = (row: Row) => ({
  id: row.id,
  template: row.template,
  name: row.name,
  version: Number(row.version),
  by: row.by,
  at: Number(row.at_ms),
  filled: parsed(row).length - Number(row.empty),
  empty: Number(row.empty),
})

export function draftCalls(deps: AssistDeps): BoundRoute[] {
  const { records, config, newId, documents } = deps
  const db = records.read
  const sourcesOf = async (file: AssistCase, now: number): Promise<Sources> => {
    const [reading, decisions, files] = await Promise.all([
      lastResult(db, file.id),
      decisionsOf(db, file.id),
      filesOf(db, file.id),
    ])
    return {
      unit: config.site.unit,
      now,
      file,
      reading,
      decisions,
      files: new Map(files.map(({ id, name }) => [id, name])),
    }
  }
  const shown = async (caseId: string, id: string, wanted?: number): Promise<{ draft: Draft; row: Row }> => {
    const rows = await versionsOf(db, caseId, id)
    const row = wanted === undefined ? rows[0] : rows.find(({ version }) => Number(version) === wanted)
    if (!row) throw new Refusal('not-found', '没有这份初稿')
    const fields = parsed(row)
    const draft = {
      ...item(row),
      templateVersion: row.template_version,
      legalBasis: row.legal_basis,
      latest: Number(rows[0]?.version ?? row.version),
      fields,
      lines: linesOf(row.text, fields),
      versions: rows.map(({ version, by, at_ms, empty }) => ({
        version: Number(version),
        by,
        at: Number(at_ms),
        empty: Number(empty),
      })),
      decided: (await decisionsOf(db, caseId))[id] ?? null,
    }
    return { draft, row }
  }
  const save = async (
    tx: Tx,
    row: Omit<Row, 'fields' | 'empty' | 'by' | 'at_ms'>,
    fields: readonly DraftField[],
    by: Principal,
    at: number,
  ) => {
    const empty = fields.filter(({ value }) => value === null).length
    await on(tx)
      .insertInto('assist_draft')
      .values({ ...row, fields: JSON.stringify(fields), empty, by: by.name, at_ms: at })
      .execute()
  }
  return [
    bind(draftRoutes.templates, async () => ({
      items: [...config.templates.values()].map(({ id, name, version, legal_basis, text }) => {
        const names = fieldNames(text)
        return {
          id,
          name,
          version,
          legalBasis: legal_basis,
          fields: names.length,
          automatic: names.filter(isAutomatic).length,
        }
      }),
    })),
    bind(draftRoutes.list, async ({ params, person }) => {
      const { id } = await openCase(deps, person, params.case)
      const rows = await on(db)
        .selectFrom('assist_draft')
        .selectAll()
        .where('case_id', '=', id)
        .orderBy('at_ms', 'desc')
        .orderBy('version', 'desc')
        .limit(MOST * 5)
        .execute()
      const newest = new Map<string, Row>()
      for (const row of rows) if (!newest.has(row.id)) newest.set(row.id, row)
      return { items: [...newest.values()].slice(0, MOST).map(item) }
    }),
    bind(draftRoutes.create, async ({ params, body, person, now }) => {
      const file = await openCase(deps, person, params.case)
      const template = config.templates.get(body.template)
      if (!template) throw new Refusal('unprocessable', '没有这种文书模板')
      const fields = fill(fieldNames(template.text), await sourcesOf(file, now))
      const id = newId()
      const { name, version, legal_basis, text } = template
      const row = {
        id,
        version: 1,
        case_id: file.id,
        template: template.id,
        name,
        template_version: version,
        legal_basis,
        text,
      }
      await records.write((turn) => save(turn.tx, row, fields, person, turn.now))
      return (await shown(file.id, id)).draft
    }),
    bind(draftRoutes.get, async ({ params, query, person }) => {
      const { id } = await openCase(deps, person, params.case)
      return (await shown(id, params.id, query.version)).draft
    }),
    bind(draftRoutes.change, async ({ params, body, person, now }) => {
      const file = await openCase(deps, person, params.case)
      const fresh = body.refresh ? await sourcesOf(file, now) : null
      await records.write(async (turn) => {
        const [last] = await versionsOf(turn.tx, file.id, params.id)
        if (!last) throw new Refusal('not-found', '没有这份初稿')
        if (Number(last.version) !== body.version) throw new Refusal('conflict', '初稿已有新的一版，请先查看再改')
        const before = parsed(last)
        const unknown = Object.keys(body.values).filter((name) => !before.some((field) => field.name === name))
        if (unknown.length > 0) throw new Refusal('unprocessable', `模板里没有这个栏目：${unknown.join('、')}`)
        const kept = fresh ? refreshed(before, fresh) : before
        const { fields: _fields, empty: _empty, by: _by, at_ms: _at, ...rest } = last
        await save(
          turn.tx,
          { ...rest, version: Number(last.version) + 1 },
          typed(kept, body.values, person),
          person,
          turn.now,
        )
      })
      return (await shown(file.id, params.id)).draft
    }),
    bind(draftRoutes.file, async ({ params, query, person }) => {
      const { id } = await openCase(deps, person, params.case)
      const { draft, row } = await shown(id, params.id, query.version)
      const demo = config.site.demo ? '演示 · ' : ''
      const footer = `${demo}初稿第 ${draft.version} 版，${draft.empty} 处待填；由承办人核定后使用`
      const bytes = await documents.docx(blocksOf(draft.lines, footer))
      return { stream: Readable.from([bytes]), contentType: DOCX, filename: `${row.name}-第${draft.version}版.docx` }
    }),
  ]
}

/** What people typed stays. */
function refreshed(before: readonly DraftField[], from: Sources): DraftField[] {
  const again = fill(
    before.map(({ name }) => name),
    from,
  )
  return before.map((field, at) => (field.source?.kind === 'person' ? field : (again[at] ?? field)))
}
