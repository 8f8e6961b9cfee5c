import { type ByColour, petitionRoutes } from '../../contract/http/petitions.ts'
import { type BoundRoute, bind } from '../feature.ts'
import { monthBounds, replayMonth, toTurn } from './changes.ts'
import { duesOf } from './clocks.ts'
import { nameOf, type PetitionDeps } from './context.ts'
import { waitingReceipts } from './outbox.ts'
import { presentItem } from './present.ts'
import { type Matter, on, runningMatters, turningPoints } from './repository.ts'
import { rank } from './rules.ts'

/** 指挥板: who leads, what is due, what is stuck; and the month told again day by day. */
const NO_AREA = '未填区域'

export function boardRoutes(deps: PetitionDeps): BoundRoute[] {
  const { records, config } = deps
  const { stuckDays } = config.petitions
  return [
    bind(petitionRoutes.board, async ({ now }) => {
      const [running, letters] = await Promise.all([runningMatters(records.read), waitingReceipts(records.read)])
      const open = running.filter((matter) => matter.open)
      const items = open
        .sort((a, b) => rankOf(b) - rankOf(a) || a.registeredMs - b.registeredMs)
        .map((matter) => {
          const item = presentItem(deps, matter, now)
          const waitingLetters = letters.get(matter.id) ?? 0
          return { ...item, stuck: stuckWords(matter, now, stuckDays, waitingLetters), waitingReceipts: waitingLetters }
        })
      return {
        at: now,
        byColour: tally(open),
        unassessed: open.filter(({ colour }) => colour === null).length,
        stuckAfterDays: stuckDays,
        items,
        leaders: leadersOf(deps, open, now),
      }
    }),
    bind(petitionRoutes.changes, async ({ query, now }) => {
      const { to } = monthBounds(query.month)
      const [rows, areas] = await Promise.all([
        turningPoints(records.read, 0, to),
        on(records.read).selectFrom('petition').select(['id', 'no', 'title', 'area']).execute(),
      ])
      const known = new Map(areas.map((row) => [row.id, row]))
      const areaOf = (id: string) => known.get(id)?.area ?? NO_AREA
      const { start, days } = replayMonth(query.month, rows.map(toTurn), areaOf, now)
      return {
        month: query.month,
        areas: [...new Set(days.flatMap(({ byArea }) => byArea.map(({ area }) => area)))].sort(),
        start,
        days: days.map(({ changes, ...day }) => ({
          ...day,
          changes: changes.map((turn) => ({
            at: turn.at,
            petition: { id: turn.petitionId, name: known.get(turn.petitionId)?.no ?? turn.petitionId },
            area: known.get(turn.petitionId)?.area ?? null,
            title: known.get(turn.petitionId)?.title ?? '',
            from: turn.reopens ? null : turn.from,
            to: turn.step === 'close' ? null : turn.to,
            why: turn.text,
            by: nameOf(deps, turn.by),
          })),
        })),
      }
    }),
  ]
}

const rankOf = ({ colour }: Matter): number => (colour === null ? 0.5 : rank(colour))
export function tally(matters: readonly Matter[]): ByColour {
  const counts: ByColour = { green: 0, blue: 0, yellow: 0, orange: 0, red: 0 }
  for (const { colour } of matters) if (colour !== null) counts[colour]++
  return counts
}

/** In words, why it does not go on. */
function stuckWords(matter: Matter, now: number, stuckDays: number, letters: number): string[] {
  const words = duesOf(matter, now)
    .filter(({ overdue }) => overdue)
    .map(({ name, daysLeft }) => `${name}逾期${daysLeft < 0 ? ` ${-daysLeft} 天` : ''}`)
  const idle = Math.floor((now - matter.movedMs) / 86_400_000)
  if (idle >= stuckDays) words.push(`${idle} 天没有进展`)
  if (letters > 0) words.push(`${letters} 份函件未回执`)
  if (matter.colour !== null && matter.leader === null && rank(matter.colour) >= rank('yellow'))
    words.push('没有包案领导')
  return words
}

function leadersOf(deps: PetitionDeps, open: readonly Matter[], now: number) {
  const byLeader = Map.groupBy(
    open.filter(({ leader }) => leader !== null),
    ({ leader }) => leader ?? '',
  )
  return [...byLeader]
    .map(([id, own]) => ({
      name: nameOf(deps, id),
      open: own.length,
      overdue: own.filter((matter) => duesOf(matter, now).some(({ overdue }) => overdue)).length,
      byColour: tally(own),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}
