/** One page of docs/guide, loaded when it is read. */
type Load = () => Promise<{ default: string }>

const FILES = import.meta.glob<{ default: string }>('../../../docs/guide/*.zh-CN.md')

const loadOf = (name: string): Load | undefined => FILES[`../../../docs/guide/${name}.zh-CN.md`]

export interface HelpPage {
  name: string
  title: string
  load: Load
}

/** Order of the list; README is the entry. */
const TITLES: readonly [name: string, title: string][] = [
  ['README', '从这里开始'],
  ['security-officer', '安全员'],
  ['case-management', '案件管理'],
  ['prosecutor', '检察官'],
  ['leader', '领导'],
  ['administrators', '三员'],
  ['operations', '运维'],
]

export const HELP_PAGES: readonly HelpPage[] = TITLES.flatMap(([name, title]) => {
  const load = loadOf(name)
  return load ? [{ name, title, load }] : []
})
