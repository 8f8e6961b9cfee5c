import { Readable } from 'node:stream'
import {
  type ExhibitGroup,
  type ExhibitList,
  exhibitRoutes,
  type Numbered,
} from '../../../contract/http/assist-exhibits.ts'
import { type BoundRoute, bind, type Reader, type Tx } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { type AssistCase, type AssistDeps, openCase } from '../context.ts'
import { decisionsOf, filesOf, lastResult, textOf } from '../reading/repository.ts'
import { placeOf } from '../reading/text.ts'
import { exhibitBlocks, suggestExhibits } from './rules.ts'
import type { ExhibitTables } from './tables.ts'

const on = (db: Reader | Tx) => db.withTables<ExhibitTables>()
const DOCX = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
const newest = (db: Reader | Tx, caseId: string) =>
  on(db)
    .selectFrom('assist_exhibits')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('rev', 'desc')
    .limit(1)
    .executeTakeFirst()

export function exhibitCalls(deps: AssistDeps): BoundRoute[] {
  const { records, config, documents } = deps
  const db = records.read
  const shown = async ({ id, caseNo, cause }: AssistCase): Promise<ExhibitList> => {
    const [row, result, decisions, files] = await Promise.all([
      newest(db, id),
      lastResult(db, id),
      decisionsOf(db, id),
      filesOf(db, id),
    ])
    const suggested = suggestExhibits(result)
    return {
      caseId: id,
      caseNo,
      cause,
      rev: Number(row?.rev ?? 0),
      by: row?.by ?? null,
      at: row ? Number(row.at_ms) : null,
      groups: row ? (JSON.parse(row.groups) as ExhibitGroup[]) : [],
      suggested,
      decided: suggested ? (decisions[suggested.key] ?? null) : null,
      files: files.map(({ id: file, name }) => ({ id: file, name })),
      demo: config.site.demo,
    }
  }
  return [
    bind(exhibitRoutes.get, async ({ params, person }) => shown(await openCase(deps, person, params.case))),
    bind(exhibitRoutes.save, async ({ params, body, person }) => {
      const file = await openCase(deps, person, params.case)
      await records.write(async (turn) => {
        const known = new Set((await filesOf(turn.tx, file.id)).map(({ id }) => id))
        const strange = body.groups
          .flatMap(({ items }) => items)
          .find(({ source }) => source && (!known.has(source.file) || source.end < source.start))
        if (strange) throw new Refusal('unprocessable', `“${strange.title}”的出处不在本案卷宗里，请重新选择`)
        const rev = Number((await newest(turn.tx, file.id))?.rev ?? 0)
        if (rev !== body.rev) throw new Refusal('conflict', '清单已有新的一版，请重新打开再改')
        await on(turn.tx)
          .insertInto('assist_exhibits')
          .values({
            case_id: file.id,
            rev: rev + 1,
            groups: JSON.stringify(body.groups),
            by: person.name,
            at_ms: turn.now,
          })
          .execute()
      })
      return shown(file)
    }),
    bind(exhibitRoutes.file, async ({ params, person }) => {
      const file = await openCase(deps, person, params.case)
      const { groups, rev, files } = await shown(file)
      if (groups.every(({ items }) => items.length === 0)) throw new Refusal('not-found', '举证清单还是空的，请先保存')
      const where = await placesOf(deps, file.id, groups, new Map(files.map(({ id, name }) => [id, name])))
      const { caseNo, cause } = file
      const footer = `${config.site.demo ? '演示 · ' : ''}举证清单第 ${rev} 版`
      const about = {
        unit: config.site.unit,
        caseNo: caseNo.replaceAll('[', '〔').replaceAll(']', '〕'),
        cause,
        footer,
      }
      const bytes = await documents.docx(exhibitBlocks(about, groups, where))
      return { stream: Readable.from([bytes]), contentType: DOCX, filename: `举证清单-第${rev}版.docx` }
    }),
  ]
}

/** Words for where each exhibit stands; a file that is gone is said to be. */
async function placesOf(
  { records }: AssistDeps,
  caseId: string,
  groups: readonly ExhibitGroup[],
  names: ReadonlyMap<string, string>,
) {
  const wanted = [...new Set(groups.flatMap(({ items }) => items.flatMap(({ source }) => source?.file ?? [])))]
  const texts = new Map(
    await Promise.all(wanted.map(async (id) => [id, await textOf(records.read, caseId, id)] as const)),
  )
  return (source: Numbered['source']): string => {
    if (!source) return ''
    const name = names.get(source.file)
    if (!name) return '文件已移除'
    const text = texts.get(source.file)
    if (!text) return name
    const { page, paragraph } = placeOf(text, source)
    return `${name}${page === null ? '' : ` 第 ${page} 页`} 第 ${paragraph} 段`
  }
}
