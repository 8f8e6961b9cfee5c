import type { ReviewAct } from '../../contract/http/reviews.ts'
import type { Waits } from './repository.ts'
import { type Person, type Review, STEP_OF } from './rules.ts'

/** Who may do what now, for buttons and for «待我办理». The rules decide again when it is done. */

export interface Hands {
  person: Person | undefined
  permissions: ReadonlySet<string>
}

const NEEDS: Readonly<Record<ReviewAct, string>> = {
  'self-check': 'reviews.answer',
  'dept-check': 'reviews.check',
  select: 'reviews.write',
  assign: 'reviews.write',
  evaluate: 'reviews.answer',
  answer: 'reviews.answer',
  restudy: 'reviews.answer',
  decide: 'reviews.decide',
  rectify: 'reviews.answer',
  confirm: 'reviews.write',
}

const FITS: Readonly<Record<ReviewAct, (review: Review, person: Person) => boolean>> = {
  'self-check': ({ handler }, { id }) => id === handler,
  'dept-check': ({ handler, department }, person) => person.id !== handler && person.department === department,
  select: ({ kind }) => kind === null,
  assign: () => true,
  evaluate: ({ reviewer }, { id }) => id === reviewer,
  answer: ({ handler }, { id }) => id === handler,
  restudy: ({ restudier }, { id }) => id === restudier,
  decide: ({ handler, checker, reviewer, restudier }, { id }) => ![handler, checker, reviewer, restudier].includes(id),
  rectify: ({ handler }, { id }) => id === handler,
  confirm: ({ handler }, { id }) => id !== handler,
}
const ACTS = Object.keys(NEEDS) as ReviewAct[]

export const actsOf = (review: Review, { person, permissions }: Hands): ReviewAct[] =>
  person === undefined
    ? []
    : ACTS.filter(
        (act) => permissions.has(NEEDS[act]) && STEP_OF[act].includes(review.step) && FITS[act](review, person),
      )

/** The same as conditions on the table. Selecting is a possibility, no duty: it waits for nobody. */
export function waitsFor({ person, permissions }: Hands): Waits[] {
  if (!person) return []
  const { id, department } = person
  const ways: Partial<Record<ReviewAct, Omit<Waits, 'steps'>>> = {
    'self-check': { is: { column: 'handler', person: id } },
    'dept-check': { department, not: { columns: ['handler'], person: id } },
    assign: {},
    evaluate: { is: { column: 'reviewer', person: id } },
    answer: { is: { column: 'handler', person: id } },
    restudy: { is: { column: 'restudier', person: id } },
    decide: { not: { columns: ['handler', 'checker', 'reviewer', 'restudier'], person: id } },
    rectify: { is: { column: 'handler', person: id } },
    confirm: { not: { columns: ['handler'], person: id } },
  }
  return ACTS.flatMap((act) => {
    const way = ways[act]
    return way && permissions.has(NEEDS[act]) ? [{ ...way, steps: STEP_OF[act] }] : []
  })
}
