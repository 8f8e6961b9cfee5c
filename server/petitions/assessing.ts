import { officeDate } from '../../config/zone.ts'
import { type Assessment, PETITION_COLOUR_NAMES, petitionRoutes } from '../../contract/http/petitions.ts'
import { type BoundRoute, bind, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { firstActionDue, lateReplies, nextReview } from './clocks.ts'
import { bookOf, type PetitionDeps, personOf } from './context.ts'
import { move, ready } from './moves.ts'
import { presentItem } from './present.ts'
import { type Matter, on } from './repository.ts'
import { assess, checkFacts, raised, rank } from './rules.ts'
import { chargedWith } from './seen.ts'

/** 研判定色: up at once by anyone in charge, never down. */
export function assessRoute(deps: PetitionDeps): BoundRoute {
  const rules = deps.config.petitions
  return bind(petitionRoutes.assess, async ({ params, body, person, now }) => {
    const me = personOf(deps, person)
    await chargedWith(deps, person, params.id)
    const today = officeDate(now)
    const problems = checkFacts(rules, body.facts, body.signals)
    if (problems.length > 0) throw new Refusal('unprocessable', problems[0]?.message, problems)
    if (body.occurredOn && body.occurredOn > today) throw new Refusal('unprocessable', '发生日期不能晚于今日')
    const done = await deps.records.write(async (turn) => {
      const before = await ready(turn, params.id, 'assess')
      const system = { lateReplies: lateReplies(before.replies, today), today }
      const scored = assess(
        rules,
        body.facts,
        body.signals,
        before.exempt === null ? system : { ...system, lateReplies: 0 },
      )
      const { to, mayLower } = raised(before.colour, scored.computed, body.raiseTo)
      const assessment: Assessment = { ...scored, by: me.name, at: turn.now }
      const risen = to !== before.colour
      const moved = await move(
        deps,
        turn,
        before,
        {
          step: 'assess',
          by: me.id,
          text: body.reason,
          files: body.files,
          to,
          extra: {
            score: scored.score,
            computed: scored.computed,
            hard: scored.hard.map(({ id }) => id),
            raisedTo: body.raiseTo ?? '',
            rules: rules.version,
          },
        },
        {
          assessment,
          people: Math.max(before.people, Number(body.facts.people ?? 0)),
          reviewDue: nextReview(rules, to, today),
          ...(risen && {
            colourMs: turn.now,
            firstActionDue: firstActionDue(bookOf(deps), rules, to, turn.now),
          }),
        },
      )
      await zeroFacts(deps, turn, before, body.signals, body.occurredOn, me.id)
      if (risen) await deps.alerts.clear(turn, raisedCause(before), turn.now)
      if (risen && rank(to) >= rank('orange')) await tell(deps, turn, moved.matter)
      return { ...moved, assessment, from: before.colour, to, mayLower }
    })
    const { matter, entry, assessment, from, to, mayLower } = done
    return {
      petition: presentItem(deps, matter, now),
      entry,
      assessment,
      from,
      to,
      mayLower,
      nextReview: matter.reviewDue ?? today,
    }
  })
}

/**
 * 上访 counts for the three zeros by itself: once for each signal of a matter, and again for each day that is named.
 * Rows are only added.
 */
async function zeroFacts(
  deps: PetitionDeps,
  turn: Turn,
  matter: Matter,
  signals: readonly string[],
  occurredOn: string | undefined,
  by: string,
): Promise<void> {
  const counting = deps.config.petitions.signals.filter(({ id, zero }) => zero && signals.includes(id))
  for (const { id, name, veto } of counting) {
    if (occurredOn === undefined) {
      const known = await on(turn.tx)
        .selectFrom('petition_fact')
        .select('id')
        .where('petition_id', '=', matter.id)
        .where('signal', '=', id)
        .executeTakeFirst()
      if (known) continue
    }
    await on(turn.tx)
      .insertInto('petition_fact')
      .values({
        id: deps.newId(),
        petition_id: matter.id,
        no: matter.no,
        signal: id,
        day: occurredOn ?? officeDate(turn.now),
        what: `${name}（${matter.no}）`,
        veto: veto ?? null,
        department: matter.department,
        at_ms: turn.now,
        by,
      })
      .onConflict((conflict) => conflict.columns(['petition_id', 'signal', 'day']).doNothing())
      .execute()
  }
}

export const raisedCause = ({ id, colourMs }: Pick<Matter, 'id' | 'colourMs'>): string =>
  `petition.raised:${id}:${colourMs}`

/** Orange and red are told at once: whoever is on duty knows before the papers are written. */
async function tell(deps: PetitionDeps, turn: Turn, matter: Matter): Promise<void> {
  if (matter.colour === null) return
  const { name, grade } = PETITION_COLOUR_NAMES[matter.colour]
  const rule = deps.config.petitions.colours.find(({ colour }) => colour === matter.colour)
  await deps.alerts.raise(turn, {
    cause: raisedCause(matter),
    rule: 'petition.raised',
    domain: 'case',
    object: `petition:${matter.id}`,
    at: turn.now,
    evidence: [],
    // Over when the colour is lowered by two, or raised once more: then the next alert speaks.
    clearable: true,
    severity: matter.colour === 'red' ? 'critical' : 'warning',
    values: {
      no: matter.no,
      colour: `${name}色${grade}`,
      measures: rule?.measures.join('；') ?? '',
      first: rule?.firstActionWords ?? '',
      reports: rule?.reports.join('、') ?? '',
    },
    demo: deps.config.site.demo,
  })
}
