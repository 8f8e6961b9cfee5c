import { DOMAIN_WORDS } from '../../../contract/domains.ts'
import { SEARCH_KIND_WORDS, type SearchHit } from '../../../contract/http/search.ts'
import { ALERT_STATE_WORDS, type AlertItem } from '../../../contract/panels/alerts.ts'
import { SEVERITY_WORDS } from '../../../contract/severity.ts'
import { caseNumber } from '../../ui/case-number.ts'
import { foldText } from '../alerts/filter.ts'
import type { DeskPage } from '../routes.ts'

/** What Ctrl+K offers, pure. */
export interface Choice {
  key: string
  group: string
  title: string
  note: string
  /** Where it leads; a command has none. */
  path: string | null
}

export interface Command {
  key: string
  title: string
}

/** Pages that this person may open, by words of their title. */
export const pageChoices = (pages: readonly DeskPage[], typed: string): Choice[] =>
  pages
    .filter(({ title, path }) => foldText(`${title}${path}`).includes(foldText(typed)))
    .map(({ path, title }) => ({ key: `page ${path}`, group: '页面', title, note: path, path }))

export const commandChoices = (commands: readonly Command[], typed: string): Choice[] =>
  commands
    .filter(({ title }) => foldText(title).includes(foldText(typed)))
    .map(({ key, title }) => ({ key: `command ${key}`, group: '命令', title, note: '', path: null }))

const MOST = 8
export const alertChoices = (alerts: readonly AlertItem[], typed: string): Choice[] =>
  typed.trim() === ''
    ? []
    : alerts
        .filter((one) => foldText(`${one.title}${one.why}${one.object ?? ''}${one.id}`).includes(foldText(typed)))
        .slice(0, MOST)
        .map((one) => ({
          key: `alert ${one.id}`,
          group: '告警',
          title: one.title,
          note: `${SEVERITY_WORDS[one.severity]} · ${ALERT_STATE_WORDS[one.state]} · ${DOMAIN_WORDS[one.domain]}`,
          path: `/desk/alerts/${encodeURIComponent(one.id)}`,
        }))

/** What the search box has found: a case by its number, all else by its name. */
export const hitChoices = (hits: readonly SearchHit[]): Choice[] =>
  hits.map(({ kind, id, number, title, department, stateName, link }) => ({
    key: `${kind} ${id}`,
    group: SEARCH_KIND_WORDS[kind].slice(0, 2),
    title: kind === 'case' && number ? caseNumber(number.text) : title.text,
    note: [kind === 'case' ? title.text : number && caseNumber(number.text), department, stateName]
      .filter(Boolean)
      .join(' · '),
    path: link,
  }))

/** To the whole page with the same words. */
export const searchChoice = (typed: string): Choice[] =>
  typed.trim() === ''
    ? []
    : [
        {
          key: 'search',
          group: '检索',
          title: `全部结果：${typed.trim()}`,
          note: '/desk/search',
          path: `/desk/search?q=${encodeURIComponent(typed.trim())}`,
        },
      ]
