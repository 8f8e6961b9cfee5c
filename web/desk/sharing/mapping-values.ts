/** `1=盗窃；2=诈骗` ↔ words of theirs and of ours. Pure. */
export const valuesOf = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(/[;；]/)
      .map((part) => part.split(/[=＝]/).map((word) => word.trim()))
      .flatMap(([theirs, ours]) => (theirs && ours ? [[theirs, ours]] : [])),
  )
export const valuesText = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([theirs, ours]) => `${theirs}=${ours}`)
    .join('；')
