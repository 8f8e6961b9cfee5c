import { matchesPinyin, type Readings, readTable } from './pinyin.ts'

/** For the search box: the same reading of letters as in the case list. The table is loaded at the first letters. */
let readings: Promise<Readings> | undefined
export async function pinyinPort(): Promise<(typed: string, word: string) => boolean> {
  readings ??= import('./pinyin-table.ts').then(({ PINYIN_TABLE }) => readTable(PINYIN_TABLE))
  const known = await readings
  return (typed, word) => matchesPinyin(typed, word, known)
}
