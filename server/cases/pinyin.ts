/** Pinyin of words for the search field, pure: full syllables, initials, or both mixed, as people type them. */

export type Readings = (character: string) => readonly string[] | undefined

/** The table of pinyin-table.ts: one line a syllable, followed by its characters; a character may stand in several. */
export function readTable(table: string): Readings {
  const readings = new Map<string, string[]>()
  for (const line of table.split('\n')) {
    const syllable = /^[a-z]+/.exec(line)?.[0] ?? ''
    for (const character of line.slice(syllable.length))
      readings.set(character, [...(readings.get(character) ?? []), syllable])
  }
  return (character) => readings.get(character)
}

/**
 * Does `typed` (a–z, 0–9) name a run of characters of `text`? `gysh`, `guyishanghai`, `guyish` and `shangh` all find
 * 故意伤害; the last syllable may be cut short.
 */
export function matchesPinyin(typed: string, text: string, readings: Readings): boolean {
  const characters = [...text.toLowerCase()]
  return characters.some((_, start) => reaches(typed, characters, start, readings))
}

function reaches(rest: string, characters: readonly string[], at: number, readings: Readings): boolean {
  if (rest === '') return true
  const character = characters[at]
  if (character === undefined) return false
  const spellings = readings(character) ?? [character]
  return spellings.some(
    (spelling) =>
      spelling.startsWith(rest) ||
      (rest.startsWith(spelling) && reaches(rest.slice(spelling.length), characters, at + 1, readings)) ||
      (rest[0] === spelling[0] && reaches(rest.slice(1), characters, at + 1, readings)),
  )
}

/** `zh ch sh` are typed whole or as one letter; `v` stands for ü: both are prefixes and need no rule of their own. */
export const isPinyin = (term: string): boolean => /^[a-z]{1,60}$/.test(term)
