/** What a QR code holds: this page's address with point, step and code in the fragment, which never reaches a server. */
export interface Scanned {
  point: string
  /** Missing: a printed plate. */
  step?: number
  code: string
}

export const linkOf = (origin: string, { point, step, code }: Scanned): string =>
  `${origin}/checkin#${new URLSearchParams({ p: point, ...(step === undefined ? {} : { s: String(step) }), c: code })}`

/** Reads a fragment or a whole scanned address; undefined when it is none of ours. */
export function readLink(text: string): Scanned | undefined {
  const query = new URLSearchParams(text.slice(text.indexOf('#') + 1))
  const [point, code, step] = [query.get('p') ?? '', query.get('c') ?? '', query.get('s')]
  if (!/^[\w-]{1,64}$/.test(point) || !/^[0-9A-Za-z]{4,16}$/.test(code)) return undefined
  if (step === null) return { point, code }
  return /^\d{1,12}$/.test(step) ? { point, code, step: Number(step) } : undefined
}
