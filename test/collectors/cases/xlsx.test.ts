import { describe, expect, it } from 'vitest'
import { readTable } from '../../../collectors/cases/table.ts'
import { readXlsx } from '../../../collectors/cases/xlsx/read.ts'
import { columnOf } from '../../../collectors/cases/xlsx/sheet.ts'
import { isDateCode } from '../../../collectors/cases/xlsx/styles.ts'
import { cellText } from '../../../collectors/intake/spreadsheet.ts'
import { bookOf, dateCell, HEADER, line, number, PROFILE, parts, zipOf } from './build.ts'

const cells = async (rows: Parameters<typeof bookOf>[0][number]['rows']) => {
  const book = await readXlsx(bookOf([{ rows }]))
  return (book.sheets[0]?.rows ?? []).map((row) => row.cells.map((cell) => cell && cellText(cell)))
}

describe('xlsx reader', () => {
  it('reads texts, numbers, dates, booleans, errors and cached formula results', async () => {
    expect(
      await cells([
        [
          '字 & <x>',
          12.5,
          { xml: '<c r="@" t="b"><v>1</v></c>' },
          { xml: '<c r="@" t="e"><v>#N/A</v></c>' },
          { xml: '<c r="@" t="str"><f>A1&amp;"x"</f><v>结果</v></c>' },
          { xml: '<c r="@"><f>1+1</f><v>2</v></c>' },
          { xml: '<c r="@" t="d"><v>2024-01-05</v></c>' },
        ],
      ]),
    ).toEqual([['字 & <x>', '12.5', '是', undefined, '结果', '2', '2024-01-05']])
  })

  it('G10.18: of a HYPERLINK formula only its cached text is read', async () => {
    const link = { xml: '<c r="@" t="str"><f>HYPERLINK("http://x","案件")</f><v>案件</v></c>' }
    expect(await cells([[link]])).toEqual([['案件']])
  })

  it('joins rich text and leaves phonetic hints out, in shared strings too', async () => {
    const all = parts([{ rows: [[{ xml: '<c r="@" t="s"><v>0</v></c>' }]] }])
    all.set('xl/sharedStrings.xml', '<sst><si><r><t>部门</t></r><r><t>受案号</t></r><rPh><t>bumen</t></rPh></si></sst>')
    const relations = all.get('xl/_rels/workbook.xml.rels') ?? ''
    all.set(
      'xl/_rels/workbook.xml.rels',
      relations.replace(
        '</Relationships>',
        '<Relationship Id="s" Type="x/sharedStrings" Target="/xl/sharedStrings.xml"/></Relationships>',
      ),
    )
    const book = await readXlsx(zipOf([...all].map(([name, data]) => ({ name, data }))))
    expect(cellText(book.sheets[0]?.rows[0]?.cells[0])).toBe('部门受案号')
  })

  it('knows which numbers are dates by their style, and which only look so', async () => {
    const styled = (style: number) => ({ xml: `<c r="@" s="${style}"><v>45296</v></c>` })
    const book = await readXlsx(bookOf([{ rows: [[styled(0), styled(1), styled(2), styled(3), styled(4)]] }]))
    const row = book.sheets[0]?.rows[0]?.cells ?? []
    expect(row.map((cell) => cell?.kind === 'number' && cell.isDate)).toEqual([false, true, true, false, true])
  })

  it.each([
    ['yyyy-mm-dd', true],
    ['[$-804]yyyy"年"m"月"d"日"', true],
    ['[h]:mm', true],
    ['0.00_);[Red](0.00)', false],
    ['#,##0.00"元/day"', false],
    ['General', false],
    ['@', false],
    ['0.00E+00', false],
    ['\\d0', false],
  ])('format %s is a date: %s', (code, expected) => {
    expect(isDateCode(code)).toBe(expected)
  })

  it.each([
    ['A1', 0],
    ['Z9', 25],
    ['AA1', 26],
    ['IV1', 255],
  ])('column of %s', (reference, column) => {
    expect(columnOf(reference)).toBe(column)
  })

  it('G10.1: title rows and a merged two-row header, children under their parent', async () => {
    const rows = [
      ['案件办理情况一览表'],
      ['制表单位：示例区院　制表时间：2026-11-24 10:21:07'],
      ['序号', '部门受案号', '承办部门', '办案期限', null, '当前流程节点'],
      [null, null, null, '起算日', '到期日', null],
      [1, number(1), '第一检察部', dateCell(46328), dateCell(46358), '审查'],
      ['合计', '1 件'],
      ['制表人：案管岗'],
    ]
    const merges = ['A1:F1', 'A2:F2', 'A3:A4', 'B3:B4', 'C3:C4', 'D3:E3', 'F3:F4']
    const table = readTable(await readXlsx(bookOf([{ rows, merges }])), PROFILE)
    expect(table.rows).toMatchObject([{ caseNo: number(1), department: '第一检察部', due: '2026-12-02', node: '审查' }])
    expect(table).toMatchObject({ feet: 2, exportedAt: '2026-11-24T10:21:07', refusals: [], warnings: [] })
  })

  it('G10.3: a 1904 book', async () => {
    const rows = [
      ['部门受案号', '受理日期', '案件类别'],
      [number(1), dateCell(45296 - 1462), '审查起诉'],
    ]
    const table = readTable(await readXlsx(bookOf([{ rows }], { date1904: true })), PROFILE)
    expect(table.rows[0]?.acceptedAt).toBe('2024-01-05')
  })

  it('G10.16: a hidden sheet is named in a warning and not read', async () => {
    const book = bookOf([
      { name: '在办', rows: [[...HEADER], line(1)] },
      { name: '旧表', state: 'hidden', rows: [[...HEADER], line(2)] },
      { name: '秘表', state: 'veryHidden', rows: [[...HEADER], line(3)] },
    ])
    const table = readTable(await readXlsx(book), PROFILE)
    expect(table.rows.map(({ caseNo }) => caseNo)).toEqual([number(1)])
    expect(table.warnings).toEqual([expect.stringContaining('旧表'), expect.stringContaining('秘表')])
  })

  it('reads all visible sheets; one without a header is only a warning', async () => {
    const book = bookOf([
      { name: '一', rows: [[...HEADER], line(1)] },
      { name: '封面', rows: [['说明']] },
      { name: '二', rows: [[...HEADER], line(2)] },
    ])
    const table = readTable(await readXlsx(book), PROFILE)
    expect(table.rows.length).toBe(2)
    expect(table.warnings).toEqual([expect.stringContaining('封面')])
  })
})
