import type { Records, SearchSource } from '../../feature.ts'
import type { SearchIndex } from './port.ts'
import type { StoreKind } from './tables.ts'

export interface SearchDeps {
  records: Records
  store: StoreKind
  /** What can be found, kind by kind; each feature hands in its own. */
  sources: readonly SearchSource[]
  /** Whether letters, as pinyin or initials, stand for a word; loaded at the first letters that anybody types. */
  pinyin(): Promise<(typed: string, word: string) => boolean>
  failed(error: unknown, where: string): void
}
export interface SearchContext extends SearchDeps {
  index: SearchIndex
}
