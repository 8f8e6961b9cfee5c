import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Box, box, DAY, markedWords, NOON, stores, thing, who } from './box.ts'

/** What the search box finds, the same on every database. */
const { list, stop } = await stores()
afterAll(() => stop())

const THEFT = thing({
  ref: 'c1',
  title: '审查起诉 · 盗窃罪',
  numbers: ['示检刑诉受〔2026〕1234号', 'A14012026000000099'],
  text: '第一检察部 · 取保候审',
  department: '第一检察部',
  state: 'open',
  colour: 'red',
  words: ['盗窃罪', '审查起诉', '第一检察部'],
})
const INJURY = thing({
  ref: 'c2',
  title: '审查逮捕 · 故意伤害罪',
  numbers: ['示检刑捕受〔2025〕77号'],
  text: '曾因盗窃受过处罚；使用 ＵＳＢ 存储介质一个，门禁E1门口',
  department: '第二检察部',
  state: 'closed',
  at: NOON - 400 * DAY,
  words: ['故意伤害罪', '审查逮捕', '第二检察部'],
})
const MATTER = thing({
  kind: 'petition',
  ref: 'm1',
  title: '反映某村征地补偿',
  numbers: ['信访〔2026〕1 号'],
  text: '要求公开补偿标准，涉及盗、窃二字分开写',
  colour: 'orange',
  state: 'open',
  at: NOON - DAY,
  words: ['征地补偿'],
})

const filled = async (options: Awaited<ReturnType<(typeof list)[number][1]>>): Promise<Box> => {
  const b = await box(options)
  await b.put(THEFT, INJURY, MATTER)
  await b.caughtUp()
  return b
}

describe.each(list)('the search box on %s', (_name, fresh) => {
  let b: Box
  beforeAll(async () => {
    b = await filled(await fresh())
  })
  afterAll(() => b.close())

  it.each<[what: string, q: string, refs: string[]]>([
    ['a word of two characters, in the name before in the text', '盗窃', ['c1', 'c2']],
    ['a longer word', '故意伤害', ['c2']],
    ['several words', '盗窃 取保', ['c1']],
    ['a word over no border of runs', '窃二', ['m1']],
    ['no word over a punctuation mark', '盗窃二', []],
    ['nothing like it', '诈骗', []],
    ['the whole number', '示检刑诉受〔2026〕1234号', ['c1']],
    ['the number in full width and other brackets', '示检刑诉受（２０２６）１２３４号', ['c1']],
    ['the unified number', 'A14012026000000099', ['c1']],
    ['a part of the number', '2026]123', ['c1']],
    ['the last digits of a number', '0099', ['c1']],
    ['a middle part without brackets', '刑捕受2025', ['c2']],
    ['letters in full width in the text', 'usb', ['c2']],
    ['letters and a character together', 'e1门', ['c2']],
    ['the beginning of letters', 'us', ['c2']],
    ['a number with a blank in it', '信访〔2026〕1号', ['m1']],
    ['a single character, in names only', '窃', ['c1']],
    ['initials', 'dqz', ['c1']],
    ['full pinyin', 'guyishanghai', ['c2']],
    ['pinyin cut short', 'daoq', ['c1']],
    ['mixed', 'zhengdbc', ['m1']],
    ['syntax is only text', '") OR tags : ("call', []],
    ['only marks', '。、—', []],
    ['a quote', "'盗窃'", ['c1', 'c2']],
  ])('finds %s', async (_what, q, refs) => {
    expect((await b.refs(q)).toSorted()).toEqual(refs.toSorted())
  })

  it('marks what was found by offsets into the original', async () => {
    const [hit] = (await b.search('usb')).items
    expect(hit?.snippet && markedWords(hit.snippet)).toEqual(['ＵＳＢ'])
    const [theft] = (await b.search('２０２６）１２３４')).items
    expect(theft?.number && markedWords(theft.number)).toEqual(['2026〕1234'])
    const [named] = (await b.search('dqz')).items
    expect(named && markedWords(named.title)).toEqual(['盗窃罪'])
  })

  it.each<[object, string[]]>([
    [{ kind: 'petition' }, ['m1']],
    [{ kind: 'case' }, ['c1']],
    [{ colour: 'orange,green' }, ['m1']],
    [{ state: 'closed' }, []],
    [{ department: '第一检察部' }, ['c1']],
    [{ from: '2026-11-24' }, ['c1']],
    [{ to: '2026-11-23' }, ['m1']],
    [{ from: '2026-11-23', to: '2026-11-24' }, ['c1', 'm1']],
  ])('narrows by %j', async (filters, refs) => {
    expect(await b.refs('2026', filters)).toEqual(refs)
  })

  it('counts by kind whatever kinds are chosen, on the first page', async () => {
    const first = await b.search('2026', { kind: 'case', limit: 1 })
    expect(first.counts).toEqual([
      { kind: 'case', count: 1 },
      { kind: 'petition', count: 1 },
    ])
    expect(first).toMatchObject({ more: false, cursor: null })
  })
})

describe.each(list)('a search box that changes, on %s', (_name, fresh) => {
  let b: Box
  beforeEach(async () => {
    b = await filled(await fresh())
  })
  afterEach(() => b.close())

  it('puts the exact number first, then names, then texts; the newer first', async () => {
    await b.put(
      thing({ ref: 'x1', title: '盗窃', text: '', at: NOON - 2 * DAY, numbers: ['盗窃12'] }),
      thing({ ref: 'x2', title: '其他', text: '盗窃12号线缆', at: NOON + DAY }),
      thing({ ref: 'x3', title: '关于盗窃12号线', text: '', at: NOON + DAY }),
    )
    await b.caughtUp()
    const { items } = await b.search('盗窃12')
    expect(items.map(({ id, found }) => [id, found])).toEqual([
      ['x1', 'exact'],
      ['x3', 'head'],
      ['x2', 'text'],
    ])
  })

  it('turns pages without gap or double, over the border of the tiers', async () => {
    const many = Array.from({ length: 45 }, (_, n) =>
      thing({
        ref: `n${n}`,
        title: n % 3 === 0 ? '诈骗罪' : '其他',
        text: n % 3 === 0 ? '' : '涉诈骗',
        at: NOON - n * 1000,
      }),
    )
    await b.put(...many)
    await b.caughtUp()
    const seen: string[] = []
    let cursor: string | null = ''
    let pages = 0
    while (cursor !== null) {
      const page: Awaited<ReturnType<Box['search']>> = await b.search('诈骗', { limit: 7, cursor })
      expect(page.counts === null).toBe(pages > 0)
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.cursor
      pages++
    }
    expect(pages).toBe(7)
    expect(seen.length).toBe(45)
    expect(new Set(seen).size).toBe(45)
    expect(seen.slice(0, 15).every((ref) => Number(ref.slice(1)) % 3 === 0)).toBe(true)
  })

  it('shows a changed record only as it is now, and never a deleted one', async () => {
    await b.put({ ...THEFT, title: '审查起诉 · 诈骗罪', words: [] })
    // Not caught up yet: what is waiting is in no answer, neither old nor new.
    expect(await b.refs('盗窃')).toEqual(['c2'])
    expect((await b.search('盗窃')).counts).toEqual([{ kind: 'case', count: 1 }])
    await b.caughtUp()
    expect(await b.refs('诈骗')).toEqual(['c1'])
    await b.drop('case', 'c2')
    expect(await b.refs('故意')).toEqual([])
    await b.caughtUp()
    expect(await b.refs('故意')).toEqual([])
    expect(await b.call('searchState', who('a'))).toMatchObject({ records: 2, waiting: 0 })
  })

  it('takes in many at once, gently, until nothing waits', async () => {
    await b.put(...Array.from({ length: 400 }, (_, n) => thing({ ref: `n${n}`, title: '批量导入' })))
    await b.caughtUp()
    await vi.waitFor(
      async () => expect(await b.call('searchState', who('a'))).toMatchObject({ records: 403, waiting: 0 }),
      { timeout: 30_000 },
    )
    expect((await b.search('批量导入')).counts).toEqual([{ kind: 'case', count: 400 }])
  }, 40_000)

  it('leaves what nobody may open out of the index', async () => {
    await b.put({ ...THEFT, access: [] })
    await b.caughtUp()
    expect(await b.call('searchState', who('a'))).toMatchObject({ records: 2 })
  })

  it('is made anew from the records, and forgets what is gone', async () => {
    await b.records.store.write(async ({ tx }) => {
      const { sql } = await import('kysely')
      await sql`delete from search_mark`.execute(tx)
      await sql`delete from thing_case where id = 'c2'`.execute(tx)
      await sql`delete from search_mark`.execute(tx)
    })
    expect(await b.refs('故意')).toEqual(['c2'])
    await b.call('rebuildSearch', who('a'))
    await b.feature.rebuilt()
    expect(await b.refs('故意')).toEqual([])
    expect(await b.refs('dqz')).toEqual(['c1'])
    expect(await b.call('searchState', who('a'))).toMatchObject({
      records: 2,
      rebuild: { state: 'idle', done: 2, total: 2, problem: null },
    })
  })

  it('stops a rebuild on demand; what was there stays', async () => {
    const started = b.call('rebuildSearch', who('a'))
    const cancelled = b.call('cancelSearchRebuild', who('a'))
    await Promise.all([started, cancelled])
    await b.feature.rebuilt()
    expect((await b.refs('盗窃')).length).toBe(2)
    const { rebuild } = (await b.call('searchState', who('a'))) as { rebuild: { state: string } }
    expect(['idle', 'cancelled']).toContain(rebuild.state)
  })
})
