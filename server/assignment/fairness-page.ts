import type { z } from 'zod'
import { officeTime } from '../../config/zone.ts'
import type { drawRoutes, FairQuestion } from '../../contract/http/draws.ts'
import type { AssignmentDeps } from './context.ts'
import { compare, type DrawnOnce, pWords, runsOf, weekdayHalf } from './fairness.ts'
import { once, readDrawBoard, reasonWord } from './figures.ts'
import { caseNoOf } from './ledger.ts'
import { repeatedPairs } from './repository.ts'

/** 公平性检验 in plain words: each question, its answer, and the counts behind it. */

/** Below this a single case moves every number; the tests themselves want five expected in each cell. */
const LEAST = 20
const WEEKDAYS = ['周一', '周二', '周三', '周四', '周五', '周六', '周日']

export async function fairnessPage(
  deps: AssignmentDeps,
  now: number,
): Promise<z.input<typeof drawRoutes.fairness.answer>> {
  const board = await readDrawBoard(deps, now)
  const draws = board.recent.map(once).toReversed()
  const { fair, share } = board
  const designated = share.designated.reduce((sum, { count }) => sum + count, 0)
  const total = share.drawn + designated
  const year = officeTime(now).with({ month: 1, day: 1 }).startOfDay().epochMilliseconds
  const { smallPool, designatedLimit } = deps.config.assignment
  const small = board.recent.filter(({ body }) => body.pool.length <= smallPool).slice(0, 50)
  return {
    draws: fair.draws,
    sentence: fair.sentence,
    members: fair.members,
    positions: fair.positions,
    weekdays: fair.weekdays,
    requesters: fair.requesters,
    runs: fair.runs,
    questions: questions(draws, fair),
    least: LEAST,
    smallPool,
    smallPools: await Promise.all(
      small.map(async (draw) => ({
        drawId: draw.id,
        caseNo: await caseNoOf(deps, draw.caseId),
        poolSize: draw.body.pool.length,
        at: draw.endedMs ?? draw.createdMs,
      })),
    ),
    designated: {
      drawn: share.drawn,
      designated,
      percent: total === 0 ? null : Math.round((1000 * designated) / total) / 10,
      limit: designatedLimit,
      byReason: share.designated.map(({ reason, count }) => ({ reason: reasonWord(reason), count })),
      pairs: await repeatedPairs(deps.records.read, year),
    },
  }
}

type Fair = Awaited<ReturnType<typeof readDrawBoard>>['fair']

function questions(draws: readonly DrawnOnce[], fair: Fair): FairQuestion[] {
  const cells = (keyOf: Parameters<typeof compare>[1], label = (key: string) => key): FairQuestion['cells'] =>
    [...compare(draws, keyOf)]
      .sort(([a], [b]) => (a.length === b.length ? (a < b ? -1 : 1) : a.length - b.length))
      .map(([key, { observed, expected }]) => ({
        label: label(key),
        observed,
        expected: Math.round(expected * 100) / 100,
      }))
  const make = (
    key: FairQuestion['key'],
    name: string,
    question: string,
    p: number | null,
    list: FairQuestion['cells'],
  ): FairQuestion => ({ key, name, question, words: pWords(draws.length, p), p, ok: (p ?? 1) >= 0.05, cells: list })
  return [
    make(
      'members',
      '各人所得',
      '每个人抽中的次数，与按机会应得的次数相符吗？',
      fair.members.p,
      cells((_draw, member) => member.id),
    ),
    make(
      'positions',
      '名单位次',
      '排在名单前面或后面，会更容易被抽中吗？',
      fair.positions.p,
      cells(
        (_draw, _member, position) => String(position + 1),
        (key) => `第 ${key} 位`,
      ),
    ),
    make(
      'weekdays',
      '星期',
      '换一天来抽，名单前半与后半被抽中的比例会变吗？',
      fair.weekdays.p,
      cells(weekdayHalf, (key) => `${WEEKDAYS[Number(key[0]) - 1] ?? key[0]} ${key.slice(2)}半`),
    ),
    make(
      'requesters',
      '发起人',
      '换一个人发起，名单前半与后半被抽中的比例会变吗？',
      fair.requesters.p,
      cells(
        (draw, _member, position) => `${draw.requestedBy} ${position < draw.pool.length / 2 ? '前' : '后'}`,
        (key) => `${key}半`,
      ),
    ),
    make('runs', '先后次序', '结果是一阵一阵的吗，还是看得出规律的轮流？', fair.runs, runsOf(draws)),
  ]
}
