import type { Permissions } from '../../../config/schema.ts'
import type { RouteSpec } from '../../../contract/http/route.ts'
import {
  DICTIONARY_KINDS,
  type DictionaryFilters,
  type DictionaryItem,
  dictionaryRoutes,
  DictionaryFilters as Filters,
} from '../../../contract/http/sharing-dictionary.ts'
import { bind, exporter, type Feature, type Reader, type Records } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import type { Table } from './catalogue.ts'

export interface DictionaryDeps {
  records: Records
  permissions: Pick<Permissions, 'roles'>
  specs(): readonly RouteSpec[]
  panels(): readonly { name: string; permission: string }[]
}

/** 一个标准采集数据: made when somebody first asks for it, from what this very server runs. */
export function dictionaryFeature(deps: DictionaryDeps): Feature {
  let made: Promise<DictionaryItem[]> | undefined
  const items = (): Promise<DictionaryItem[]> => {
    made ??= build(deps).catch((error: unknown) => {
      made = undefined
      throw error
    })
    return made
  }
  return {
    name: 'dictionary',
    routes: [
      bind(dictionaryRoutes.list, async ({ query }) => {
        const found = (await items()).filter(fitting(query))
        const from = placeOf(query.cursor)
        const to = from + query.limit
        return {
          items: found.slice(from, to),
          cursor: to < found.length ? String(to) : null,
          total: found.length,
          groups: DICTIONARY_KINDS.map((kind) => ({ kind, count: found.filter((one) => one.kind === kind).length })),
        }
      }),
    ],
    exports: [
      exporter({
        kind: 'dictionary',
        title: '标准采集数据字典',
        permission: 'sharing.read',
        filters: Filters,
        columns: ['类', '所属', '所属名称', '字段', '中文名', '类型', '单位', '来源', '可见'].map((title) => ({
          title,
          width: 24,
        })),
        describe: ({ filters }) => [{ label: '条件', text: filters.q || filters.group || '全部' }],
        count: async ({ filters }) => (await items()).filter(fitting(filters)).length,
        async *rows({ filters }) {
          const found = (await items()).filter(fitting(filters))
          for (let from = 0; from < found.length; from += 500) yield found.slice(from, from + 500).map(cells)
        },
      }),
    ],
  }
}

const cells = (one: DictionaryItem) => [
  one.kindName,
  one.group,
  one.groupName,
  one.field,
  one.name,
  one.type,
  one.unit,
  one.source,
  one.sees.join('、'),
]

async function build({ records, permissions, specs, panels }: DictionaryDeps): Promise<DictionaryItem[]> {
  const { catalogue } = await import('./catalogue.ts')
  return catalogue({ specs: specs(), panels: panels(), tables: await tablesOf(records.read), permissions })
}

/** As the database describes itself; what an index keeps for itself (FTS shadow tables) is none of ours. */
export async function tablesOf(db: Reader): Promise<Table[]> {
  const tables = (await db.introspection.getTables()).filter(({ isView }) => !isView)
  const names = new Set(tables.map(({ name }) => name))
  const isShadow = (name: string) =>
    ['_data', '_idx', '_content', '_docsize', '_config'].some(
      (end) => name.endsWith(end) && names.has(name.slice(0, -end.length)),
    )
  return tables.filter(({ name }) => !isShadow(name) && !name.startsWith('sqlite_'))
}

function fitting({ kind, group, q }: DictionaryFilters): (one: DictionaryItem) => boolean {
  const wanted = q?.normalize('NFKC').trim().toLowerCase() ?? ''
  return (one) =>
    (kind === undefined || one.kind === kind) &&
    (group === undefined || one.group === group) &&
    (wanted === '' || `${one.field}\n${one.name}\n${one.group}\n${one.groupName}`.toLowerCase().includes(wanted))
}

function placeOf(cursor: string | undefined): number {
  const place = Number(cursor || 0)
  if (!Number.isSafeInteger(place) || place < 0)
    throw new Refusal('unprocessable', undefined, [{ path: 'cursor', message: '不是本列表给出的位置' }])
  return place
}
