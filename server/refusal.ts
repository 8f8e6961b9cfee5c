import { REFUSALS, type RefusalId } from '../contract/http/problem.ts'

/** A refusal of the closed list; http/ turns it into problem+json. Rules and repositories may throw it. */
export class Refusal extends Error {
  readonly id: RefusalId
  readonly status: number
  readonly detail: string | undefined
  readonly errors: { path: string; message: string }[] | undefined

  constructor(id: RefusalId, detail?: string, errors?: { path: string; message: string }[]) {
    super(detail ? `${REFUSALS[id][1]}：${detail}` : REFUSALS[id][1])
    this.name = 'Refusal'
    this.id = id
    this.status = REFUSALS[id][0]
    this.detail = detail
    this.errors = errors
  }
}
