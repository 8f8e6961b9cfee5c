const MAX = 300

/**
 * The shape of a refused message without what it says: JSON keys, `key=` and the header stay, values go. What leaves
 * the collector must hold no personal data; the raw excerpt stays in its own spool.
 */
export const masked = (excerpt: string): string => {
  const [head, rest] = [excerpt.slice(0, 24), excerpt.slice(24)]
  const shape = rest
    .replace(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (_all, text: string, colon?: string) => (colon ? text + colon : '"…"'))
    .replace(/"[^"]*$/, '"…')
  return (hidden(head) + hideWords(shape)).slice(0, MAX)
}

/** Chinese text and long digits could be a name or a number. */
const hidden = (text: string): string => text.replace(/\p{Script=Han}+/gu, '*').replace(/\d{5,}/g, '#')
/** Outside of keys nothing is left but marks. */
const hideWords = (text: string): string =>
  text.replace(/"[\w.-]*"\s*:|[\w.[\]-]+=|[\p{L}\p{N}_.@-]+/gu, (word) => (/[:=]$/.test(word) ? word : '*'))
