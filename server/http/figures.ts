import type { Figure } from '../../contract/figures.ts'
import type { FigureSummary } from '../../contract/http/figures.ts'
import * as calls from '../../contract/http/figures.ts'
import type { Clock } from '../clock.ts'
import { type BoundRoute, bind, type FigureSource, type Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'

/** One reckoning serves everybody that long: figures change with the minute, not with the reader. */
const KEPT_MS = 1000

/** All figures of all features, each reckoned by its source, stale by its own deadline. */
export class FigureRegistry {
  readonly #sources: readonly FigureSource[]
  readonly #clock: Clock
  readonly #kept = new Map<FigureSource, { at: number; figures: Promise<Figure[]> }>()

  /** @throws Error when two sources claim one name */
  constructor(sources: readonly FigureSource[], clock: Clock) {
    this.#sources = sources
    this.#clock = clock
    const names = sources.flatMap((source) => source.names)
    const twice = names.find((name, at) => names.indexOf(name) !== at)
    if (twice !== undefined) throw new Error(`指标 ${twice} 登记了两次`)
  }

  async all(person: Principal): Promise<Figure[]> {
    const sources = this.#sources.filter(({ permission }) => person.permissions.has(permission))
    return (await Promise.all(sources.map((source) => this.#list(source)))).flat()
  }

  /** For code that needs a figure (alert rules); undefined = there is none of that name. */
  async find(name: string): Promise<Figure | undefined> {
    const source = this.sourceOf(name)
    return source && (await this.#list(source)).find((figure) => figure.name === name)
  }

  sourceOf(name: string): FigureSource | undefined {
    return this.#sources.find(({ names }) => names.includes(name))
  }

  async #list(source: FigureSource): Promise<Figure[]> {
    const now = this.#clock.now()
    const known = this.#kept.get(source)
    // A clock that was set back must not keep an old reckoning for as long as it was ahead.
    if (!known || now - known.at >= KEPT_MS || now < known.at) {
      const figures = source.list(now)
      this.#kept.set(source, { at: now, figures })
      figures.catch(() => this.#kept.delete(source))
    }
    const figures = (await this.#kept.get(source)?.figures) ?? []
    return figures.map((figure) => aged(figure, now))
  }
}

/** Past its deadline a figure that was good is stale, whatever its source thought when it reckoned. */
export function aged(figure: Figure, now: number): Figure {
  if (figure.at === null) return figure.state === 'broken' ? figure : { ...figure, state: 'unknown' }
  const age = now - Temporal.Instant.from(figure.at).epochMilliseconds
  return figure.state === 'ok' && age > figure.staleAfter * 1000 ? { ...figure, state: 'stale' } : figure
}

const summary = ({ rows, ...rest }: Figure): FigureSummary => ({ ...rest, rowCount: rows.length })

export const figureRoutes = (registry: FigureRegistry): BoundRoute[] => [
  bind(calls.figures, async ({ person }) => ({ items: (await registry.all(person)).map(summary) })),
  bind(calls.figure, async ({ person, params }) => {
    const permission = registry.sourceOf(params.name)?.permission
    if (permission === undefined) throw new Refusal('not-found')
    if (!person.permissions.has(permission)) throw new Refusal('forbidden')
    const figure = await registry.find(params.name)
    if (!figure) throw new Refusal('not-found')
    return figure
  }),
]
