import { CaseFilters, type CaseItem } from '../../contract/http/cases.ts'
import { COLOUR_WORDS } from '../../contract/panels/cases.ts'
import { type ExportCell, type Exporter, exporter } from '../feature.ts'
import type { CasesDeps } from './events.ts'
import { present } from './present.ts'
import type { CaseQueries } from './queries.ts'
import { scopeOf, scopeWords } from './scope.ts'

const STATE_WORDS = { unassigned: '待分案', open: '在办', closed: '已办结' } as const
const HUES = { red: '红', orange: '橙', yellow: '黄', green: '绿' } as const
const PAGE = 1000

/** Case numbers are shown with 〔〕, as on the screens. */
const shown = (caseNo: string | null): string | null => caseNo?.replaceAll('[', '〔').replaceAll(']', '〕') ?? null

const COLUMNS: readonly {
  title: string
  width?: number
  kind?: 'date' | 'number'
  of(item: CaseItem): ExportCell
}[] = [
  { title: '部门受案号', width: 34, of: ({ caseNo }) => shown(caseNo) },
  { title: '统一受案号', width: 34, of: ({ unifiedNo }) => shown(unifiedNo) },
  { title: '案件类别', width: 18, of: ({ type }) => type },
  { title: '案由', width: 22, of: ({ cause, restricted }) => (restricted ? '限制查看' : cause) },
  { title: '部门', width: 14, of: ({ department }) => department },
  { title: '承办人工号', width: 12, of: ({ handler }) => handler },
  { title: '当前节点', width: 16, of: ({ node }) => node },
  { title: '状态', width: 10, of: ({ state }) => STATE_WORDS[state] },
  { title: '在押', width: 8, of: ({ custody }) => custody },
  { title: '强制措施', width: 12, of: ({ coercion }) => coercion },
  { title: '受理日期', kind: 'date', width: 12, of: ({ accepted }) => accepted },
  { title: '分案日期', kind: 'date', width: 12, of: ({ assigned }) => assigned },
  { title: '期限届满日', kind: 'date', width: 12, of: ({ due }) => due },
  { title: '业务系统到期日', kind: 'date', width: 14, of: ({ exportedDue }) => exportedDue },
  { title: '与导出不符', width: 11, of: ({ differs }) => differs },
  { title: '暂定', width: 8, of: ({ provisional }) => provisional },
  { title: '剩余天数', kind: 'number', width: 10, of: ({ daysLeft }) => daysLeft },
  { title: '颜色', width: 10, of: ({ colour }) => (colour ? `${HUES[colour]} ${COLOUR_WORDS[colour]}` : null) },
  { title: '办结日期', kind: 'date', width: 12, of: ({ closed }) => closed },
  { title: '处理结果', width: 18, of: ({ outcome }) => outcome },
]

/** The case list as a file: the same conditions, order, rights and sealed fields as on the desk. */
export const caseExporter = (deps: CasesDeps, ask: CaseQueries): Exporter =>
  exporter({
    kind: 'cases',
    title: '案件列表',
    permission: 'cases.read-own',
    filters: CaseFilters.strict(),
    columns: COLUMNS.map(({ of: _, ...column }) => column),
    describe: ({ person, filters }) => [
      { label: '范围', text: scopeWords(scopeOf(deps, person)) },
      { label: '条件', text: conditionWords(filters) },
      { label: '颜色分档', text: `flow.yaml ${deps.config.flow.version}；剩余天数为法定剩余天数，负数为已超期` },
    ],
    count: async (asked) => (await ask.summary(asked)).total,
    async *rows(asked) {
      const sort = asked.filters.state.length === 1 && asked.filters.state[0] === 'closed' ? 'closed' : 'urgency'
      let cursor: string | null = ''
      while (cursor !== null) {
        const page = await ask.page(asked, { sort, cursor, limit: PAGE })
        yield page.records.map((record) => {
          const item = present(deps.config.flow, record, asked.now)
          return COLUMNS.map(({ of }) => of(item))
        })
        cursor = page.next
      }
    },
  })

function conditionWords({ state, q, colour, custody, overDetention, department }: CaseFilters): string {
  const words = [
    state.map((one) => STATE_WORDS[one as keyof typeof STATE_WORDS]).join('、'),
    colour.map((one) => HUES[one as keyof typeof HUES]).join('、'),
    custody === undefined ? '' : custody === 'true' ? '在押' : '未在押',
    overDetention === 'true' ? '超期羁押' : '',
    department ?? '',
    q ? `搜索「${q}」` : '',
  ].filter(Boolean)
  return words.length === 0 ? '全部' : words.join('；')
}
