import type { z } from 'zod'
import { type Problem, REFUSALS, type RefusalId } from '../../contract/http/problem.ts'
import { Refusal } from '../refusal.ts'

/** RFC 9457 body of a refusal. */
export const problemOf = (refusal: Refusal): Problem => ({
  type: `urn:sanling:problem:${refusal.id}`,
  title: REFUSALS[refusal.id][1],
  status: refusal.status,
  ...(refusal.detail === undefined ? {} : { detail: refusal.detail }),
  ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
})

const BY_STATUS: Readonly<Record<number, RefusalId>> = {
  400: 'bad-input',
  // koa-send calls a path that leads out of its folder forbidden; there is nothing to see there.
  403: 'not-found',
  404: 'not-found',
  405: 'method-not-allowed',
  413: 'too-large',
  415: 'unsupported-media',
}

/** Any throw as a refusal of the closed list; what is not one of ours becomes `internal` and says nothing. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  const { status, expose } = (error ?? {}) as { status?: unknown; expose?: unknown }
  const known = expose === true && typeof status === 'number' ? BY_STATUS[status] : undefined
  return new Refusal(known ?? 'internal')
}

/** What zod found, as `path` and Chinese sentence. */
export const inputErrors = (error: z.ZodError): { path: string; message: string }[] =>
  error.issues.map(({ path, message }) => ({ path: path.join('.'), message }))
