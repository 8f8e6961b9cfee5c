/**
 * When somebody of the simulated office sits down at a desk: one visit at a time, never in the way of the others, and
 * what could not be done is tried again at the next one.
 */
export interface VisitPlan {
  /** Epoch ms of the first visit. */
  first: number
  /** Until the next one begins, ms. */
  gap(now: number): number
  work(now: number): Promise<void>
  /** The visit could not do what it wanted. */
  stumbled(error: unknown): void
}

export class Visits {
  readonly #plan: VisitPlan
  #next: number
  #visit: Promise<void> | undefined

  constructor(plan: VisitPlan) {
    this.#plan = plan
    this.#next = plan.first
  }

  /** Begins a visit when it is time. Never throws and never waits. */
  tick(now: number): void {
    if (this.#visit || now < this.#next) return
    this.#visit = this.#plan
      .work(now)
      .catch((error: unknown) => this.#plan.stumbled(error))
      .finally(() => {
        this.#visit = undefined
        this.#next = now + this.#plan.gap(now)
      })
  }

  /** The visit under way, if any: to wait for its end. */
  async settled(): Promise<void> {
    await this.#visit
  }
}
