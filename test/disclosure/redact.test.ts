import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { DocumentKind, Party } from '../../contract/http/disclosure.ts'
import { applied } from '../../server/disclosure/redact/apply.ts'
import { redact } from '../../server/disclosure/redact/engine.ts'
import { tightView } from '../../server/disclosure/redact/view.ts'
import { rules } from './rules.ts'

const PARTIES: Party[] = [
  { name: '王五', role: 'defendant' },
  { name: '张三', role: 'victim' },
  { name: '张三丰', role: 'witness' },
  { name: '欧阳修文', role: 'witness' },
  { name: '阿卜杜拉·买买提', role: 'witness' },
  { name: 'John Smith', role: 'other' },
]
const run = (text: string, parties: readonly Party[] = PARTIES, documentKind: DocumentKind = 'indictment') =>
  redact(rules, { text, parties, documentKind }).text

describe('names', () => {
  it.each([
    ['被告人王五殴打张三', '被告人王五殴打张某甲'],
    ['张三、张三丰到场', '张某甲、张某乙到场'],
    ['张 三、张\n三、张　三、张\u200b三、张\u00ad三', '张某甲、张某甲、张某甲、张某甲、张某甲'],
    ['欧阳修文与欧阳 修文', '欧阳某与欧阳某'],
    ['阿卜杜拉·买买提，阿卜杜拉•买买提，阿卜杜拉・买买提，阿卜杜拉买买提', '阿某，阿某，阿某，阿某'],
    ['以下称阿卜杜拉', '以下称阿某'],
    ['John Smith、JOHN SMITH、Ｊｏｈｎ Ｓｍｉｔｈ、Smith', 'J某、J某、J某、J某'],
    ['Blacksmiths', 'Blacksmiths'],
    ['检察员　张三强', '检察员　张三强'],
    ['公诉人张三强出庭支持公诉', '公诉人张三强出庭支持公诉'],
    ['书记员：张三', '书记员：张某甲'],
  ])('%j → %j', (text, expected) => {
    expect(run(text)).toBe(expected)
  })

  it('stay for the defendant of an indictment or a protest, go everywhere else and for every minor', () => {
    const one = (role: Party['role'], minor = false): Party[] => [{ name: '王五', role, minor }]
    expect(run('王五', one('defendant'), 'indictment')).toBe('王五')
    expect(run('王五', one('defendant'), 'protest')).toBe('王五')
    expect(run('王五', one('suspect'), 'non-prosecution')).toBe('王某')
    expect(run('王五', one('defendant'), 'non-prosecution')).toBe('王某')
    expect(run('王五', one('defendant'), 'other')).toBe('王某')
    expect(run('王五', one('defendant', true), 'indictment')).toBe('王某')
    expect(run('王五', [...one('defendant'), ...one('suspect')], 'indictment')).toBe('王五')
    expect(run('王五', [...one('defendant'), ...one('victim')], 'indictment')).toBe('王某')
  })

  it('give one person with two names one alias, and twelve of one surname twelve', () => {
    expect(run('张三，又名张四', [{ name: '张三（又名：张四）', role: 'witness' }])).toBe('张某，又名张某')
    const many = Array.from('一二三四五六七八九十百千', (given): Party => ({ name: `李${given}`, role: 'witness' }))
    expect(run('李一李十李百李千', many)).toBe('李某甲李某癸李某11李某12')
  })

  it('do not touch an alias that stands there already', () => {
    const parties: Party[] = [{ name: '张某', role: 'witness' }]
    expect(run('张某、张某甲', parties)).toBe('张某、张某甲')
  })
})

describe('numbers', () => {
  it.each([
    ['身份证号140101199003051234', '身份证号***'],
    ['140101199003051234', '***'],
    ['1401011990030512 3x', '***'],
    ['14010119900305123\nX', '***'],
    ['１４０１０１１９９００３０５１２３Ｘ', '***'],
    ['140101 19900305 1234', '***'],
    ['1 4 0 1 0 1 1 9 9 0 0 3 0 5 1 2 3 4', '***'],
    ['140101900305123', '***'],
    ['13800138000 140101199003051234', '*** ***'],
    ['199-0000-1234、199 0000 1234、+86 19900001234', '***、***、+***'],
    ['0351-1234567', '***'],
    ['6222 0212 3456 7890 128', '***'],
    ['卡号：1234567890123456', '卡号：***'],
    ['证件号码：A1234567', '证件号码：***'],
  ])('%j → %j', (text, expected) => {
    expect(run(text)).toBe(expected)
  })

  it.each([
    '示检刑诉〔2026〕12号',
    '（2026）晋0105刑初1234号',
    '示公（刑）诉字〔2026〕100123号',
    '2026年3月1日10时30分',
    '共计人民币12 000元、3 450.50元，折合1234567元',
    '《中华人民共和国刑法》第二百三十四条',
    '12309中国检察网',
  ])('leaves %s', (text) => {
    expect(run(text)).toBe(text)
  })
})

describe('other data', () => {
  it.each([
    ['驾驶晋A12345号小型轿车', '驾驶***号小型轿车'],
    ['晋AD12345', '***'],
    ['1990年3月5日出生', '1990年*月*日出生'],
    ['出生日期：1990-03-05', '出生日期：1990年*月*日'],
    ['住示例省示例市示例区幸福路12号3号楼2单元501室。', '住示例省示例市示例区***。'],
    ['户籍地示例省示例市示例区东张镇西李村。', '户籍地示例省示例市示例区***。'],
    ['在示例区幸福路12号门前', '在示例区***门前'],
    ['邮箱zhang.san@example.com', '邮箱***'],
    ['微信号：zhang_san88，QQ：12345678', '微信号：***，QQ：***'],
    ['护照E12345678', '护照***'],
    ['不动产权第0012345号', '不动产权第***号'],
    ['见https://example.com/a?b=1', '见***'],
  ])('%j → %j', (text, expected) => {
    expect(run(text)).toBe(expected)
  })

  it('are stricter where a minor is a party', () => {
    const parties: Party[] = [{ name: '张三', role: 'victim', minor: true }]
    const text = '张三，2012年3月5日出生，示例区第一小学三年级二班学生，住址：示例省示例市示例区幸福路12号。'
    expect(run(text, parties)).toBe('张某，****年*月*日出生，***学生，住址：***。')
  })

  it('are stricter in the paragraph of a victim', () => {
    expect(run('张三，工作单位：示例煤业有限公司。\n被告单位示例商贸有限公司。')).toBe(
      '张某甲，工作单位：***。\n被告单位示例商贸有限公司。',
    )
  })
})

/** Pieces that a document is made of, traps included, in any order. */
const piece = fc.oneof(
  fc.constantFrom(
    ...PARTIES.map(({ name }) => name),
    '张某甲',
    '某',
    '***',
    '。',
    '，',
    '：',
    '\n',
    ' ',
    '　',
    '\u200b',
    '身份证号',
    '电话',
    '住示例区',
    '示例市',
    '幸福路',
    '12号',
    '3号楼',
    '501室',
    '西李村',
    '晋A12345',
    '微信号',
    'QQ',
    '出生',
    '1990年3月5日',
    '〔2026〕',
    '检察员',
    '被害人',
    '小学',
    '三年级',
    '@',
    'a.com',
    '工作单位',
    '有限公司',
  ),
  fc.stringMatching(/^[0-9]{1,20}$/),
  fc.stringMatching(/^[0-9Xx ]{1,12}$/),
  fc.string({ maxLength: 6 }),
)
const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))
const parties = fc.subarray(
  PARTIES.map((party) => party),
  { minLength: 0 },
)
const minors = fc.boolean()

describe('any text', () => {
  it('is left alone by a second run, and names are gone after the first', () => {
    fc.assert(
      fc.property(
        text,
        parties,
        minors,
        fc.constantFrom('indictment', 'non-prosecution'),
        (source, some, minor, kind) => {
          const list = some.map((party) => ({ ...party, minor }))
          const first = redact(rules, { text: source, parties: list, documentKind: kind })
          const second = redact(rules, { text: first.text, parties: list, documentKind: kind })
          expect(second.text).toBe(first.text)
          expect(second.replacements).toEqual([])
        },
      ),
      { numRuns: 400 },
    )
  })

  it('is put together again from its replacements, which are in order and apart', () => {
    fc.assert(
      fc.property(text, (source) => {
        const { text: out, replacements } = redact(rules, { text: source, parties: PARTIES, documentKind: 'other' })
        let last = 0
        for (const { start, end } of replacements) {
          expect(start).toBeGreaterThanOrEqual(last)
          expect(end).toBeGreaterThan(start)
          last = end
        }
        expect(applied(source, replacements)).toBe(out)
      }),
      { numRuns: 200 },
    )
  })

  it('is read in a time that grows with its length, not with its square', () => {
    // A quadratic reader would need an hour for these; vitest's own limit is the only clock.
    for (const unit of ['1 ', '路', '示例省路', '张 三 ', '〔2026〕示', '字字', 'a@', '区一二三'])
      run(unit.repeat(Math.ceil(300_000 / unit.length)))
  })

  it('hides a number of 18 however it is cut', () => {
    const id = fc.stringMatching(/^1401(0[1-9]|2[1-9])(19[3-9]\d|200\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d)\d{3}[\dX]$/)
    const gap = fc.constantFrom('', '', '', ' ', '\n', '　', '\u200b', '-')
    fc.assert(
      fc.property(id, fc.array(gap, { minLength: 18, maxLength: 18 }), (digits, gaps) => {
        const cut = Array.from(digits, (digit, at) => digit + (at < 17 ? (gaps[at] ?? '') : '')).join('')
        expect(tightView(run(`公民身份号码${cut}，汉族`)).text).not.toMatch(/\d/)
      }),
    )
  })
})
