/** Pages that show things, not people. Every other page, one that is new among them, bears the mark of who looks. */
const PLAIN = ['alerts', 'sources', 'figures', 'patrol', 'zeros', 'password', 'security']

export function isMarked(path: string): boolean {
  const page = /^\/desk\/([^/]+)/.exec(path)?.[1]
  return page !== undefined && !PLAIN.includes(page)
}
