import type { DeskAnswer, DeskCall } from './desk-http.ts'

export interface DeskAsk {
  /** The answer's body. @throws Error when the server does not answer 2xx */
  get(as: string, path: string): Promise<unknown>
  /** Undefined when the rules say no (4xx). @throws Error when the server cannot answer */
  post(as: string, path: string, body: unknown): Promise<unknown>
}

/** How a person of the simulated office speaks with the product: a rule's «no» is an answer, a dead server is not. */
export const deskAsk = (call: DeskCall): DeskAsk => ({
  async get(as, path) {
    return ok(await call(as, 'GET', path))
  },
  async post(as, path, body) {
    const answer = await call(as, 'POST', path, body)
    if (answer.status >= 400 && answer.status < 500 && answer.status !== 401 && answer.status !== 429) return undefined
    return ok(answer)
  },
})

function ok({ status, body }: DeskAnswer): unknown {
  if (status < 200 || status > 299) throw new Error(`服务回答 ${status}`)
  return body
}
